"""One channel whose messages live, worked piece by piece, with a clock that a test moves by hand."""

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.notices.story import Told
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.attempts import Attempts
from slamon.services.digests import Digests
from slamon.services.gathering import Gathering
from slamon.services.lane import Hands, Lane, Receiver
from slamon.services.offers import Address, Offer, Refusal, decode_delivery, decode_outbox
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.stories import Stories
from tests.builders import day
from tests.fakes.living_sink import FakeLivingSink
from tests.fakes.stream import FakeProducer, FakeTally

NOW: Instant = day(22)
FINAL = (DeliveryState.SENT, DeliveryState.DIGESTED, DeliveryState.FAILED)


class LaneBench:
    """A lane of `slack`: what is offered, worked off, reported."""

    def __init__(
        self,
        *,
        above: int = 0,
        route: str | None = None,
        fallback: Address | None = None,
        per_second: float | None = None,
    ) -> None:
        self.now, self.stopping = NOW, False
        self.sink, self.producer, self.tally = FakeLivingSink(), FakeProducer(), FakeTally()
        reports = Reports(self.producer, "deliveries")
        self.refusals = Refusals(reports, "outbox", self.clock)
        attempts = Attempts(reports, self.tally, self.clock, self.refusals)
        self.stories = Stories(reports, self.tally, self.clock, self.refusals)
        receiver = Receiver(
            self.sink,
            Address("slack", b"slack", 0),
            per_second=per_second,
            route=route,
            living=self.sink,
            digest_above=above,
        )
        hands = Hands(attempts, self.stories, self.refusals)
        self.lane = Lane(receiver, hands, self.clock, stopping=lambda: self.stopping, fallback=fallback)
        self.channel, self.way = self.lane.channel, self.lane.way

    def clock(self) -> Instant:
        return self.now

    @property
    def digests(self) -> Digests:
        assert self.lane.digests is not None
        return self.lane.digests

    @property
    def gathering(self) -> Gathering:
        return self.digests.gathering

    def offers(self, *offers: Offer) -> None:
        """As the dispatcher takes them."""
        for one in offers:
            is_new = not self.channel.knows(one.notice_id)
            if self.channel.offer(one) is None and is_new:
                self.lane.storm.arrived(self.now)

    async def works(self) -> bool:
        """Do the next piece of work; returns whether there was one."""
        if self.channel.refused is not None or self.channel.resting(self.now):
            return False
        work = self.lane._work(self.now)
        if work is None:
            return False
        await work
        return True

    async def works_off(self, within: Span = 3_600 * SECOND) -> None:
        """Work, and let time pass where there is nothing to do now, until nothing is left."""
        end = self.now + within
        while not self.is_idle():
            if not await self.works():
                assert self.now < end, "it was not worked off"
                self.now += max(SECOND // 2, self.channel.resting(self.now))

    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not (self.channel.waiting or self.channel.in_flight or self.channel.updates.waiting)

    def marks(self) -> list[Mark]:
        found = [decode_delivery(out.value or b"").mark for out in self.producer.sent if out.topic == "deliveries"]
        return [mark for mark in found if mark is not None]

    def finals(self) -> list[Mark]:
        return [mark for mark in self.marks() if mark.state in FINAL]

    def told(self) -> list[Told]:
        found = [decode_delivery(out.value or b"").told for out in self.producer.sent if out.topic == "deliveries"]
        return [told for told in found if told is not None]

    def refused(self) -> list[Refusal]:
        sent = [out for out in self.producer.sent if out.topic == "deliveries"]
        found = [decode_delivery(out.value or b"").refusal for out in sent]
        return [refusal for refusal in found if refusal is not None]

    def passed_on(self) -> list[Offer]:
        found = [decode_outbox(out.value or b"") for out in self.producer.sent if out.topic == "outbox"]
        return [record.offer for record in found if record.offer is not None]
