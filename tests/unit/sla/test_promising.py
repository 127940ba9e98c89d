"""Stated dates: which counts, which is over a cap, what is in force (CONTRACT §3 "Promise", §3.1)."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, EventType, Instant, OrderEvent
from slamon.sla.calendar import Length
from slamon.sla.clock import Clock, Trace
from slamon.sla.fold import fold
from slamon.sla.policy import HoldTerms, SlaPolicy
from slamon.sla.promising import in_force
from slamon.sla.standing import order_report, original_due, revisions
from tests.builders import BOOK, CLOCK, HOUR, ORDER, T0, book, day, entries, order_event, policy, promised, told
from tests.fakes.calendars import WORKSHOP

SUBMITTED = order_event()


def _stated(*events: OrderEvent, **terms: Any) -> tuple[Clock, Trace]:
    trace = Trace()
    return fold(entries(SUBMITTED, *events), book(policy(**terms)), trace), trace


# What was stated: (date, when, by whom), and which of them counted, by their places.
COUNTS: dict[str, tuple[list[tuple[float, float, str | None]], list[int]]] = {
    "one": ([(9, 1, "crm")], [0]),
    "a system repeats itself": ([(9, 1, "crm"), (9, 2, "crm")], [0]),
    "a system repeats its old date": ([(9, 1, "crm"), (5, 2, "mes"), (9, 3, "crm")], [0, 1]),
    "and does so again": ([(9, 1, "crm"), (5, 2, "mes"), (9, 3, "crm"), (9, 4, "crm")], [0, 1]),
    "a system comes back to a date": ([(9, 1, "crm"), (5, 2, "crm"), (9, 3, "crm")], [0, 1, 2]),
    "another says the same": ([(9, 1, "crm"), (9, 2, "mes")], [0, 1]),
    "nobody is one too": ([(9, 1, None), (5, 2, "crm"), (9, 3, None)], [0, 1]),
    "a date that had passed": ([(1, 2, "crm")], [0]),
    "the default, stated": ([(21, 2, "crm")], [0]),
    "after the default had passed": ([(30, 22, "crm"), (40, 23, "mes")], [0, 1]),
}


@pytest.mark.parametrize(("stated", "places"), COUNTS.values(), ids=COUNTS)
def test_a_date_counts_when_it_differs_from_the_last_that_its_system_stated(
    stated: list[tuple[float, float, str | None]], places: list[int]
) -> None:
    """A system that repeats its old date does not undo another's new one; the last that counts is in force."""
    clock, trace = _stated(*(promised(day(date), day(at), system=by) for date, at, by in stated))
    assert trace.promises == [(day(stated[place][1]), day(stated[place][0])) for place in places]
    assert clock.due_at == day(stated[places[-1]][0])
    assert trace.refused == []


# Whether the default had passed when a date was stated, and what that makes the original one.
ORIGINALS: dict[str, tuple[Instant, Instant, int]] = {
    "before": (day(20), day(30), 0),
    "at its instant": (day(21), day(30), 0),
    "after": (day(21, us=1), day(21), 1),
}


@pytest.mark.parametrize(("at", "original", "count"), ORIGINALS.values(), ids=ORIGINALS)
def test_a_date_stated_after_the_default_had_passed_revises_it(at: Instant, original: Instant, count: int) -> None:
    """`original_due_at` = the first that counts, unless the default had passed; then that."""
    report = order_report(ORDER, entries(SUBMITTED, promised(day(30), at)), day(22), BOOK)
    assert (report.due_at, original_due(report), revisions(report)) == (day(30), original, count)
    assert report.clock.original_at == original


def test_until_the_first_is_stated_the_default_is_in_force() -> None:
    """Its risk and its breach are those of the default; then those of the date, from when it was stated."""
    clock, _ = _stated(promised(day(60), day(22)))
    assert [(passed.kind, passed.due_at, passed.at) for passed in clock.passed or () if passed.kind < 2] == [
        (0, day(21), day(18)),
        (1, day(21), day(21)),
    ]
    assert (clock.since, clock.risk_at, clock.breach_at) == (day(22), day(57), day(60))


FINISHED = [order_event("SHIPPED", day(5), system="mes")]
ENDED: dict[str, tuple[list[OrderEvent], Instant, list[tuple[Instant, Instant]]]] = {
    "after the finish": ([*FINISHED, promised(day(4), day(5, us=1))], day(21), []),
    "at its instant": ([*FINISHED, promised(day(4), day(5))], day(4), [(day(5), day(4))]),
    "with it": ([order_event("SHIPPED", day(5), promised_at=day(4))], day(4), [(day(5), day(4))]),
    "after a cancel": ([told(EventType.CANCEL, day(5)), promised(day(4), day(6))], day(4), [(day(6), day(4))]),
}


@pytest.mark.parametrize(("events", "due_at", "counted"), ENDED.values(), ids=ENDED)
def test_a_date_stated_after_the_finish_has_no_effect(
    events: list[OrderEvent], due_at: Instant, counted: list[tuple[Instant, Instant]]
) -> None:
    """Kept for the record; only a finish does that."""
    clock, trace = _stated(*events)
    assert (clock.due_at, trace.promises) == (due_at, counted)


# Dates stated on days 1, 2, … and which of them are refused; with a cap of so many, and of so many days.
CAPPED: dict[str, tuple[int | None, float | None, list[float], list[float]]] = {
    "none at all: the first date is none": (0, None, [30], []),
    "none at all: an extension": (0, None, [30, 31], [31]),
    "none at all: an earlier date": (0, None, [30, 25, 24], []),
    "none at all: back to where it was": (0, None, [30, 25, 30], [30]),
    "one": (1, None, [30, 31, 32], [32]),
    "one, which an earlier date does not give back": (1, None, [30, 31, 25, 26], [26]),
    "what was refused uses nothing up": (1, 5, [30, 36, 35], [36]),
    "so far and no further": (None, 5, [30, 35, 36], [36]),
    "so far in all": (None, 5, [30, 33, 35, 38], [38]),
    "so far from the original, not from the last": (None, 5, [30, 20, 35], []),
    "both": (2, 5, [30, 31, 36, 32, 33], [36, 33]),
}


@pytest.mark.parametrize(("most", "furthest", "dates", "refused"), CAPPED.values(), ids=CAPPED)
def test_a_date_over_a_cap_has_no_effect(
    most: int | None, furthest: float | None, dates: list[float], refused: list[float]
) -> None:
    """`max_extensions`: how often, `max_extension`: how far beyond the original date, one may be moved later."""
    length = None if furthest is None else Length(int(furthest))
    clock, trace = _stated(
        *(promised(day(date), day(number + 1)) for number, date in enumerate(dates)),
        max_extensions=most,
        max_extension=length,
    )
    counted = [date for _, date in trace.promises]
    assert [date for _, date in trace.refused] == [day(date) for date in refused]
    assert sorted([*counted, *(date for _, date in trace.refused)]) == sorted(day(date) for date in dates)
    assert clock.due_at == counted[-1]


def test_the_cap_is_to_the_microsecond_and_on_the_calendar() -> None:
    """The length is counted from the original date as every other is."""
    for date, is_refused in ((day(35), False), (day(35, us=1), True)):
        _, trace = _stated(promised(day(30), day(1)), promised(date, day(2)), max_extension=Length(5))
        assert bool(trace.refused) is is_refused
    # Friday of the first week at noon, three working days: Wednesday at noon.
    friday, wednesday = day(4) + 3 * HOUR, day(9) + 3 * HOUR
    for date, is_refused in ((wednesday, False), (wednesday + 1, True)):
        _, trace = _stated(promised(friday, day(1)), promised(date, day(2)), max_extension=Length(3), calendar=WORKSHOP)
        assert bool(trace.refused) is is_refused


def test_a_date_after_the_default_had_passed_is_an_extension_of_it() -> None:
    """The default is the original then, for both caps."""
    for date, at, is_refused in ((day(26), day(22), False), (day(27), day(22), True), (day(27), day(21), False)):
        clock, trace = _stated(promised(date, at), max_extension=Length(5))
        assert bool(trace.refused) is is_refused
        assert clock.due_at == (day(21) if is_refused else date)
    clock, trace = _stated(promised(day(26), day(22)), max_extensions=0)
    assert (clock.due_at, clock.stated, trace.refused) == (day(21), False, [(day(22), day(26))])


def test_the_same_system_that_repeats_a_refused_date_says_nothing_new() -> None:
    """It was the last date that it stated; another system's is refused by itself."""
    told_again = (promised(day(31), day(3)), promised(day(31), day(4), system="mes"))
    _, trace = _stated(promised(day(30), day(1)), promised(day(31), day(2)), *told_again, max_extensions=0)
    assert trace.refused == [(day(2), day(31)), (day(4), day(31))]


def test_a_stated_date_that_holds_had_moved_to_is_moved_no_more() -> None:
    """Stating the very default takes it out of the reach of holds."""
    rules = book(SlaPolicy(holds=HoldTerms(pauses_promise=True)))
    held = [SUBMITTED, told(EventType.HOLD, day(1)), told(EventType.RELEASE, day(3))]
    assert fold(entries(*held), rules).shown_at == day(23)
    for date in (day(21), day(23)):
        clock = fold(entries(*held, promised(date, day(4))), rules)
        assert (clock.due_at, clock.shown_at, clock.breach_at) == (date, date, date)


def test_a_date_in_force_is_at_risk_and_breached_from_when_it_was_stated() -> None:
    """`at_risk` at max(stated, due - warn), when that lies before the due date; a past date is breached at once."""
    found = {}
    for date in (day(10), day(6), day(5), day(4)):
        clock = Clock()
        in_force(clock, date, day(5), CLOCK)
        found[date] = (clock.risk_at, clock.breach_at)
        assert (clock.due_at, clock.since) == (date, day(5))
    assert found == {
        day(10): (day(7), day(10)),
        day(6): (day(5), day(6)),
        day(5): (None, day(5)),
        day(4): (None, day(5)),
    }


STATED = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 30), st.sampled_from(("crm", "mes", None))), max_size=8, unique=True
)


@given(STATED, st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 9)))
def test_no_date_in_force_is_over_a_cap(
    stated: list[tuple[int, int, str | None]], most: int | None, furthest: int | None
) -> None:
    """However dates are stated: never further than allowed, never later more often than allowed."""
    length = None if furthest is None else Length(furthest)
    events = [promised(day(date), day(at), system=by) for date, at, by in stated]
    clock, trace = _stated(*events, max_extensions=most, max_extension=length)
    if not trace.promises:
        assert clock.due_at == day(21)
        return
    first_at, first = trace.promises[0]
    original = day(21) if first_at > day(21) else first
    dates = [original, *(date for _, date in trace.promises)]
    later = sum(after > before for before, after in pairwise(dates))
    assert clock.due_at == dates[-1]
    assert furthest is None or max(dates) <= original + furthest * DAY
    assert most is None or later <= most


def test_a_date_for_a_cart_counts() -> None:
    """Without a start there is no default, but a date was promised all the same; it stays when the clock starts."""
    cart = fold(entries(order_event("INITIATED"), promised(day(9), T0 + HOUR)), BOOK)
    assert (cart.started_at, cart.due_at) == (None, day(9))
    started = fold(entries(order_event("INITIATED"), promised(day(9), T0 + HOUR), order_event(at=day(2))), BOOK)
    assert (started.started_at, started.due_at, started.original_at) == (day(2), day(9), day(9))
