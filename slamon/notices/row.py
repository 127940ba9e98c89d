"""The row of one order: its bounded history, its clocks, its notices; bytes in, bytes out.

This is the hot path of the daemon: an event in time order costs one decode, one `advance` and one encode,
whatever the length of the history. Anything else (out of order, equal instants, long texts, another policy)
folds anew, and both ways give the same row (tests/unit/notices/test_row_laws.py).
"""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from slamon.notices.ledger import NoticeRules, Situation, settle
from slamon.notices.marks import Mark, mark
from slamon.notices.record import NoticeRecord, is_settled
from slamon.orders import facts
from slamon.orders.entry import (
    CHANNEL,
    STATUS_CODE,
    Entry,
    encode_entry,
    entry_of,
    is_long,
    pack,
    unpack,
)
from slamon.orders.event import DAY, Instant, OrderEvent, Span
from slamon.orders.history import KEPT_PER_END, insert, order_key
from slamon.orders.lifecycle import CANCELLED
from slamon.sla.clock import Clock, Trace, advance
from slamon.sla.conditions import conditions, next_due
from slamon.sla.fold import fold
from slamon.sla.rules import ClockRules

VERSION = 1
MARKER_KEPT: Span = 365 * DAY
"""A marker stays this long after its order has left: a late event neither rebuilds it nor notifies again."""


class Outcome(StrEnum):
    """What became of an event; the label `outcome` of slamon_events_total."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    UNKNOWN_STATUS = "unknown_status"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OrderRules:
    """Everything that a row needs to know: clocks, notices, how long an order stays after its end."""

    clock: ClockRules
    notices: NoticeRules = field(default_factory=NoticeRules)
    keep_finished: Span = 30 * DAY
    keep_not_started: Span = 90 * DAY


class Row(msgspec.Struct, array_like=True, gc=False):
    """One order's state. `settled_at` is the latest `now` at which its notices were settled."""

    version: int = VERSION
    policy: str = ""
    clock: Clock = msgspec.field(default_factory=Clock)
    count: int = 0
    truncated: bool = False
    log: bytes = b""
    channel: str | None = None
    records: list[NoticeRecord] | None = None
    settled_at: Instant | None = None


class Marker(msgspec.Struct, array_like=True, gc=False):
    """What stays of an order that has left."""

    version: int
    left_at: Instant


_MARKER_HEAD = 0x92  # an array of two; a row is an array of nine
encode_row = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(Row).decode
_decode_marker = msgspec.msgpack.Decoder(Marker).decode


def read_row(stored: bytes, rules: OrderRules) -> Row | None:
    """Read a stored row; None for the marker of an order that has left. A changed policy folds anew."""
    if stored[0] == _MARKER_HEAD:
        return None
    row = _decode_row(stored)
    if row.policy != rules.clock.policy.revision:
        _refold(row, unpack(row.log, row.count), rules, resort=True)
    return row


def new_row(rules: OrderRules) -> Row:
    """The row of an order not heard of before."""
    return Row(policy=rules.clock.policy.revision)


def apply(row: Row, event: OrderEvent, rules: OrderRules, trace: Trace | None = None) -> Outcome:
    """Add an event to an order; the row is changed in place unless the event is a duplicate.

    `trace` notes the stage visits that were not known to be over before.
    """
    entry = entry_of(event)
    clock = row.clock
    if entry.at > clock.last_at and row.count < KEPT_PER_END and not is_long(entry):
        advance(clock, entry, rules.clock, trace)
        row.log += encode_entry(entry)
        row.count += 1
        if event.channel is not None:
            row.channel = event.channel
    else:
        entries = unpack(row.log, row.count)
        is_new, dropped = insert(entries, entry, rules.clock.policy.lifecycle)
        if not is_new:
            return Outcome.DUPLICATE
        row.truncated = row.truncated or dropped
        before = None if trace is None else _visits(unpack(row.log, row.count), rules)
        _refold(row, entries, rules)
        if trace is not None and before is not None:
            trace.visits = [visit for visit in _visits(entries, rules) if visit not in before]
    if entry.type == STATUS_CODE and event.status not in rules.clock.index and event.status != CANCELLED:
        return Outcome.UNKNOWN_STATUS
    return Outcome.APPLIED


def _visits(entries: list[Entry], rules: OrderRules) -> list[tuple[int, Instant, Instant | None]]:
    """The stage visits that are over."""
    trace = Trace()
    fold(entries, rules.clock, trace)
    return trace.visits


def _refold(row: Row, entries: list[Entry], rules: OrderRules, *, resort: bool = False) -> None:
    lifecycle = rules.clock.policy.lifecycle
    if resort:
        entries.sort(key=lambda entry: order_key(entry, lifecycle))
    row.clock = fold(entries, rules.clock)
    row.log = pack(entries)
    row.count = len(entries)
    row.channel = facts.last_stated(entries, CHANNEL)
    row.policy = rules.clock.policy.revision


def entries_of(row: Row) -> list[Entry]:
    """The order's events, in their order."""
    return unpack(row.log, row.count)


def settle_row(row: Row, now: Instant, rules: OrderRules) -> bool:
    """Decide the notices at `now`, never before an earlier decision; returns whether anything changed."""
    if row.settled_at is not None and row.settled_at > now:
        now = row.settled_at
    records = row.records if row.records is not None else []
    if not settle(records, Situation(row.clock, rules.clock, now), rules.notices):
        return False
    row.records = records
    row.settled_at = now
    return True


def mark_row(row: Row, order_id: str, report: Mark) -> bool:
    """Take a report of the outbox; returns whether anything changed."""
    return row.records is not None and mark(order_id, row.records, report)


def wake_at(row: Row, rules: OrderRules) -> Instant | None:
    """The nearest instant at which this row wants to be looked at; None when only an event can change it."""
    due = _decide_at(row, rules)
    if due is None and all(map(is_settled, row.records or ())):
        return leaves_at(row, rules)
    return due


def _decide_at(row: Row, rules: OrderRules) -> Instant | None:
    """The nearest instant from which a notice stands that is not decided yet."""
    clock = row.clock
    if row.records is None and clock.passed is None and not clock.finishing:
        return next_due(clock)
    told = {(r.kind, r.stage, r.due_at) for r in row.records or () if r.standing}
    untold = [c.from_at for c in conditions(clock, rules.clock) if (int(c.kind), c.stage, c.due_at) not in told]
    return min(untold, default=None)


def leaves_at(row: Row, rules: OrderRules) -> Instant | None:
    """When a finished or cancelled order, or a silent cart, leaves the table; None for an open order."""
    clock = row.clock
    if clock.ended_at is not None:
        return max(clock.ended_at, clock.last_at) + rules.keep_finished
    if clock.started_at is None and clock.due_at is None:
        return clock.last_at + rules.keep_not_started
    return None


def may_leave(row: Row, now: Instant, rules: OrderRules) -> bool:
    """Tell whether an order was kept long enough and nothing is left to decide or to send."""
    at = leaves_at(row, rules)
    settled = _decide_at(row, rules) is None and all(map(is_settled, row.records or ()))
    return settled and at is not None and at <= now


def wanted_at(stored: bytes, rules: OrderRules) -> Instant | None:
    """When a stored row or marker wants to be looked at; None when only an event can change it."""
    row = read_row(stored, rules)
    return marker_ends(stored) if row is None else wake_at(row, rules)


def leave(now: Instant) -> bytes:
    """The marker that takes an order's place."""
    return encode_row(Marker(VERSION, now))


def marker_ends(stored: bytes) -> Instant | None:
    """When the marker of an order that has left may go; None when `stored` is a row."""
    return _decode_marker(stored).left_at + MARKER_KEPT if stored[0] == _MARKER_HEAD else None
