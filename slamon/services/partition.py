"""One partition of orders: events into rows, due times, decisions into offers.

Everything here is synchronous and runs on the event loop, one step at a time (DESIGN §4 "one writer per key");
the engine makes the row writes and the offers durable in that order.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from slamon.notices.marks import Mark
from slamon.notices.record import intents, is_settled
from slamon.notices.row import (
    Outcome,
    OrderRules,
    Row,
    apply,
    encode_row,
    entries_of,
    leave,
    leaves_at,
    mark_row,
    marker_ends,
    new_row,
    read_row,
    settle_row,
    wake_at,
)
from slamon.orders.event import Instant, OrderEvent
from slamon.services.offers import Address, Drop, OutboxRecord, encode, offers
from slamon.services.tally import Tally
from slamon.sla.clock import Trace
from slamon.sla.due_times import DueTimes
from slamon.sla.standing import order_json, order_report
from slamon.stream import Effects, Outgoing, Rows


@dataclass(frozen=True, slots=True)
class PartitionRules:
    """What every partition follows: the order rules, where offers go, and the topic they go to."""

    orders: OrderRules
    addresses: Mapping[str, Address]
    outbox_topic: str


@dataclass(slots=True)
class OrderPartition:
    """The working state of one owned partition; rebuilt from its rows whenever it is opened."""

    number: int
    rules: PartitionRules
    tally: Tally
    due: DueTimes = field(default_factory=DueTimes)
    unsettled: set[bytes] = field(default_factory=set)

    def open(self, rows: Rows) -> None:
        """Build the due-time index and the set of orders with something left to send."""
        self.due = DueTimes()
        self.unsettled = set()
        orders = self.rules.orders
        for key, stored in rows.items():
            row = read_row(stored, orders)
            at = marker_ends(stored) if row is None else wake_at(row, orders)
            if at is not None:
                self.due.file(key, at)
            if row is not None and row.records is not None and not all(map(is_settled, row.records)):
                self.unsettled.add(key)

    def apply(self, key: bytes, event: OrderEvent, rows: Rows, effects: Effects, now: Instant | None) -> Outcome:
        """Add one event to its order; `now` None while it is not known how far the sources have been read."""
        orders = self.rules.orders
        stored = rows.get(key)
        if stored is None:
            row, before = new_row(orders), None
        else:
            found = read_row(stored, orders)
            if found is None:
                return Outcome.EXPIRED
            row, before = found, wake_at(found, orders)
        trace = Trace()
        open_before = row.clock.ended_at is None
        outcome = apply(row, event, orders, trace)
        if outcome is Outcome.DUPLICATE:
            return outcome
        if trace.visits or (open_before and row.clock.ended_at is not None):
            self.tally.moved(row, trace, orders.clock, ended=open_before)
        self._store(key, row, rows, effects, now, before)
        return outcome

    def mark(self, key: bytes, report: Mark, rows: Rows) -> None:
        """Take a report of the outbox into the order's row."""
        stored = rows.get(key)
        row = None if stored is None else read_row(stored, self.rules.orders)
        if row is None or not mark_row(row, key.decode(), report):
            return
        before = wake_at(row, self.rules.orders) if key not in self.unsettled else None
        self._write(key, row, rows, before)

    def tick(self, keys: list[bytes], rows: Rows, effects: Effects, now: Instant) -> None:
        """Look again at orders whose time has come."""
        orders = self.rules.orders
        for key in keys:
            stored = rows.get(key)
            if stored is None:
                continue
            row = read_row(stored, orders)
            if row is None:
                self._marker_due(key, stored, rows, now)
                continue
            wake = wake_at(row, orders)
            if wake is None or wake > now:
                self.due.move(key, None, wake)
            elif wake == leaves_at(row, orders):
                rows.put(key, leave(now))
                self.due.move(key, None, marker_ends(leave(now)))
            else:
                self._store(key, row, rows, effects, now, None)

    def due_of(self, rows: Rows) -> Callable[[bytes], Instant | None]:
        """How the due-time index learns an order's present due time."""

        def due_at(key: bytes) -> Instant | None:
            stored = rows.get(key)
            if stored is None:
                return None
            row = read_row(stored, self.rules.orders)
            return marker_ends(stored) if row is None else wake_at(row, self.rules.orders)

        return due_at

    def reoffer(self, outbox: int | None, rows: Rows, effects: Effects, now: Instant) -> None:
        """Offer again what is unsettled, to one partition of the outbox or to all."""
        addresses = {
            name: address
            for name, address in self.rules.addresses.items()
            if outbox is None or address.partition == outbox
        }
        for key in list(self.unsettled) if addresses else ():
            stored = rows.get(key)
            row = None if stored is None else read_row(stored, self.rules.orders)
            if row is None:
                self.unsettled.discard(key)
            else:
                effects.after.extend(self._offers(key, row, now, addresses))

    def _marker_due(self, key: bytes, stored: bytes, rows: Rows, now: Instant) -> None:
        ends = marker_ends(stored)
        if ends is not None and ends <= now:
            rows.delete(key)
        elif ends is not None:
            self.due.file(key, ends)

    def _store(
        self, key: bytes, row: Row, rows: Rows, effects: Effects, now: Instant | None, before: Instant | None
    ) -> None:
        orders = self.rules.orders
        if row.records is not None:
            decide_at = now if now is not None else row.settled_at
        else:
            wake = wake_at(row, orders)
            decide_at = now if now is not None and wake is not None and wake <= now else None
        if decide_at is not None:
            waiting = _waiting(row, key)
            if settle_row(row, decide_at, orders):
                self.tally.decided(row, decide_at)
                effects.after.extend(self._drops(waiting - _waiting(row, key)))
                effects.after.extend(self._offers(key, row, row.settled_at or decide_at, self.rules.addresses))
                before = None
        self._write(key, row, rows, before)

    def _write(self, key: bytes, row: Row, rows: Rows, before: Instant | None) -> None:
        after = wake_at(row, self.rules.orders)
        rows.put(key, encode_row(row))
        self.due.move(key, before, after)
        if row.records is not None:
            if all(map(is_settled, row.records)):
                self.unsettled.discard(key)
            else:
                self.unsettled.add(key)

    def _offers(
        self, key: bytes, row: Row, now: Instant, addresses: Mapping[str, Address]
    ) -> Iterator[Outgoing]:
        records = row.records or []
        report = order_report(key.decode(), entries_of(row), now, self.rules.orders.clock, truncated=row.truncated)
        for offer in offers(records, order_json(report), self.number, addresses):
            yield self._outgoing(offer.receiver, OutboxRecord(offer=offer))

    def _drops(self, gone: set[tuple[str, str]]) -> Iterator[Outgoing]:
        for notice_id, receiver in sorted(gone):
            if receiver in self.rules.addresses:
                yield self._outgoing(receiver, OutboxRecord(drop=Drop(notice_id=notice_id, receiver=receiver)))

    def _outgoing(self, receiver: str, record: OutboxRecord) -> Outgoing:
        address = self.rules.addresses[receiver]
        return Outgoing(self.rules.outbox_topic, address.key, encode(record), address.partition)


def _waiting(row: Row, key: bytes) -> set[tuple[str, str]]:
    if row.records is None:
        return set()
    return {(intent.notice_id, intent.receiver) for intent in intents(key.decode(), row.records)}
