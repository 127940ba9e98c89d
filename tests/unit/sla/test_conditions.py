"""Which conditions have come true, and which is next (CONTRACT §4 "Standing")."""

import pytest

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.clock import Due
from slamon.sla.conditions import conditions, next_due
from slamon.sla.fold import fold
from tests.builders import AGREED_BOOK, BOOK, CLOCK, MINUTE, PROMISE_ONLY, T0, day, entries, order_event, promised, told

RISK, BREACH, STAGE, LATE = Due.AT_RISK, Due.BREACHED, Due.STAGE_OVERDUE, Due.FINISHED_LATE
PROMISE = PROMISE_ONLY.book

SUBMITTED = order_event()
Named = tuple[Due, Instant, Instant]

STANDING: dict[str, tuple[list[OrderEvent], Instant, list[Named]]] = {
    "before the warning": ([SUBMITTED], day(18, us=-1), []),
    "at the warning": ([SUBMITTED], day(18), [(RISK, day(21), day(18))]),
    "at the due date": ([SUBMITTED], day(21), [(RISK, day(21), day(18))]),
    "after it": ([SUBMITTED], day(21, us=1), [(RISK, day(21), day(18)), (BREACH, day(21), day(21))]),
    "past when stated": ([SUBMITTED, promised(day(1), day(4))], day(4), [(BREACH, day(1), day(4))]),
    "stated at itself": ([SUBMITTED, promised(day(4), day(4))], day(4), []),
    "stated inside its warning": ([SUBMITTED, promised(day(6), day(4))], day(4), [(RISK, day(6), day(4))]),
    "finished at the warning": ([SUBMITTED, order_event("SHIPPED", day(18), system="mes")], day(99), []),
    "finished at the due date": (
        [SUBMITTED, order_event("SHIPPED", day(21), system="mes")],
        day(99),
        [(RISK, day(21), day(18))],
    ),
    "finished after it": (
        [SUBMITTED, order_event("SHIPPED", day(22), system="mes")],
        day(22),
        [(RISK, day(21), day(18)), (BREACH, day(21), day(21)), (LATE, day(21), day(22))],
    ),
    "finished after it, heard of after": (
        [SUBMITTED, order_event("SHIPPED", day(22), system="mes"), told(EventType.NOTE, day(23))],
        day(24),
        [(RISK, day(21), day(18)), (BREACH, day(21), day(21)), (LATE, day(21), day(22))],
    ),
    "finished late by the date told with it": (
        [SUBMITTED, order_event("SHIPPED", day(5), system="mes", promised_at=day(4))],
        day(5),
        [(LATE, day(4), day(5))],
    ),
    "cancelled": ([SUBMITTED, told(EventType.CANCEL, day(18))], day(99), []),
    "re-promised at the due date": (
        [SUBMITTED, promised(day(40), day(21))],
        day(30),
        [(RISK, day(21), day(18))],
    ),
    "two dates broken": (
        [SUBMITTED, promised(day(30), day(22))],
        day(31),
        [
            (RISK, day(21), day(18)),
            (BREACH, day(21), day(21)),
            (RISK, day(30), day(27)),
            (BREACH, day(30), day(30)),
        ],
    ),
    "a broken date again": (
        [SUBMITTED, promised(day(5), day(1)), promised(day(30), day(6)), promised(day(5), day(7))],
        day(8),
        [(RISK, day(5), day(2)), (BREACH, day(5), day(5))],
    ),
    "a date again that passed meanwhile": (
        [SUBMITTED, promised(day(9), day(1)), promised(day(40), day(2)), promised(day(9), day(12))],
        day(13),
        [(BREACH, day(9), day(12))],
    ),
}


@pytest.mark.parametrize(("events", "now", "expected"), STANDING.values(), ids=STANDING)
def test_what_stands_of_a_promise(events: list[OrderEvent], now: Instant, expected: list[Named]) -> None:
    """One per (kind, due), true since the instant at which it first became true."""
    found = conditions(fold(entries(*events), PROMISE), PROMISE.rules[0])
    shown = [(c.kind, c.due_at, c.at) for c in found if c.from_at <= now]
    assert sorted(shown) == sorted(expected)


STAGES: dict[str, tuple[list[OrderEvent], Instant, list[tuple[str | None, Instant | None]]]] = {
    "at its budget": ([SUBMITTED], T0 + 30 * MINUTE, []),
    "over it": ([SUBMITTED], T0 + 30 * MINUTE + 1, [("SUBMITTED", T0 + 30 * MINUTE)]),
    "left in time": ([SUBMITTED, order_event("PRICE_CALCULATED", T0 + 30 * MINUTE)], day(1), []),
    "left too late": (
        [SUBMITTED, order_event("PRICE_CALCULATED", T0 + 31 * MINUTE)],
        day(1),
        [("SUBMITTED", T0 + 30 * MINUTE)],
    ),
    "ended in time": ([SUBMITTED, told(EventType.CANCEL, T0 + MINUTE)], day(1), []),
    "entered twice": (
        [SUBMITTED, order_event("PRICE_CALCULATED", day(1)), order_event("SUBMITTED", day(1, us=1))],
        day(2),
        [("SUBMITTED", T0 + 30 * MINUTE), ("SUBMITTED", day(1, us=1) + 30 * MINUTE)],
    ),
}


@pytest.mark.parametrize(("events", "now", "expected"), STAGES.values(), ids=STAGES)
def test_what_stands_of_stages(
    events: list[OrderEvent], now: Instant, expected: list[tuple[str | None, Instant | None]]
) -> None:
    """Overdue when (left or now) - entered > budget; `due` is entered + budget, `stage` its `from`."""
    found = conditions(fold(entries(*events), BOOK), CLOCK)
    shown = [(c.stage, c.due_at) for c in found if c.kind is STAGE and c.from_at <= now]
    assert sorted(shown, key=lambda stage: stage[1] or 0) == expected
    assert all(c.at == c.due_at for c in found if c.kind is STAGE)


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ([], None),
        ([order_event("INITIATED")], None),
        ([SUBMITTED], T0 + 30 * MINUTE + 1),
        ([order_event("SHIPPED")], None),
        ([order_event("PACKAGING")], day(18)),
        ([order_event("PACKAGING"), promised(day(2))], T0),
        ([order_event("PACKAGING"), promised(day(-2))], T0),
        ([order_event("PACKAGING"), promised(T0)], T0 + 1),
        ([order_event("PRICE_CALCULATED"), promised(day(30))], day(2, us=1)),
    ],
)
def test_the_next_due_time(events: list[OrderEvent], due: Instant | None) -> None:
    """The nearest instant from which a condition would stand that is not noted yet."""
    assert next_due(fold(entries(*events), AGREED_BOOK), AGREED_BOOK.rules[0]) == due


def test_the_next_due_time_is_that_of_a_condition() -> None:
    """A clock on which nothing was noted yet has one way to say what is next."""
    clock = fold(entries(SUBMITTED, promised(day(2))), BOOK)
    assert next_due(clock, CLOCK) == min(c.from_at for c in conditions(clock, CLOCK))
