"""Which instants the clocks point to, and what has come true before the next event (CONTRACT §3, §4 "Standing")."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import EventType, Instant, OrderEvent, Span
from slamon.sla.calendar import Length
from slamon.sla.clock import Clock, Due, Passed, Visit
from slamon.sla.conditions import conditions
from slamon.sla.fold import fold
from slamon.sla.holds import Pauses
from slamon.sla.policy import HoldTerms, StageBudget
from slamon.sla.rules import ClockRules
from slamon.sla.settling import (
    arm_divergence,
    arm_promise,
    arm_stages,
    floor_of,
    is_finished_late,
    overdue,
    settle_until,
    visit_at,
)
from tests.builders import (
    AGREED,
    BOOK,
    CLOCK,
    HOUR,
    MINUTE,
    T0,
    book,
    day,
    entries,
    order_event,
    policy,
    promised,
    told,
)

PAUSED = replace(
    policy(StageBudget("SUBMITTED", "PACKAGING", Length(10))), holds=HoldTerms(pauses_promise=True, pauses_stages=True)
)
HOLDING = ClockRules(PAUSED, AGREED)


# A date in force on day 10 from an instant on: (risk, breach) with a warning of three days.
ARMED: dict[str, tuple[Instant, tuple[Instant | None, Instant | None]]] = {
    "long before": (day(1), (day(7), day(10))),
    "at the warning": (day(7), (day(7), day(10))),
    "inside it": (day(8), (day(8), day(10))),
    "just before the date": (day(10, us=-1), (day(10, us=-1), day(10))),
    "at the date": (day(10), (None, day(10))),
    "after it": (day(11), (None, day(11))),
}


@pytest.mark.parametrize(("at", "expected"), ARMED.values(), ids=ARMED)
def test_when_a_date_is_at_risk_and_breached(at: Instant, expected: tuple[Instant | None, Instant | None]) -> None:
    """At risk at max(stated, due - warn) when that lies before the due date; a past date is breached at once."""
    clock = Clock(due_at=day(10))
    arm_promise(clock, at, CLOCK)
    assert (clock.risk_at, clock.breach_at) == expected
    assert clock.shown_at == day(10)


def test_a_promise_that_is_over_or_held_points_to_nothing() -> None:
    """No date, an end, a hold that pauses it: nothing comes due."""
    for clock in (
        Clock(risk_at=day(1), breach_at=day(2)),
        Clock(due_at=day(10), ended_at=day(5), risk_at=day(1), breach_at=day(2)),
        Clock(due_at=day(10), started_at=T0, pauses=Pauses(since=day(5), systems=["crm"]), risk_at=day(1)),
    ):
        arm_promise(clock, day(5), HOLDING)
        assert (clock.risk_at, clock.breach_at) == (None, None)


def test_a_stage_is_overdue_after_its_budget_or_at_once() -> None:
    """Armed later than its budget's end it is overdue from that very instant on."""
    clock = Clock(visits=[visit_at(Clock(), 1, T0, CLOCK)])
    assert clock.visits == [Visit(1, T0, day(2), day(2), day(2))]
    for at, overdue_at in ((day(1), day(2)), (day(2), day(2)), (day(2, us=1), day(2)), (day(3), day(3, us=-1))):
        arm_stages(clock, at, CLOCK)
        assert [visit.overdue_at for visit in clock.visits or ()] == [overdue_at]


def test_a_stage_entered_while_held_is_armed_by_the_release() -> None:
    """Its budget runs from the release on; its name keeps the date without holds."""
    clock = Clock(started_at=T0, pauses=Pauses(since=day(1), systems=["crm"]))
    clock.visits = [visit_at(clock, 0, day(2), HOLDING)]
    assert clock.visits == [Visit(0, day(2), day(12), day(12), None)]
    assert clock.pauses is not None
    clock.pauses.release("crm", day(5))
    arm_stages(clock, day(5), HOLDING)
    assert clock.visits == [Visit(0, day(2), day(12), day(15), day(15))]
    later = visit_at(clock, 0, day(6), HOLDING)
    assert (later.due_at, later.shown_at, later.overdue_at) == (day(16), day(16), day(16))


@pytest.mark.parametrize(
    ("overdue_at", "at"), [(day(2), day(2)), (day(5, us=-1), day(5))], ids=["at its budget's end", "at once"]
)
def test_the_instant_at_which_a_stage_became_overdue(overdue_at: Instant, at: Instant) -> None:
    """The end of the budget, or the instant that the clocks came to know of it."""
    found = overdue(Visit(1, T0, day(2), day(2), overdue_at), overdue_at, CLOCK)
    assert found == Passed(Due.STAGE_OVERDUE, "PRICE_CALCULATED", day(2), at, day(2))


# What an event at an instant finds passed, of a promise of day 21 and a stage of half an hour.
PASSED: dict[str, tuple[Instant, list[tuple[Due, Instant]]]] = {
    "nothing yet": (T0 + 30 * MINUTE, []),
    "the stage": (T0 + 30 * MINUTE + 1, [(Due.STAGE_OVERDUE, T0 + 30 * MINUTE)]),
    "an event at the warning comes first": (day(18), [(Due.STAGE_OVERDUE, T0 + 30 * MINUTE)]),
    "the warning": (day(18, us=1), [(Due.STAGE_OVERDUE, T0 + 30 * MINUTE), (Due.AT_RISK, day(18))]),
    "an event at the date comes first": (day(21), [(Due.STAGE_OVERDUE, T0 + 30 * MINUTE), (Due.AT_RISK, day(18))]),
    "the breach": (
        day(21, us=1),
        [(Due.STAGE_OVERDUE, T0 + 30 * MINUTE), (Due.AT_RISK, day(18)), (Due.BREACHED, day(21))],
    ),
}


@pytest.mark.parametrize(("at", "expected"), PASSED.values(), ids=PASSED)
def test_what_an_event_finds_passed(at: Instant, expected: list[tuple[Due, Instant]]) -> None:
    """At the very instant of a deadline the order is still in time; an event at that instant comes first."""
    clock = fold(entries(order_event()), BOOK)
    settle_until(clock, at, CLOCK)
    found = [(Due(passed.kind), passed.at) for passed in clock.passed or ()]
    assert sorted(found) == sorted(expected)
    before = list(clock.passed or ())
    settle_until(clock, at, CLOCK)
    assert list(clock.passed or ()) == before


def test_a_finish_after_the_date_is_noted_by_the_next_event() -> None:
    """`finished_late` at the finish; at the date itself the order was kept."""
    for finish, is_late in ((day(21), False), (day(21, us=1), True)):
        clock = fold(entries(order_event("PACKAGING"), order_event("SHIPPED", finish, system="mes")), BOOK)
        assert is_finished_late(clock) is is_late
        settle_until(clock, day(30), CLOCK)
        late = [passed.at for passed in clock.passed or () if passed.kind == Due.FINISHED_LATE]
        assert late == ([finish] if is_late else [])
        assert not is_finished_late(clock)


def test_before_notices_are_enforced_nothing_stands() -> None:
    """Orders started strictly before `enforce_from` give no notice of any kind."""
    for start, kinds in ((day(-1), set()), (T0, {Due.AT_RISK, Due.BREACHED, Due.STAGE_OVERDUE, Due.DIVERGENCE})):
        rules = book(enforce_from=T0)
        events = [order_event(at=start), order_event("MANUFACTURING_APPROVED", start + HOUR)]
        clock = fold(entries(*events, told(EventType.NOTE, day(40))), rules)
        assert {condition.kind for condition in conditions(clock, rules.rules[0])} == kinds


def test_a_start_that_turns_out_to_be_later_lets_stand_what_was_noted() -> None:
    """The start is the first SUBMITTED as known now; what had come true keeps its instant."""
    rules = book(enforce_from=day(3))
    early = [order_event("PRICE_CALCULATED", T0), told(EventType.NOTE, day(5))]
    assert conditions(fold(entries(*early), rules), rules.rules[0]) == []
    clock = fold(entries(*early, order_event(at=day(4))), rules)
    found = {condition.at for condition in conditions(clock, rules.rules[0]) if condition.kind is Due.STAGE_OVERDUE}
    assert day(2) in found


# The channel as last stated, and the first step that anybody is expected to report.
@pytest.mark.parametrize(
    ("channel", "status"), [(None, "SUBMITTED"), ("shop", "SUBMITTED"), ("b2b", "PRICE_CALCULATED")]
)
def test_the_first_step_expected_is_that_of_the_channel_or_the_start(channel: str | None, status: str) -> None:
    """Steps before the channel's `entry`, else before the start step, are expected of nobody."""
    clock = fold(entries(order_event(channel=channel)), BOOK)
    assert floor_of(clock, CLOCK) == CLOCK.index[status]


def test_a_divergence_is_armed_to_the_end_of_its_skew() -> None:
    """After which instant one shows that is not noted yet; none while all agree or once the order has ended."""
    apart = [order_event("PRICE_CALCULATED"), order_event("SUBMITTED", T0, system="shop")]
    assert fold(entries(order_event()), BOOK).apart_at is None
    clock, armed = fold(entries(*apart), BOOK), []
    armed.append(clock.apart_at)
    arm_divergence(clock, T0 + HOUR, CLOCK)
    armed.append(clock.apart_at)
    settle_until(clock, T0 + HOUR + 1, CLOCK)
    armed.append(clock.apart_at)
    arm_divergence(clock, T0 + 2 * HOUR, CLOCK)
    armed.append(clock.apart_at)
    assert armed == [T0 + 15 * MINUTE, T0 + HOUR - 1, None, None]
    assert {passed.at for passed in clock.passed or () if passed.kind == Due.DIVERGENCE} == {T0 + 15 * MINUTE}
    ended = fold(entries(*apart, order_event("SHIPPED", T0 + MINUTE, system="mes")), BOOK)
    assert ended.apart_at is None


SPANS = st.integers(0, 60).map(lambda halves: halves * HOUR * 12)


@given(st.lists(SPANS, max_size=6), SPANS, st.booleans())
def test_looking_in_between_changes_nothing(looks: list[Span], date: Span, is_stated: bool) -> None:
    """Events that say nothing divide a stretch; what comes true in it is the same."""
    events: list[OrderEvent] = [order_event("PACKAGING")] + ([promised(T0 + date, day(1))] if is_stated else [])
    rules = book(PAUSED, divergence=AGREED)
    notes = [told(EventType.NOTE, T0 + look) for look in looks]
    end = told(EventType.NOTE, day(90))
    found, wanted = fold(entries(*events, *notes, end), rules), fold(entries(*events, end), rules)
    assert found.passed == wanted.passed
