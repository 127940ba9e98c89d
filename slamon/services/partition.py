"""One partition of orders: events into rows, due times, decisions into offers.

Everything here is synchronous and runs on the event loop, one step at a time (DESIGN §4 "one writer per
key"); the engine makes the row writes and the offers durable in that order.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from slamon.notices.leaving import leave, marker_ends, may_leave, wake_at, wanted_at
from slamon.notices.marks import Mark
from slamon.notices.record import is_settled, was_refused
from slamon.notices.reminding import remind
from slamon.notices.row import (
    OrderRules,
    Outcome,
    Row,
    apply,
    encode_row,
    mark_row,
    new_row,
    read_row,
)
from slamon.notices.story import Told, take_told
from slamon.orders.event import SECOND, Instant, OrderEvent, Span
from slamon.services.foresight import Foresight, NoOutlooks, Outlooks
from slamon.services.held_back import HeldBack
from slamon.services.lag_queues import KnownQueues
from slamon.services.learning import Learning
from slamon.services.offering import Offering, owed
from slamon.services.offers import Address
from slamon.services.system_rows import order_rows
from slamon.services.tally import Tally
from slamon.services.telling import Telling
from slamon.sla.clock import Trace, lead_time
from slamon.sla.due_times import DueTimes
from slamon.stream import Effects, Outgoing, Rows

_KEPT_SOON: Span = 60 * SECOND


@dataclass(frozen=True, slots=True)
class PartitionRules:
    """What all partitions follow: rules, where offers go, their topic, who makes forecasts, what waits in queues."""

    orders: OrderRules
    addresses: Mapping[str, Address]
    outbox_topic: str
    outlooks: Outlooks = field(default_factory=NoOutlooks)
    queues: KnownQueues = field(default_factory=KnownQueues)


@dataclass(slots=True)
class OrderPartition:
    """The working state of one owned partition; rebuilt from its rows whenever it is opened."""

    number: int
    rules: PartitionRules
    tally: Tally
    held: HeldBack = field(default_factory=HeldBack)
    due: DueTimes = field(default_factory=DueTimes)
    unsettled: set[bytes] = field(default_factory=set)
    again: set[bytes] = field(default_factory=set)
    offering: Offering = field(init=False)
    telling: Telling = field(init=False)
    learning: Learning = field(init=False)
    foresight: Foresight = field(init=False)

    def __post_init__(self) -> None:
        """Build the parts that talk to the outbox and that make forecasts."""
        rules = self.rules
        self.offering = _offering(self)
        self.telling = Telling(self.offering)
        self.learning = Learning(self.tally)
        self.foresight = Foresight(rules.orders, rules.outlooks, self.learning)

    def open(self, rows: Rows) -> None:
        """Build the due-time index, the set of orders with something left to send, and what has been learnt."""
        self.due = DueTimes()
        self.unsettled = set()
        orders = self.rules.orders
        self.learning.load(rows)
        for key, stored in order_rows(rows):
            row = read_row(stored, orders)
            self.due.move(key, None, marker_ends(stored) if row is None else wake_at(row, orders))
            if row is not None:
                self.learning.recover(row, orders.book.rules_of(row.clock))
                self._note(key, row)

    def apply(self, key: bytes, event: OrderEvent, rows: Rows, effects: Effects, now: Instant | None) -> Outcome:
        """Add one event to its order; `now` None while it is not known how far the sources have been read."""
        orders = self.rules.orders
        stored = rows.get(key)
        row = new_row(orders) if stored is None else read_row(stored, orders)
        if row is None:
            return Outcome.EXPIRED
        before = None if stored is None else wake_at(row, orders)
        trace = Trace()
        lead_before, top = lead_time(row.clock), row.clock.top
        outcome = apply(row, event, orders, trace)
        if outcome is Outcome.DUPLICATE:
            return outcome
        if trace.visits or lead_before != lead_time(row.clock):
            self.tally.moved(row, trace, orders.book.rules_of(row.clock), ended=lead_before is None)
        self.foresight.after(row, event, top, now)
        wake = wake_at(row, orders)
        if row.records is not None or (now is not None and wake is not None and wake <= now):
            self.offering.decide(key, row, effects, now)
            wake = wake_at(row, orders)
        self.telling.follow(key, row, effects, now)
        self.write(key, row, rows, (before, wake))
        return outcome

    def mark(self, key: bytes, report: Mark, rows: Rows, effects: Effects, now: Instant) -> None:
        """Take a report of the outbox into the order's row; offer what it made necessary."""
        stored = rows.get(key)
        row = None if stored is None else read_row(stored, self.rules.orders)
        if row is None:
            return
        known = owed(key, row)
        before = wake_at(row, self.rules.orders)
        if not mark_row(row, key.decode(), report):
            return
        wanted = owed(key, row)
        if key in self.again:  # a former owner's word came after the offer: nobody need send it twice
            effects.after.extend(self.offering.drop(known - wanted))
        effects.after.extend(self.offering.offer(key, row, now, only=wanted - known))
        self.telling.follow(key, row, effects, now)
        self.write(key, row, rows, (before, wake_at(row, self.rules.orders)))

    def tick(self, keys: list[bytes], rows: Rows, effects: Effects, now: Instant) -> None:
        """Look again at orders whose time has come, or whose notices are held back."""
        orders = self.rules.orders
        for key in dict.fromkeys(keys):
            stored = rows.get(key)
            if stored is None:
                continue
            row = read_row(stored, orders)
            if row is None:
                _marker_due(self.due, key, stored, rows, now)
                continue
            wake = wake_at(row, orders)
            if (wake is None or wake > now) and key not in self.held.keys:
                self.due.move(key, None, wake)
            elif may_leave(row, now, orders):
                _leave(self, key, row, rows, now)
            else:
                self.foresight.due(row, now)
                self.offering.decide(key, row, effects, now)
                self.telling.follow(key, row, effects, now, remind(row, now, orders))
                self.write(key, row, rows, (None, wake_at(row, orders)))

    def due_of(self, rows: Rows) -> Callable[[bytes], Instant | None]:
        """How the due-time index learns an order's present due time."""
        return partial(_due_at, rows, self.rules.orders)

    def reoffer(self, outbox: int | None, rows: Rows, effects: Effects, now: Instant) -> None:
        """Offer again what is unsettled, to one partition of the outbox or to all."""
        effects.after.extend(offered_again(self, outbox, rows, now))

    def write(self, key: bytes, row: Row, rows: Rows, wake: tuple[Instant | None, Instant | None]) -> None:
        """Store a row; `wake`: the due time that the index knows of (None for one that it has not), and the new one."""
        rows.put(key, encode_row(row))
        self.due.move(key, *wake)
        self._note(key, row)

    def _note(self, key: bytes, row: Row) -> None:
        if row.records is not None:  # else nothing was ever decided about it
            self.held.note(key, row)
            is_told = row.story is None or row.story.is_told
            is_done = is_told and all(is_settled(record) and not was_refused(record) for record in row.records)
            change = self.unsettled.discard if is_done else self.unsettled.add
            change(key)


def _offering(orders: OrderPartition) -> Offering:
    rules = orders.rules
    return Offering(
        orders.number,
        rules.outbox_topic,
        rules.addresses,
        rules.orders,
        orders.tally,
        orders.held.silences,
        rules.outlooks,
        rules.queues,
    )


def take_word(orders: OrderPartition, key: bytes, report: Told, rows: Rows) -> None:
    """Take a report of what an order's living message says."""
    stored = rows.get(key)
    row = None if stored is None else read_row(stored, orders.rules.orders)
    if row is not None and take_told(row.story, report):
        wake = wake_at(row, orders.rules.orders)
        orders.write(key, row, rows, (wake, wake))


def offered_again(orders: OrderPartition, outbox: int | None, rows: Rows, now: Instant) -> Iterator[Outgoing]:
    """What is unsettled about any order, to one partition of the outbox or to all."""
    for key in sorted(orders.unsettled) if orders.offering.reaches(outbox) else ():
        stored = rows.get(key)
        row = None if stored is None else read_row(stored, orders.rules.orders)
        if row is None:
            orders.unsettled.discard(key)
        else:
            orders.again.add(key)
            yield from orders.offering.offer(key, row, now, outbox=outbox)
            yield from orders.telling.offer(key, row, now, outbox=outbox)


def _due_at(rows: Rows, orders: OrderRules, key: bytes) -> Instant | None:
    stored = rows.get(key)
    return None if stored is None else wanted_at(stored, orders)


def _marker_due(due: DueTimes, key: bytes, stored: bytes, rows: Rows, now: Instant) -> None:
    """The marker of an order that has left goes when its time has come."""
    ends = marker_ends(stored)
    if ends is not None and ends <= now:
        rows.delete(key)
    else:
        due.move(key, None, ends)


def _leave(orders: OrderPartition, key: bytes, row: Row, rows: Rows, now: Instant) -> None:
    """A marker takes an order's place, once nothing that it taught can be lost with it."""
    if not orders.learning.holds(row):
        orders.due.file(key, now + _KEPT_SOON)
        return
    marker = leave(now)
    rows.put(key, marker)
    orders.due.move(key, None, marker_ends(marker))
