"""Events, entries, rows and rules for the tests of the core, with everything given that a test does not care for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.notices.record import NoticeRecord
from slamon.notices.row import OrderRules, Row, apply, encode_row, mark_row, new_row, read_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.entry import Entry, entry_of
from slamon.orders.event import DAY, SECOND, EventType, Instant, OrderEvent
from slamon.orders.history import insert
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.book import RuleBook
from slamon.sla.calendar import Length
from slamon.sla.policy import DivergenceTerms, SlaPolicy, SlaTerms, StageBudget
from slamon.sla.rules import ClockRules

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

T0: Instant = 1_772_442_000 * SECOND
"""2026-03-02T09:00:00Z, a Monday: the day 0 of the scenarios."""

ORDER = "o-1"


def day(days: float, *, us: int = 0) -> Instant:
    """So many days after `T0`, and a few microseconds."""
    return T0 + round(days * DAY) + us


def order_event(status: str | None = "SUBMITTED", at: Instant = T0, **changes: Any) -> OrderEvent:
    """A status event of order `o-1` from the shop at `T0`; `changes` are further fields."""
    content: dict[str, Any] = {"order_id": ORDER, "occurred_at": at, "status": status, "system": "shop"}
    return OrderEvent(**(content | changes))


def told(kind: EventType, at: Instant = T0, **changes: Any) -> OrderEvent:
    """An event of another type than `status`."""
    return order_event(None, at, **({"type": str(kind), "system": "crm"} | changes))


def promised(date: Instant, at: Instant = T0, **changes: Any) -> OrderEvent:
    """A promise, by default the CRM's."""
    return told(EventType.PROMISE, at, **({"promised_at": date} | changes))


def entries(*events: OrderEvent) -> list[Entry]:
    """The ordered, bounded history that these events make, whatever their order."""
    found: list[Entry] = []
    for event in events:
        insert(found, entry_of(event), DEFAULT_LIFECYCLE)
    return found


def policy(*stages: StageBudget, **terms: Any) -> SlaPolicy:
    """The default policy with other stages (none given: the default ones) and other terms of the promise."""
    default = SlaPolicy()
    return SlaPolicy(promise=replace(default.promise, **terms), stages=stages or default.stages)


def clock_rules(*stages: StageBudget, **terms: Any) -> ClockRules:
    """`policy`, laid out for the clocks."""
    return ClockRules(policy(*stages, **terms))


def book(*policies: SlaPolicy, **terms: Any) -> RuleBook:
    """A book of these policies and the default one, with other terms of `sla`."""
    return RuleBook.of(SlaTerms(policies or (SlaPolicy(),), **terms))


def order_rules(*receivers: str, **changes: Any) -> OrderRules:
    """The default rules with these receivers (none given: `slack`)."""
    content: dict[str, Any] = {"book": BOOK, "notices": NoticeRules(receivers or ("slack",))}
    return OrderRules(**(content | changes))


CLOCK = ClockRules(SlaPolicy())
BOOK = RuleBook.of(SlaTerms())
RULES = order_rules()

AGREED = DivergenceTerms(allowed_skew=9000 * DAY)
"""Systems have so long to follow each other that none diverges within a test."""

AGREED_BOOK = book(divergence=AGREED)

PROMISE_ONLY = order_rules(
    book=book(SlaPolicy(stages=(StageBudget("PACKAGING", "CLOSED", Length(900)),)), divergence=AGREED)
)
"""Rules whose stages never come due within a test, nor do systems diverge: only the promise gives notices."""


def row_of(*events: OrderEvent, rules: OrderRules = RULES) -> Row:
    """The row after these events, in the order in which they arrived."""
    row = new_row(rules)
    for event in events:
        apply(row, event, rules)
    return row


def stored_after(events: Iterable[OrderEvent], rules: OrderRules = RULES) -> bytes:
    """The stored row after these events, read and written again for each, as the daemon does."""
    stored = encode_row(new_row(rules))
    for event in events:
        row = read_row(stored, rules)
        assert row is not None
        apply(row, event, rules)
        stored = encode_row(row)
    return stored


def mark_of(
    record: NoticeRecord,
    state: DeliveryState,
    attempts: int,
    *,
    receiver: str = "slack",
    at: Instant = T0,
    **changes: Any,
) -> Mark:
    """A report of the outbox about a notice of order `o-1`."""
    content = {"notice_id": record.id_for(ORDER), "error": None, "remote": None} | changes
    return Mark(receiver=receiver, state=state, attempts=attempts, at=at, **content)


def settled(row: Row, rules: OrderRules, now: Instant, state: DeliveryState | None) -> Row:
    """The row after a decision at `now`, each pending notice told with this outcome; None: not told yet."""
    settle_row(row, now, rules)
    for record in row.records or [] if state else []:
        if record.deliveries["slack"].state == DeliveryState.PENDING:
            assert mark_row(row, ORDER, mark_of(record, state or DeliveryState.SENT, 1))
    return row


def states(records: Sequence[NoticeRecord]) -> list[tuple[int, bool, dict[str, str], dict[str, str]]]:
    """(kind, standing, deliveries, withdrawals) of records, as plain words."""
    return [
        (
            record.kind,
            record.standing,
            {name: str(delivery.state) for name, delivery in record.deliveries.items()},
            {name: str(delivery.state) for name, delivery in (record.retraction or {}).items()},
        )
        for record in records
    ]
