"""An order as the daemon keeps it while time goes by: what stands of its notices, looked at whenever one comes due."""

from collections.abc import Sequence
from typing import TypeAlias

from slamon.notices.leaving import wake_at
from slamon.notices.row import OrderRules, Row, apply, new_row, settle_row
from slamon.orders.event import Instant, OrderEvent
from slamon.sla.clock import Key
from slamon.sla.conditions import conditions

Named: TypeAlias = tuple[Key, Instant, Instant | None]
"""What names a notice, when it came true, and its due time with holds."""


def standing(row: Row) -> set[Named]:
    """The notices that were decided and stand."""
    return {(record.key, record.at, record.shown_at) for record in row.records or () if record.standing}


def true_at(row: Row, now: Instant, rules: OrderRules) -> set[Named]:
    """The notices that the row's clocks alone say must stand."""
    found = conditions(row.clock, rules.book.rules_of(row.clock))
    return {(c.key, c.at, c.shown_at) for c in found if c.from_at <= now}


def ticked(events: Sequence[OrderEvent], end: Instant, rules: OrderRules) -> Row:
    """As the daemon does: between events everything that comes due is decided at its own instant."""
    row = new_row(rules)
    for number, event in enumerate(events):
        apply(row, event, rules)
        until = events[number + 1].occurred_at if number + 1 < len(events) else end + 1
        due = notice_due(row, rules)
        while due is not None and due < until:
            settle_row(row, due, rules)
            due = notice_due(row, rules)
    settle_row(row, end, rules)
    return row


def notice_due(row: Row, rules: OrderRules) -> Instant | None:
    """`wake_at` without the leaving: every notice counts as unsent."""
    due = wake_at(row, rules)
    leaves = row.clock.ended_at is not None or row.clock.due_at is None
    known = {condition.from_at for condition in conditions(row.clock, rules.book.rules_of(row.clock))}
    return None if due is None or (leaves and due not in known) else due
