"""When a row wants to be looked at again, and when its order leaves the table. Pure."""

import msgspec

from slamon.notices.foreseen import foretold, learns_at, looks_at
from slamon.notices.record import is_settled
from slamon.notices.reminding import next_reminder
from slamon.notices.row import MARKER_HEAD, VERSION, OrderRules, Row, read_row
from slamon.orders.event import DAY, Instant, Span
from slamon.sla.conditions import conditions, next_due

MARKER_KEPT: Span = 365 * DAY
"""A marker stays this long after its order has left: a late event neither rebuilds it nor notifies again."""


class Marker(msgspec.Struct, array_like=True, gc=False):
    """What stays of an order that has left."""

    version: int
    left_at: Instant


_decode_marker = msgspec.msgpack.Decoder(Marker).decode
_encode_marker = msgspec.msgpack.Encoder().encode


def wake_at(row: Row, rules: OrderRules) -> Instant | None:
    """The nearest instant at which this row wants to be looked at; None when only an event can change it."""
    due = _earliest(_decide_at(row, rules), forecast_at(row, rules))
    if row.answers:
        due = _earliest(due, next_reminder(row, rules))
    if due is None and all(map(is_settled, row.records or ())):
        return leaves_at(row, rules)
    return due


def forecast_at(row: Row, rules: OrderRules) -> Instant | None:
    """When the order is learnt from, or looked at for what its forecast says; None when neither."""
    clock, forecast = row.clock, rules.forecast
    if clock.ended_at is not None:
        return learns_at(row.foreseen, clock, forecast)
    return looks_at(row.foreseen, clock, rules.book.rules_of(clock), forecast) if forecast.notify else None


def _earliest(one: Instant | None, other: Instant | None) -> Instant | None:
    return other if one is None else one if other is None else min(one, other)


def _decide_at(row: Row, rules: OrderRules) -> Instant | None:
    """The nearest instant from which a notice stands that is not decided yet, or is held back no longer."""
    clock = row.clock
    clock_rules = rules.book.rules_of(clock)
    by_forecast = foretold(row.foreseen, clock, rules.forecast) if rules.forecast.notify else None
    if row.records is None and clock.passed is None and clock.finish_at is None and by_forecast is None:
        return next_due(clock, clock_rules)
    told = {record.key for record in row.records or () if record.standing}
    found = conditions(clock, clock_rules)
    if by_forecast is not None:
        found.append(by_forecast)
    untold = [c.from_at for c in found if c.key not in told]
    held = [record.held_until for record in row.records or ()]
    return min([*untold, *(until for until in held if until is not None)], default=None)


def is_held(row: Row) -> bool:
    """Whether a notice of an order is held back."""
    return any(record.held_until is not None for record in row.records or ())


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
    undecided = _earliest(_decide_at(row, rules), forecast_at(row, rules))
    settled = undecided is None and all(map(is_settled, row.records or ()))
    return settled and at is not None and at <= now


def wanted_at(stored: bytes, rules: OrderRules) -> Instant | None:
    """When a stored row or marker wants to be looked at; None when only an event can change it."""
    row = read_row(stored, rules)
    return marker_ends(stored) if row is None else wake_at(row, rules)


def leave(now: Instant) -> bytes:
    """The marker that takes an order's place."""
    return _encode_marker(Marker(VERSION, now))


def marker_ends(stored: bytes) -> Instant | None:
    """When the marker of an order that has left may go; None when `stored` is a row."""
    return _decode_marker(stored).left_at + MARKER_KEPT if stored[0] == MARKER_HEAD else None
