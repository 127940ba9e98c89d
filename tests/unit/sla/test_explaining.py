"""From an order's report to its explanation: causes of its time, stated dates and what they did."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.book import RuleBook
from slamon.sla.causes import Cause, Window, totals
from slamon.sla.explained import Effect
from slamon.sla.explaining import explanation, intervals, missing_messages
from slamon.sla.policy import HoldTerms, OnRegress, SlaPolicy
from slamon.sla.standing import OrderReport, order_report
from tests.builders import BOOK, HOUR, ORDER, T0, book, day, entries, order_event, policy, promised, told
from tests.fakes.calendars import WORKSHOP
from tests.strategies import order_events

HOLD, RELEASE, NOTE, CANCEL = EventType.HOLD, EventType.RELEASE, EventType.NOTE, EventType.CANCEL
S, P, A, M = "SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_APPROVED", "MANUFACTURING_STARTED"


def says(system: str, status: str, hours: float, **changes: Any) -> OrderEvent:
    """A system reports a status so many hours after `T0`."""
    return order_event(status, T0 + round(hours * HOUR), system=system, **changes)


def _report(*events: OrderEvent, now: Instant = T0 + 10 * HOUR, rules: RuleBook = BOOK) -> OrderReport:
    return order_report(ORDER, entries(*events), now, rules)


AGREED = [says("shop", S, 0), told(NOTE, T0), says("mes", P, 1)]
Row = tuple[float, float, str, str | None]


def _hours(report: OrderReport, **known: Any) -> list[Row]:
    """(since, until, cause, who), in hours."""
    found = intervals(report, {Cause(name): windows for name, windows in known.items()})
    return [((one.since - T0) / HOUR, (one.until - T0) / HOUR, str(one.cause), one.who) for one in found]


# Events, and what the hours up to the tenth went to.
CAUSES: dict[str, tuple[list[OrderEvent], list[Row]]] = {
    "whose move it is": (AGREED, [(0, 1, "work", "mes"), (1, 10, "person", "seller")]),
    "a cart has no time": ([says("shop", "INITIATED", 0)], []),
    "up to the end": ([*AGREED, says("mes", "SHIPPED", 4)], [(0, 1, "work", "mes"), (1, 4, "person", "seller")]),
    "up to the cancel": ([*AGREED, told(CANCEL, T0 + 3 * HOUR)], [(0, 1, "work", "mes"), (1, 3, "person", "seller")]),
    "a hold, with its reason": (
        [*AGREED, told(HOLD, T0 + 2 * HOUR, reason="no file"), told(RELEASE, T0 + 5 * HOUR)],
        [(0, 1, "work", "mes"), (1, 2, "person", "seller"), (2, 5, "hold", "no file"), (5, 10, "person", "seller")],
    ),
    "a hold that lasts": (
        [*AGREED, told(HOLD, T0 + 2 * HOUR)],
        [(0, 1, "work", "mes"), (1, 2, "person", "seller"), (2, 10, "hold", None)],
    ),
    "a message of another system": (
        [*AGREED, says("shop", A, 3), says("crm", A, 6)],
        [(0, 1, "work", "mes"), (1, 3, "person", "seller"), (3, 10, "person", "operator")],
    ),
    "a message of the system whose move it is": (
        [*AGREED, says("crm", A, 2), says("crm", P, 4), says("crm", A, 7)],
        [
            (0, 1, "work", "mes"),
            (1, 2, "person", "seller"),
            (2, 4, "person", "operator"),
            (4, 7, "message", "crm"),
            (7, 10, "person", "operator"),
        ],
    ),
}


@pytest.mark.parametrize(("events", "rows"), CAUSES.values(), ids=CAUSES)
def test_what_the_time_of_an_order_went_to(events: list[OrderEvent], rows: list[Row]) -> None:
    """From its start to its end, or to now."""
    assert _hours(_report(*events)) == rows


def test_what_was_found_elsewhere_stands_before_the_own_move() -> None:
    """A hold before an outage, an outage before a lag, each of them before whose move it is."""
    report = _report(*AGREED, told(HOLD, T0 + 5 * HOUR), told(RELEASE, T0 + 6 * HOUR))
    rows = _hours(
        report,
        service=[Window(T0 + 3 * HOUR, T0 + 7 * HOUR, "mes-db")],
        queue=[Window(T0 + 2 * HOUR, None, "mes-in")],
    )
    assert rows == [
        (0, 1, "work", "mes"),
        (1, 2, "person", "seller"),
        (2, 3, "queue", "mes-in"),
        (3, 5, "service", "mes-db"),
        (5, 6, "hold", None),
        (6, 7, "service", "mes-db"),
        (7, 10, "queue", "mes-in"),
    ]


# (system, since, until) in hours of the messages that were missing for longer than the skew.
MISSING: dict[str, tuple[list[OrderEvent], list[tuple[str, float, float]]]] = {
    "all agree": (AGREED, []),
    "behind, caught up": ([*AGREED, says("mes", M, 3), says("crm", A, 6)], [("crm", 3, 6)]),
    "behind still": ([*AGREED, says("mes", M, 3)], [("crm", 3, 10)]),
    "within the skew": ([*AGREED, says("mes", M, 3), says("crm", A, 3.25)], []),
    "an ending at the microsecond": ([*AGREED, says("mes", M, 3), says("crm", A, 3.25 + 1 / HOUR)], [("crm", 3, 3.25)]),
    "lost": ([says("shop", S, 0), says("mes", P, 1), says("mes", M, 3)], [("crm", 3, 10)]),
    "regressed": (
        [*AGREED, says("crm", A, 2), says("crm", P, 4), says("crm", A, 7)],
        [("crm", 4, 7)],
    ),
    "ahead is no missing message": ([*AGREED, says("mes", A, 3)], []),
    "twice": (
        [*AGREED, says("crm", A, 2), says("crm", P, 4), says("crm", A, 5), says("crm", P, 7)],
        [("crm", 4, 5), ("crm", 7, 10)],
    ),
    "past the end": ([*AGREED, says("mes", M, 3), says("mes", "SHIPPED", 5)], [("crm", 3, 10)]),
}


@pytest.mark.parametrize(("events", "rows"), MISSING.values(), ids=MISSING)
def test_when_a_message_was_missing(events: list[OrderEvent], rows: list[tuple[str, float, float]]) -> None:
    """From its beginning to what ended it, once it has outlasted the skew."""
    found = missing_messages(_report(*events))
    windows = [Window(T0 + round(since * HOUR), T0 + round(until * HOUR), name) for name, since, until in rows]
    # The microsecond that the hours can't say.
    assert [(w.what, w.since, (w.until or 0) // 10) for w in found] == [
        (w.what, w.since, (w.until or 0) // 10) for w in windows
    ]


EFFECTS: dict[str, tuple[list[OrderEvent], list[Effect]]] = {
    "the first, a repeat, a revision": (
        [promised(day(9), day(1)), promised(day(9), day(2)), promised(day(10), day(3))],
        [Effect.FIRST, Effect.REPEATED, Effect.REVISED],
    ),
    "an old date repeated": (
        [promised(day(9), day(1)), promised(day(8), day(2), system="mes"), promised(day(9), day(3))],
        [Effect.FIRST, Effect.REVISED, Effect.REPEATED],
    ),
    "over a cap": (
        [promised(day(9), day(1)), promised(day(12), day(2)), promised(day(13), day(3)), promised(day(11), day(4))],
        [Effect.FIRST, Effect.REVISED, Effect.OVER_CAP, Effect.REVISED],
    ),
    "after the end": (
        [promised(day(9), day(1)), says("mes", "SHIPPED", 48), promised(day(10), day(3))],
        [Effect.FIRST, Effect.AFTER_END],
    ),
    "with the end": (
        [says("mes", "SHIPPED", 48, promised_at=day(10))],
        [Effect.FIRST],
    ),
    "of a cycle that is over": (
        [promised(day(9), day(1)), says("mes", P, 48), says("shop", S, 72), promised(day(9), day(4))],
        [Effect.REPEATED, Effect.FIRST],
    ),
}


@pytest.mark.parametrize(("events", "effects"), EFFECTS.values(), ids=EFFECTS)
def test_what_each_stated_date_did(events: list[OrderEvent], effects: list[Effect]) -> None:
    """Which counted, which did not, and why."""
    rules = book(replace(policy(max_extensions=1), on_regress=OnRegress.NEW_CYCLE))
    told_dates = explanation(_report(says("shop", S, 0), *events, now=day(5), rules=rules)).statements
    assert [statement.effect for statement in told_dates] == effects
    assert [(one.at, one.date) for one in told_dates] == [
        (event.occurred_at, event.promised_at) for event in events if event.promised_at is not None
    ]


def test_an_explanation_says_under_which_terms_and_what_was_said() -> None:
    """The policy, its calendar, the promise of §5, everything that was said by then."""
    rules = book(policy(calendar=WORKSHOP))
    events = [
        says("shop", S, 0),
        promised(day(9), T0 + HOUR, actor="u-1", reason="asked for"),
        says("mes", P, 2),
        says("crm", A, 99),
    ]
    found = explanation(_report(*events, rules=rules))
    assert (found.order_id, found.as_of, found.verdict, found.lead_time) == (ORDER, T0 + 10 * HOUR, "on_track", None)
    assert (found.terms.name, found.terms.calendar, found.terms.revision) == (
        None,
        WORKSHOP,
        rules.eras[-1].revision,
    )
    assert found.promise["due_at"] == "2026-03-11T09:00:00Z"
    assert [(said.type, said.status, said.system) for said in found.events] == [
        ("status", S, "shop"),
        ("promise", None, "crm"),
        ("status", P, "mes"),
    ]
    (stated,) = found.statements
    assert (stated.by, stated.actor, stated.reason) == ("crm", "u-1", "asked for")
    ended = explanation(_report(*events, says("mes", "SHIPPED", 100), now=day(9), rules=rules))
    assert (ended.lead_time, ended.verdict) == (100 * HOUR, "kept")


@pytest.mark.parametrize(("is_paused", "pauses"), [(True, [Window(T0 + 2 * HOUR, T0 + 10 * HOUR)]), (False, [])])
def test_pauses_are_shown_where_they_stop_the_promise(is_paused: bool, pauses: list[Window]) -> None:
    """A hold that stops no clock is a cause, no pause."""
    rules = book(SlaPolicy(holds=HoldTerms(pauses_promise=is_paused, pauses_stages=True)))
    found = explanation(_report(*AGREED, told(HOLD, T0 + 2 * HOUR), rules=rules))
    assert found.pauses == pauses
    assert found.intervals[-1].cause is Cause.HOLD


@given(order_events(), st.integers(0, 40))
def test_the_causes_divide_the_whole_time(events: list[OrderEvent], days: int) -> None:
    """Every microsecond from the start to the end, or to now, has one cause."""
    report = _report(*events, now=day(days))
    found, started_at = intervals(report), report.clock.started_at
    spans = sum(totals(found).values())
    assert spans == (0 if started_at is None else max(0, report.until - started_at))
    assert all(before.until == after.since for before, after in pairwise(found))
