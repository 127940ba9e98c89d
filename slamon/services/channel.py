"""What waits for one channel of a receiver, and what this worker knows to have been sent. Pure bookkeeping, no sending.

An offer is taken once per (notice, attempt): the order's row repeats its offers after every restart and
takeover, and only one that knows of all attempts made here asks for a new one (CONTRACT §4, at least once).
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.orders.event import Instant
from slamon.services.offers import Offer
from slamon.services.updates import Updates, remember


class Waiting(NamedTuple):
    """An offer and the attempts made for it so far, those known to the row included.

    `unknown`: the receiver may have taken it already; where it can be asked, it is.
    """

    offer: Offer
    attempts: int
    unknown: bool = False


@dataclass(slots=True)
class Channel:
    """The queue of one channel: waiting, in flight, done; `living`: an order has one message there, and a thread."""

    receiver: str
    living: bool = False
    waiting: OrderedDict[str, Waiting] = field(default_factory=OrderedDict)
    in_flight: dict[str, Waiting] = field(default_factory=dict)
    done: OrderedDict[str, Mark] = field(default_factory=OrderedDict)
    updates: Updates = field(default_factory=Updates)
    threads: OrderedDict[str, str] = field(default_factory=OrderedDict)
    rest_until: Instant | None = None
    refused: str | None = None
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
        unknown = offer.state == DeliveryState.SENDING if before is None else before.unknown
        self.waiting[offer.notice_id] = Waiting(offer, attempts, unknown)
        return None

    def knows(self, notice_id: str) -> bool:
        """Whether a notice was here before."""
        return notice_id in self.waiting or notice_id in self.in_flight or notice_id in self.done

    def drop(self, notice_id: str) -> None:
        """Forget what need not be sent any more, unless it was attempted here: its row is about to learn that."""
        waiting = self.waiting.get(notice_id)
        if waiting is not None and waiting.attempts == waiting.offer.attempts:
            del self.waiting[notice_id]

    def ready(self, now: Instant | None = None) -> Iterator[Waiting]:
        """What may be started now, in its order.

        A notice and its retraction are never under way together, nor are two of an order that has one message: which
        of them came last would be anybody's guess. What may have been posted already is looked for first: it may be the
        order's message.
        """
        under_way = {self._subject(started.offer) for started in self.in_flight.values()}
        in_doubt: set[str | None] | None = None  # looked for once, and only where something could be held up by it
        for found in self.waiting.values():
            not_before = found.offer.not_before
            is_early = not_before is not None and now is not None and now < not_before
            if is_early or self._subject(found.offer) in under_way:
                continue
            if not found.unknown:
                in_doubt = orders_in_doubt(self) if in_doubt is None else in_doubt
                if found.offer.order_id in in_doubt:
                    continue
            yield found

    def next(self, now: Instant | None = None) -> str | None:
        """The notice that may be started now; None when there is none."""
        found = next(self.ready(now), None)
        return None if found is None else found.offer.notice_id

    def start(self, now: Instant | None = None) -> Waiting | None:
        """Take the next offer into flight with its attempt counted; None when there is none to start."""
        notice_id = self.next(now)
        return None if notice_id is None else self.take(notice_id)

    def take(self, notice_id: str) -> Waiting:
        """Take this offer into flight with its attempt counted."""
        found = self.waiting.pop(notice_id)
        started = self.in_flight[notice_id] = found._replace(attempts=found.attempts + 1)
        return started

    def finish(self, report: Mark, thread: tuple[str, str] | None = None) -> None:
        """The delivery is over: accepted, or refused for good. `thread`: (order, message) that was begun with it."""
        self.in_flight.pop(report.notice_id, None)
        remember(self.done, report.notice_id, report)
        if thread is not None:
            remember(self.threads, *thread)
        self.failures = 0

    def back(self, started: Waiting, *, unknown: bool | None = None, counted: bool = False) -> None:
        """It was not sent, or not known to be; what came after it still comes after it. `counted`: it was tried."""
        offer = started.offer
        if self.in_flight.pop(offer.notice_id, None) is None:
            return  # another worker's by now
        kept = started if counted else started._replace(attempts=started.attempts - 1)
        self.waiting[offer.notice_id] = kept if unknown is None else kept._replace(unknown=unknown)
        if not counted:
            self.waiting.move_to_end(offer.notice_id, last=False)
        follower = offer.retracts or retraction_id(offer.notice_id)
        if counted and follower in self.waiting:
            self.waiting.move_to_end(follower)

    def again(self, failed: Waiting, rest_until: Instant, *, unknown: bool = False) -> None:
        """The attempt failed and is worth repeating; the whole channel rests, others go first then."""
        self.rest(rest_until)
        self.back(failed, unknown=unknown, counted=True)

    def rest(self, until: Instant) -> None:
        """A call failed: nothing more before this instant."""
        self.failures += 1
        self.rest_until = until

    def resting(self, now: Instant) -> int:
        """Microseconds that the channel still rests."""
        return 0 if self.rest_until is None else max(0, self.rest_until - now)

    def clear(self) -> None:
        """The outbox partition is another worker's: its rows offer everything to that one."""
        for kept in (self.waiting, self.in_flight, self.done, self.threads, self.updates):
            kept.clear()

    def _subject(self, offer: Offer) -> str:
        """What of which only one is under way: the order's message, or the notice that an offer is about."""
        if self.living and offer.order_id is not None:
            return offer.order_id
        return offer.retracts or offer.notice_id


def orders_in_doubt(channel: Channel) -> set[str | None]:
    """Orders of which a notice may have been posted, and with it the order's message; none where there are no such."""
    if not channel.living:
        return set()
    waiting = channel.waiting.values()
    return {found.offer.order_id for found in waiting if found.unknown and found.offer.order_id is not None}


def _is_repeat(offer: Offer, known: Mark) -> bool:
    if offer.attempts < known.attempts:
        return True
    return offer.attempts == known.attempts and offer.state != DeliveryState.PENDING
