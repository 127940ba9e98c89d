"""What waits for one receiver, and what this worker knows to have been sent. Pure bookkeeping, no sending.

An offer is taken once per (notice, attempt): the order's row repeats its offers after every restart and
takeover, and only one that knows of all attempts made here asks for a new one (CONTRACT §4, at least once).
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, retraction_id
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
        """Forget what need not be sent any more, unless it was attempted here: its row is about to learn that."""
        waiting = self.waiting.get(notice_id)
        if waiting is not None and waiting.attempts == waiting.offer.attempts:
            del self.waiting[notice_id]

    def next(self) -> str | None:
        """The notice that may be started now; None when there is none.

        A notice and its retraction are never under way together: which of them came last would be anybody's guess.
        """
        under_way = {_subject(started.offer) for started in self.in_flight.values()}
        for notice_id, (offer, _) in self.waiting.items():
            if _subject(offer) not in under_way:
                return notice_id
        return None

    def start(self) -> Waiting | None:
        """Take the next offer into flight with its attempt counted; None when there is none to start."""
        notice_id = self.next()
        if notice_id is None:
            return None
        offer, attempts = self.waiting.pop(notice_id)
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
        self.failures += 1
        self.rest_until = rest_until
        offer = failed.offer
        if self.in_flight.pop(offer.notice_id, None) is None:
            return  # another worker's by now
        self.waiting[offer.notice_id] = failed
        follower = offer.retracts or retraction_id(offer.notice_id)
        if follower in self.waiting:  # what came after it still comes after it
            self.waiting.move_to_end(follower)

    def resting(self, now: Instant) -> int:
        """Microseconds that the channel still rests."""
        return 0 if self.rest_until is None else max(0, self.rest_until - now)

    def clear(self) -> None:
        """The outbox partition is another worker's: its rows offer everything to that one."""
        self.waiting.clear()
        self.in_flight.clear()
        self.done.clear()


def _subject(offer: Offer) -> str:
    """The notice that an offer is about: itself, or the one that it withdraws."""
    return offer.retracts or offer.notice_id


def _is_repeat(offer: Offer, known: Mark) -> bool:
    if offer.attempts < known.attempts:
        return True
    return offer.attempts == known.attempts and offer.state != DeliveryState.PENDING
