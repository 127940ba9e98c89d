"""An order's way so far, with the dates in force on it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.book import RuleBook
from slamon.sla.calendar import Length
from slamon.sla.clock import due_with_holds
from slamon.sla.fold import fold
from slamon.sla.forecast.journey import Dated, Journey, Reached, date_at, journey_of
from slamon.sla.policy import HoldTerms, OnRegress, SlaPolicy, When
from tests.builders import BOOK, T0, book, day, entries, order_event, policy, promised, told

SUBMITTED, PRICED, APPROVED, SHIPPED = 2, 3, 4, 8
STOP = frozenset({"SHIPPED", "CLOSED"})


def journey(*events: OrderEvent, rules: RuleBook = BOOK) -> Journey:
    """The journey that these events make."""
    found = entries(*events)
    return journey_of(found, fold(found, rules), rules)


def test_an_open_order() -> None:
    """The cart had no date yet; repeated steps and steps back move nothing."""
    found = journey(
        order_event("INITIATED", T0, channel="b2b"),
        order_event("SUBMITTED", day(1)),
        order_event("PRICE_CALCULATED", day(2), system="mes"),
        order_event("SUBMITTED", day(3)),
        order_event("PRICE_CALCULATED", day(4), system="mes"),
    )
    assert found == Journey(
        "b2b",
        STOP,
        [Reached(T0, 0, None), Reached(day(1), SUBMITTED, day(22)), Reached(day(2), PRICED, day(22))],
        [Dated(day(1), day(22))],
    )


def test_a_finished_order_ends_with_the_step_that_finished_it() -> None:
    found = journey(order_event(), order_event("SHIPPED", day(9)), order_event("CLOSED", day(10)))
    assert [step.step for step in found.reached] == [SUBMITTED, SHIPPED]
    assert (found.ended_at, found.cancelled) == (day(9), False)


def test_a_cancelled_order_reached_what_it_reached() -> None:
    found = journey(
        order_event(),
        order_event("PRICE_CALCULATED", day(1)),
        order_event("CANCELLED", day(2)),
        order_event("SHIPPED", day(3)),
    )
    assert [step.step for step in found.reached] == [SUBMITTED, PRICED]
    assert (found.ended_at, found.cancelled) == (day(2), True)


@pytest.mark.parametrize(
    "events",
    [(), (order_event("ON_FIRE"),), (order_event("SHIPPED"),), (order_event("CANCELLED"),)],
    ids=["none", "unknown", "finished at once", "cancelled at once"],
)
def test_orders_that_went_nowhere(events: tuple[OrderEvent, ...]) -> None:
    assert journey(*events).reached == []


def test_dates_are_those_then_in_force() -> None:
    """Stated, revised, and stated at the instant at which a step is reached."""
    found = journey(
        promised(day(30), day(-1)),
        order_event(),
        order_event("PRICE_CALCULATED", day(2)),
        promised(day(40), day(2), system="mes"),
        promised(day(50), day(3)),
        order_event("MANUFACTURING_APPROVED", day(4)),
    )
    assert found.dates == [Dated(day(-1), day(30)), Dated(day(2), day(40)), Dated(day(3), day(50))]
    assert [step.due_at for step in found.reached] == [day(30), day(40), day(50)]


def test_a_start_that_came_late_moves_the_date() -> None:
    """A B2B order enters at a later step; its SUBMITTED follows."""
    found = journey(order_event("PRICE_CALCULATED", T0, system="mes"), order_event("SUBMITTED", day(3)))
    assert found.dates == [Dated(T0, day(21)), Dated(day(3), day(24))]
    assert found.reached == [Reached(T0, PRICED, day(21))]


def test_a_new_cycle_is_a_journey_of_its_own() -> None:
    rules = book(replace(SlaPolicy(), on_regress=OnRegress.NEW_CYCLE))
    found = journey(order_event(), order_event("SHIPPED", day(9)), order_event("SUBMITTED", day(10)), rules=rules)
    assert found.reached == [Reached(day(10), SUBMITTED, day(31))]
    assert found.ended_at is None


def test_a_policy_that_matches_later_and_holds_that_move_the_date() -> None:
    rush = replace(policy(duration=Length(3)), name="rush", when=When(channels=frozenset({"b2b"})))
    found = journey(
        order_event(), order_event("PRICE_CALCULATED", day(1), channel="b2b"), rules=book(rush, SlaPolicy())
    )
    assert [step.due_at for step in found.reached] == [day(21), day(3)]
    patient = book(replace(SlaPolicy(), holds=HoldTerms(pauses_promise=True)))
    held = (told(EventType.HOLD, day(1)), told(EventType.RELEASE, day(3)))
    found = journey(order_event(), *held, order_event("PRICE_CALCULATED", day(4)), rules=patient)
    assert [step.due_at for step in found.reached] == [day(21), day(23)]


_EVENTS = st.lists(
    st.one_of(
        st.builds(
            order_event,
            st.sampled_from(("INITIATED", "SUBMITTED", "PRICE_CALCULATED", "PACKAGING", "SHIPPED", "CANCELLED", "?")),
            st.integers(0, 6).map(day),
        ),
        st.builds(promised, st.integers(1, 9).map(day), st.integers(0, 6).map(day)),
        st.builds(told, st.sampled_from((EventType.HOLD, EventType.RELEASE)), st.integers(0, 6).map(day)),
    ),
    max_size=6,
)
_BOOKS = (
    BOOK,
    book(replace(SlaPolicy(), on_regress=OnRegress.NEW_CYCLE)),
    book(replace(SlaPolicy(), holds=HoldTerms(pauses_promise=True))),
)


@settings(max_examples=400)
@given(_EVENTS, st.sampled_from(_BOOKS))
def test_the_date_at_every_instant_is_that_of_the_order_as_it_was_then(
    events: list[OrderEvent], rules: RuleBook
) -> None:
    """Whatever way is taken to find it: nearly all orders have one date, and their past is not folded again."""
    whole = entries(*events)
    found = journey_of(whole, fold(whole, rules), rules)
    cycle_at = fold(whole, rules).cycle_at
    for at in sorted({entry.at for entry in whole}):
        then = fold([entry for entry in whole if entry.at <= at], rules)
        if cycle_at is None or at >= cycle_at:
            assert date_at(found.dates, at) == due_with_holds(then, rules.rules_of(then), at)
    steps = [step.step for step in found.reached]
    assert steps == sorted(set(steps))
    assert [step.at for step in found.reached] == sorted(step.at for step in found.reached)


@pytest.mark.parametrize(("at", "date"), [(day(0), None), (day(1), day(9)), (day(2), day(9)), (day(3), None)])
def test_the_date_at_an_instant(at: Instant, date: Instant | None) -> None:
    assert date_at([Dated(day(1), day(9)), Dated(day(3), None)], at) == date


_RUSH = replace(policy(duration=Length(3)), name="rush", when=When(channels=frozenset({"b2b"})))


@settings(max_examples=200)
@given(_EVENTS, st.integers(0, 6).map(day))
def test_the_same_where_a_policy_matches_later(events: list[OrderEvent], at: Instant) -> None:
    rules = book(_RUSH, SlaPolicy())
    whole = entries(*events, told(EventType.NOTE, at, channel="b2b"))
    found = journey_of(whole, fold(whole, rules), rules)
    for instant in sorted({entry.at for entry in whole}):
        then = fold([entry for entry in whole if entry.at <= instant], rules)
        assert date_at(found.dates, instant) == due_with_holds(then, rules.rules_of(then), instant)
