"""What waits for one receiver, and what this worker knows to have been sent. Pure bookkeeping, no sending.

An offer is taken once per (notice, attempt): the order's row repeats its offers after every restart and
takeover, and only one that knows of all attempts made here asks for a new one (CONTRACT §4, at least once).
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.orders.event import Instant
from slamon.services.offers import Offer

REMEMBERED = 200_000
"""So many finished deliveries are remembered, for rows that offer again before the report reaches them."""


class Waiting(NamedTuple):
    """An offer and the attempts made for it so far, those known to the row included."""

    offer: Offer
    attempts: int


@dataclass(slots=True)
class Channel:
    """The queue of one receiver: waiting, in flight, done."""

    receiver: str
    waiting: OrderedDict[str, Waiting] = field(default_factory=OrderedDict)
    in_flight: dict[str, Waiting] = field(default_factory=dict)
    done: OrderedDict[str, Mark] = field(default_factory=OrderedDict)
    rest_until: Instant | None = None
    failures: int = 0

    def offer(self, offer: Offer) -> Mark | None:
        """Take an offer; returns the report to repeat when it has been dealt with here already."""
        known = self.done.get(offer.notice_id)
        if known is not None and _is_repeat(offer, known):
            return known
        if offer.notice_id in self.in_flight:
            return None
        before = self.waiting.get(offer.notice_id)
        attempts = offer.attempts if before is None else max(offer.attempts, before.attempts)
        self.waiting[offer.notice_id] = Waiting(offer, attempts)
        return None

    def drop(self, notice_id: str) -> None:
        """Forget what need not be sent any more; what is in flight goes its way."""
        self.waiting.pop(notice_id, None)

    def start(self) -> Waiting | None:
        """Take the next offer into flight with its attempt counted; None when nothing waits."""
        if not self.waiting:
            return None
        notice_id, (offer, attempts) = self.waiting.popitem(last=False)
        started = self.in_flight[notice_id] = Waiting(offer, attempts + 1)
        return started

    def finish(self, report: Mark) -> None:
        """The delivery is over: accepted, or refused for good."""
        self.in_flight.pop(report.notice_id, None)
        self.done[report.notice_id] = report
        self.failures = 0
        while len(self.done) > REMEMBERED:
            self.done.popitem(last=False)

    def again(self, failed: Waiting, rest_until: Instant) -> None:
        """The attempt failed and is worth repeating; the whole channel rests, others go first then."""
        notice_id = failed.offer.notice_id
        self.in_flight.pop(notice_id, None)
        self.waiting.setdefault(notice_id, failed)
        self.failures += 1
        self.rest_until = rest_until

    def resting(self, now: Instant) -> int:
        """Microseconds that the channel still rests."""
        return 0 if self.rest_until is None else max(0, self.rest_until - now)

    def clear(self) -> None:
        """The outbox partition is another worker's: its rows offer everything to that one."""
        self.waiting.clear()
        self.done.clear()


def _is_repeat(offer: Offer, known: Mark) -> bool:
    if offer.attempts < known.attempts:
        return True
    return offer.attempts == known.attempts and offer.state != DeliveryState.PENDING
