"""The owner of the outbox: takeover, order of sending, pace, drain."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.notices.notice import DeliveryState
from slamon.orders.event import SECOND, Instant
from slamon.services.dispatcher import Dispatcher
from slamon.services.ingest import Topics
from slamon.services.lane import Receiver
from slamon.services.offers import Address, Drop, Offer, OutboxRecord, Refusal, Reoffer, decode_delivery
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.stream import TopicPartition
from tests.builders import day
from tests.fakes.sinks import FakeSink
from tests.fakes.stream import FakeOffsets, FakeProducer, FakeTally, until
from tests.outbox_samples import offer
from tests.unit.services.test_attempts import marks_in

TOPICS = Topics("slamon.repartition", "slamon.deliveries", "slamon.outbox", "slamon.dead-letters")


class SlowSink(FakeSink):
    """Answers when told to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.may_answer = asyncio.Event()
        self.asked: list[str] = []

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        self.asked.append(notice.notice_id)
        await self.may_answer.wait()
        return await super().send(notice, now=now)


class CountingSink(FakeSink):
    """Tells when it has accepted so many."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.more = asyncio.Condition()

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        receipt = await super().send(notice, now=now)
        async with self.more:
            self.more.notify_all()
        return receipt

    async def has_accepted(self, count: int) -> None:
        async with self.more:
            await self.more.wait_for(lambda: len(self.accepted) >= count)


class Bench:
    """A dispatcher for receivers on outbox partitions 0, 1, …, with a hand-moved clock."""

    def __init__(self, *sinks: FakeSink, concurrency: int = 1, per_second: float | None = None) -> None:
        self.now: Instant = day(22)
        self.producer, self.offsets, self.tally = FakeProducer(), FakeOffsets(), FakeTally()
        self.offset = 0
        receivers = [
            Receiver(sink, Address(sink.name, sink.name.encode(), number), concurrency, per_second)
            for number, sink in enumerate(sinks)
        ]
        clock: Callable[[], Instant] = lambda: self.now  # noqa: E731
        self.dispatcher = Dispatcher(
            receivers, self.producer, self.offsets, TOPICS, partitions=3, tally=self.tally, clock=clock
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Bench"]:
        for partition in range(3):
            self.dispatcher.opened(partition)
        await until(lambda: len(self.requests()) >= 3)
        task = asyncio.create_task(self.dispatcher.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    def offers(self, one: Offer, partition: int = 0) -> None:
        self.dispatcher.take(partition, self.offset, OutboxRecord(offer=one))
        self.offset += 1

    def requests(self) -> list[tuple[int | None, Reoffer]]:
        found = [(sent.partition, decode_delivery(sent.value or b"").reoffer) for sent in self.producer.sent]
        return [(partition, reoffer) for partition, reoffer in found if reoffer is not None]

    def refusals(self) -> list[Refusal]:
        found = [decode_delivery(sent.value or b"").refusal for sent in self.producer.sent]
        return [refusal for refusal in found if refusal is not None]

    def states(self) -> list[str]:
        return [mark.state for mark in marks_in(self.producer.sent)]


async def test_offers_are_sent_in_their_order_and_reported() -> None:
    """First come, first served, one after the other."""
    sink = FakeSink("slack")
    async with Bench(sink).running() as bench:
        for name in ("a", "b", "c"):
            bench.offers(offer(name))
        await until(lambda: bench.states().count("sent") == 3)
    assert [notice.subject for notice in sink.accepted] == ["a", "b", "c"]
    assert bench.states() == ["sending", "sent"] * 3


async def test_a_takeover_voids_old_offers_and_asks_for_new_ones() -> None:
    """What stood in the topic before is void; each order partition is asked to offer again."""
    sink = FakeSink("slack")
    bench = Bench(sink)
    bench.offsets.ends[TopicPartition(TOPICS.outbox, 0)] = 5
    opening = bench.dispatcher.opened(0)
    bench.dispatcher.take(0, 4, OutboxRecord(offer=offer("old")))
    bench.dispatcher.take(0, 5, OutboxRecord(offer=offer("early")))
    await until(lambda: len(bench.requests()) == 3)
    assert bench.requests() == [(0, Reoffer(opening=opening)), (1, Reoffer(outbox=0)), (2, Reoffer(outbox=0))]
    bench.dispatcher.take(0, 4, OutboxRecord(offer=offer("old")))
    assert list(bench.dispatcher.channels["slack"].waiting) == [offer("early").notice_id]


async def test_a_partition_without_receivers_asks_only_its_own_orders() -> None:
    """Nobody else offers anything to it."""
    bench = Bench(FakeSink("slack"))
    opening = bench.dispatcher.opened(2)
    await until(lambda: bool(bench.requests()))
    assert bench.requests() == [(2, Reoffer(opening=opening))]


async def test_a_partition_that_stays_ours_keeps_its_offers() -> None:
    """Over a rebalance: only its own rows are asked again, under a new name."""
    bench = Bench(FakeSink("slack"))
    first = bench.dispatcher.opened(0)
    await until(lambda: len(bench.requests()) == 3)
    bench.offers(offer())
    second = bench.dispatcher.opened(0)
    await until(lambda: len(bench.requests()) == 4)
    assert bench.requests()[-1] == (0, Reoffer(opening=second))
    assert first != second
    assert len(bench.dispatcher.channels["slack"].waiting) == 1


async def test_a_partition_given_up_is_forgotten() -> None:
    """Its offers are another worker's; those of other receivers stay."""
    bench = Bench(FakeSink("slack"), FakeSink("crm"))
    for partition in (0, 1):
        bench.dispatcher.opened(partition)
    await until(lambda: len(bench.requests()) == 6)
    bench.offers(offer())
    bench.offers(offer(receiver="crm"), 1)
    bench.dispatcher.closed(0)
    bench.offers(offer())
    assert [len(bench.dispatcher.channels[name].waiting) for name in ("slack", "crm")] == [0, 1]


async def test_a_partition_given_up_before_it_was_taken_is_not_taken() -> None:
    """No request is written."""
    bench = Bench(FakeSink("slack"))
    bench.dispatcher.opened(0)
    bench.dispatcher.closed(0)
    await until(lambda: not bench.dispatcher._tasks)
    assert bench.requests() == []


async def test_repeated_offers_are_not_sent_twice() -> None:
    """Waiting, under way or done: a repeat is answered with the report that is known."""
    sink = SlowSink("slack")
    async with Bench(sink).running() as bench:
        bench.offers(offer())
        bench.offers(offer())
        await until(lambda: bool(sink.asked))
        bench.offers(offer(state="sending", attempts=1))
        sink.may_answer.set()
        await until(lambda: bench.states() == ["sending", "sent"])
        bench.offers(offer(state="sending", attempts=1))
        await until(lambda: bench.states() == ["sending", "sent", "sent"])
    assert len(sink.accepted) == 1


async def test_what_was_dropped_is_not_sent() -> None:
    """A notice that need not be sent any more, if it has not been."""
    sink = SlowSink("slack")
    async with Bench(sink).running() as bench:
        bench.offers(offer("a"))
        bench.offers(offer("b"))
        await until(lambda: bool(sink.asked))
        for receiver in ("slack", "nobody"):
            bench.dispatcher.take(0, 9, OutboxRecord(drop=Drop(notice_id=offer("b").notice_id, receiver=receiver)))
        bench.offers(offer("c"))
        bench.offers(offer("d", receiver="nobody"))
        sink.may_answer.set()
        await until(lambda: len(sink.accepted) == 2)
    assert [notice.subject for notice in sink.accepted] == ["a", "c"]


async def test_a_slow_receiver_delays_no_other() -> None:
    """Each receiver has a queue of its own."""
    slow, quick = SlowSink("slack"), FakeSink("crm")
    async with Bench(slow, quick).running() as bench:
        bench.offers(offer())
        await until(lambda: bool(slow.asked))
        for name in ("a", "b"):
            bench.offers(offer(name, receiver="crm"), 1)
        await until(lambda: len(quick.accepted) == 2)
        assert slow.accepted == []


async def test_only_so_many_calls_are_under_way() -> None:
    """`concurrency` calls at once, the next when one is answered."""
    sink = SlowSink("crm")
    async with Bench(sink, concurrency=2).running() as bench:
        for name in ("a", "b", "c"):
            bench.offers(offer(name, receiver="crm"))
        await until(lambda: len(sink.asked) == 2)
        assert len(bench.dispatcher.channels["crm"].in_flight) == 2
        sink.may_answer.set()
        await until(lambda: len(sink.accepted) == 3)


async def test_a_receiver_that_asks_for_rest_gets_it() -> None:
    """Nothing is sent to it before; then the failed one again, and others before it."""
    sink = FakeSink("slack")
    sink.script.push(Reply(Act.RATE_LIMITED, retry_after="30"))
    async with Bench(sink).running() as bench:
        bench.offers(offer("a"))
        bench.offers(offer("b"))
        await until(lambda: bench.dispatcher.channels["slack"].resting(bench.now) > 0)
        bench.now += 29 * SECOND
        bench.offers(offer("b"))
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(sink.attempts) == 1
        bench.now += SECOND
        bench.offers(offer("c"))
        await until(lambda: len(sink.accepted) == 3)
    assert [notice.subject for notice in sink.accepted] == ["b", "a", "c"]
    assert {mark.attempts for mark in marks_in(bench.producer.sent) if mark.notice_id == offer("a").notice_id} == {1, 2}


async def test_a_refusal_lets_the_next_one_go() -> None:
    """One notice that is refused for good does not hold up the queue."""
    sink = FakeSink("slack")
    sink.script.push(Reply(Act.REFUSE, status=400))
    async with Bench(sink).running() as bench:
        bench.offers(offer("a"))
        bench.offers(offer("b"))
        await until(lambda: bench.states().count("sent") == 1)
    assert bench.states() == ["sending", "failed", "sending", "sent"]


async def test_a_receiver_that_refuses_everything_is_asked_no_more() -> None:
    """What is due to it waits; that it refuses is written for those who can tell of it."""
    sink = FakeSink("slack")
    sink.script.push(Reply(Act.REFUSE))
    async with Bench(sink).running() as bench:
        bench.offers(offer("a"))
        await until(lambda: bench.states() == ["sending", "failed"])
        await until(lambda: bool(bench.refusals()))
        bench.offers(offer("b"))
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(sink.attempts) == 1
    assert bench.refusals() == [Refusal(receiver="slack", lane="slack", reason="not_found", at=bench.now)]
    assert {waiting.offer.order_id for waiting in bench.dispatcher.channels["slack"].waiting.values()} == {"b"}


async def test_calls_keep_their_pace() -> None:
    """After a burst of three the next call waits for its token, however long the queue is."""
    sink = CountingSink("slack")
    async with Bench(sink, per_second=1000).running() as bench:
        bench.now += SECOND  # the former owner's last calls are over
        for number in range(5):
            bench.offers(offer(f"o-{number}"))
        await until(lambda: len(sink.accepted) == 3)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(sink.accepted) == 3
        bench.now += SECOND
        async with asyncio.timeout(20):  # the token is waited for in real time, a millisecond of it
            await sink.has_accepted(5)


async def test_drain_waits_for_what_is_under_way_and_starts_nothing() -> None:
    """Before a rebalance: calls under way end and are reported; then sending goes on."""
    sink = SlowSink("slack")
    async with Bench(sink).running() as bench:
        bench.offers(offer("a"))
        bench.offers(offer("b"))
        await until(lambda: len(sink.asked) == 1)
        draining = asyncio.create_task(bench.dispatcher.drain())
        await asyncio.sleep(0)
        bench.producer.gate.clear()
        sink.may_answer.set()
        await until(lambda: len(sink.accepted) == 1)
        assert not draining.done()
        bench.producer.gate.set()
        await draining
        assert marks_in(bench.producer.sent)[-1].state == DeliveryState.SENT
        assert len(sink.asked) == 1
        await until(lambda: len(sink.accepted) == 2)


async def test_sending_can_always_be_ended() -> None:
    """A cancellation that comes together with news for the queue is not overlooked."""
    for turns in range(12):
        sink = SlowSink("slack")
        async with Bench(sink, concurrency=2).running() as bench:
            bench.offers(offer())
            await until(lambda sink=sink: bool(sink.asked))  # type: ignore[misc]
            sink.may_answer.set()
            for _ in range(turns):
                await asyncio.sleep(0)


async def test_a_fault_in_the_background_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A request that can't be written is logged, not swallowed."""
    bench = Bench(FakeSink("slack"))
    bench.producer.faults.append(OSError("fenced"))
    bench.dispatcher.opened(0)
    await until(lambda: not bench.dispatcher._tasks)
    await asyncio.sleep(0)
    assert "outbox.task_broke" in capsys.readouterr().out
