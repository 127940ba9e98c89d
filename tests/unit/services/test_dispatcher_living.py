"""The owner of the outbox and channels whose messages live: lanes, updates, storms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slamon.demo.standins.script import Act, Reply
from slamon.notices.story import Line, Told
from slamon.orders.event import SECOND, Instant
from slamon.services.dispatcher import Dispatcher
from slamon.services.lane import Receiver
from slamon.services.offers import Address, Drop, Offer, OutboxRecord, Update, decode_delivery, decode_outbox
from tests.builders import day
from tests.fakes.living_sink import FakeLivingSink
from tests.fakes.stream import FakeOffsets, FakeProducer, FakeTally, until
from tests.outbox_samples import offer
from tests.unit.services.test_attempts import marks_in
from tests.unit.services.test_dispatcher import TOPICS


class Bench:
    """Slack with its own channel and `#one`, whose messages live; more than three a minute are a storm."""

    def __init__(self) -> None:
        self.now: Instant = day(22)
        self.own, self.one = FakeLivingSink(), FakeLivingSink()
        self.producer, self.tally = FakeProducer(), FakeTally()
        address = Address("slack", b"slack|#late", 0)
        receivers = [
            Receiver(self.own, address, living=self.own, digest_above=3),
            Receiver(self.one, Address("slack", b"slack|#one", 0), living=self.one, route="#one"),
        ]
        self.dispatcher = Dispatcher(
            receivers, self.producer, FakeOffsets(), TOPICS, partitions=1, tally=self.tally, clock=lambda: self.now
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Bench"]:
        self.dispatcher.opened(0)
        await until(lambda: len(self.producer.sent) == 1)
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    def takes(self, *records: OutboxRecord) -> None:
        for record in records:
            self.dispatcher.take(0, 0, record)

    def offers(self, *offers: Offer) -> None:
        self.takes(*(OutboxRecord(offer=one) for one in offers))

    def told(self) -> list[Told]:
        found = [decode_delivery(out.value or b"").told for out in self.producer.sent if out.topic == TOPICS.deliveries]
        return [told for told in found if told is not None]

    def states(self) -> list[str]:
        return [mark.state for mark in marks_in([out for out in self.producer.sent if out.topic == TOPICS.deliveries])]


def _update(turn: int, route: str | None = None) -> OutboxRecord:
    return OutboxRecord(update=Update(lead=offer(thread="C1|1", route=route), turn=turn, lines=(Line(turn, "x"),)))


async def test_each_channel_has_its_own_lane() -> None:
    """One that is configured no more gives way to the receiver's own; drops go the same way."""
    bench = Bench()
    async with bench.running():
        bench.offers(offer("a"), offer("b", route="#one"), offer("c", route="#gone"), offer("d", route="#one"))
        bench.takes(OutboxRecord(drop=Drop(notice_id=offer("d").notice_id, receiver="slack", route="#one")))
        await until(lambda: bench.states().count("sent") == 3)
    assert [notice.subject for notice in bench.own.accepted] == ["a", "c"]
    assert [notice.subject for notice in bench.one.accepted] == ["b"]


async def test_what_a_living_message_has_to_say_is_said_once() -> None:
    """A row that offers it again is told so."""
    bench = Bench()
    async with bench.running():
        bench.offers(offer())
        await until(lambda: bench.states().count("sent") == 1)
        bench.takes(_update(2))
        await until(lambda: len(bench.told()) == 1)
        bench.takes(_update(1))
        await until(lambda: len(bench.told()) == 2)
    assert bench.told() == [Told(receiver="slack", turn=2)] * 2
    assert (bench.own.made("edit"), bench.own.made("reply")) == (1, 1)


async def test_a_storm_becomes_a_digest() -> None:
    """Offers that are only repeated make none."""
    bench = Bench()
    async with bench.running():
        bench.offers(*[offer("a")] * 9)
        await until(lambda: bench.states().count("sent") == 1)
        bench.offers(*(offer(name) for name in "bcdef"))
        await until(lambda: bench.dispatcher.lanes["slack"].digests is not None)
        for _ in range(50):
            await asyncio.sleep(0)
        bench.now += 2 * SECOND
        bench.dispatcher.lanes["slack"].wake.set()
        await until(lambda: bench.states().count("digested") == 5)
    assert len(bench.own.accepted) == 1
    assert [one.digest.count for one in bench.own.of("digest_id") if one.digest is not None] == [5]


async def test_a_channel_that_is_not_there_gives_its_notices_to_the_receivers_own() -> None:
    """By way of the outbox; later ones too."""
    bench = Bench()
    bench.one.script.push(Reply(Act.REFUSE, status=410))
    async with bench.running():
        bench.offers(offer("a", route="#one"), offer("b", route="#one"))
        await until(lambda: sum(out.topic == TOPICS.outbox for out in bench.producer.sent) == 2)
    passed = [decode_outbox(out.value or b"").offer for out in bench.producer.sent if out.topic == TOPICS.outbox]
    assert [(one.order_id, one.route) for one in passed if one is not None] == [("a", None), ("b", None)]
    assert "failed" not in bench.states()
