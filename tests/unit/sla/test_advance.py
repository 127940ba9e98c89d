"""One event more: steps back, holds, starts and stops of the clocks (CONTRACT §3, §3.1)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.advance import advance, rearm
from slamon.sla.book import RuleBook
from slamon.sla.calendar import Length
from slamon.sla.clock import CANCELLED_STEP, NO_STEP, Clock, Due, Trace, due_with_holds
from slamon.sla.conditions import conditions
from slamon.sla.fold import fold
from slamon.sla.policy import HoldTerms, OnRegress, SlaPolicy, StageBudget
from tests.builders import AGREED, BOOK, CLOCK, HOUR, T0, book, day, entries, order_event, policy, promised, told
from tests.strategies import arrivals, order_events

S, P, A, M, PACKED = (
    "SUBMITTED",
    "PRICE_CALCULATED",
    "MANUFACTURING_APPROVED",
    "MANUFACTURING_STARTED",
    "PACKAGING",
)
STEP = CLOCK.index
CONTINUE, IGNORE, NEW_CYCLE = OnRegress.CONTINUE, OnRegress.IGNORE, OnRegress.NEW_CYCLE
HOLD, RELEASE, CANCEL, NOTE = EventType.HOLD, EventType.RELEASE, EventType.CANCEL, EventType.NOTE


def _regress(on_regress: OnRegress) -> RuleBook:
    return book(SlaPolicy(on_regress=on_regress))


def _way(*steps: tuple[str, float]) -> list[OrderEvent]:
    """(status, day) as events."""
    return [order_event(status, day(days)) for status, days in steps]


# (policy, way) -> (status, since which day, day of the start).
REGRESSES: dict[str, tuple[OnRegress, list[tuple[str, float]], tuple[str, float, float | None]]] = {
    "continue: a step back is the status": (CONTINUE, [(S, 0), (A, 1), (P, 2)], (P, 2, 0)),
    "continue: back to the start, the clock goes on": (CONTINUE, [(S, 0), (A, 1), (S, 2)], (S, 2, 0)),
    "ignore: it is not": (IGNORE, [(S, 0), (A, 1), (P, 2)], (A, 1, 0)),
    "ignore: nor is the start": (IGNORE, [(S, 0), (A, 1), (S, 2)], (A, 1, 0)),
    "ignore: the same step again is no step back": (IGNORE, [(S, 0), (A, 1), (A, 2)], (A, 1, 0)),
    "ignore: the way on counts from the furthest step": (IGNORE, [(S, 0), (M, 1), (P, 2), (A, 3)], (M, 1, 0)),
    "ignore: beyond it is a step": (IGNORE, [(S, 0), (A, 1), (P, 2), (M, 3)], (M, 3, 0)),
    "new_cycle: a step back after the start is one": (NEW_CYCLE, [(S, 0), (A, 1), (P, 2)], (P, 2, 0)),
    "new_cycle: the start again": (NEW_CYCLE, [(S, 0), (A, 1), (S, 2)], (S, 2, 2)),
    "new_cycle: the start told twice": (NEW_CYCLE, [(S, 0), (S, 2)], (S, 0, 0)),
    "new_cycle: a cart again": (NEW_CYCLE, [(S, 0), (A, 1), ("INITIATED", 2)], ("INITIATED", 2, None)),
    "new_cycle: a cart again, then on": (NEW_CYCLE, [(S, 0), (A, 1), ("INITIATED", 2), (P, 3)], (P, 3, 3)),
    "new_cycle: twice": (NEW_CYCLE, [(S, 0), (A, 1), (S, 2), (P, 3), (S, 4)], (S, 4, 4)),
    "new_cycle: an order that was over": (NEW_CYCLE, [(S, 0), ("CLOSED", 1), (S, 2)], (S, 2, 2)),
}


@pytest.mark.parametrize(("on_regress", "way", "expected"), REGRESSES.values(), ids=REGRESSES)
def test_what_a_step_back_does(
    on_regress: OnRegress, way: list[tuple[str, float]], expected: tuple[str, float, float | None]
) -> None:
    """`ignore`: nothing; `continue`: it is the status; `new_cycle`: to the start or before it, a new promise."""
    clock = fold(entries(*_way(*way)), _regress(on_regress))
    status, since, started = expected
    started_at = None if started is None else day(started)
    assert (clock.step, clock.step_at, clock.started_at) == (STEP[status], day(since), started_at)


def test_a_new_cycle_opens_a_promise_of_its_own() -> None:
    """Dates of the old one are forgotten, also who stated them; what came true of it stays."""
    rules = _regress(NEW_CYCLE)
    old = [*_way((S, 0)), promised(day(4), day(1)), order_event(A, day(6))]
    clock, trace = Clock(), Trace()
    for entry in entries(*old, order_event(at=day(7))):
        advance(clock, entry, rules.rules[0], trace)
    assert (clock.due_at, clock.stated, clock.original_at, clock.cycle_at) == (day(28), False, None, day(7))
    assert trace.promises == []
    broken = [(passed.kind, passed.due_at) for passed in clock.passed or () if passed.kind == Due.BREACHED]
    assert broken == [(Due.BREACHED, day(4))]
    # CRM's date of the old cycle is no repeat in the new one.
    again = fold(entries(*old, order_event(at=day(7)), promised(day(4), day(7.5))), rules)
    assert (again.due_at, again.stated) == (day(4), True)


def test_an_order_opened_again_may_end_again() -> None:
    """The end belongs to the cycle."""
    rules = _regress(NEW_CYCLE)
    way = _way((S, 0), ("SHIPPED", 5), (S, 7))
    assert fold(entries(*way), rules).ended_at is None
    assert fold(entries(*way, order_event("SHIPPED", day(9))), rules).ended_at == day(9)
    assert fold(entries(*_way((S, 0), ("SHIPPED", 5), (P, 7))), rules).ended_at == day(5)


@pytest.mark.parametrize("on_regress", OnRegress)
def test_a_cancel_is_for_good(on_regress: OnRegress) -> None:
    """`CANCELLED` once cancelled, whatever is said later."""
    clock = fold(entries(*_way((S, 0), (A, 1), ("CANCELLED", 2), (S, 3), ("SHIPPED", 4))), _regress(on_regress))
    assert (clock.step, clock.ended_at, clock.cancelled) == (CANCELLED_STEP, day(2), True)


@pytest.mark.parametrize(
    ("on_regress", "stages"),
    [(CONTINUE, [(S, 2), (A, 1)]), (IGNORE, [(A, 1)]), (NEW_CYCLE, [(S, 2), (A, 1)])],
)
def test_a_step_back_that_does_not_count_enters_no_stage(
    on_regress: OnRegress, stages: list[tuple[str, float]]
) -> None:
    """Stages go on over a step back, and over the beginning of a new cycle."""
    clock = fold(entries(*_way((S, 0), (A, 1), (S, 2))), _regress(on_regress))
    found = [(CLOCK.stages[visit.stage].start, visit.entered_at) for visit in clock.visits or ()]
    assert sorted(found) == sorted((start, day(days)) for start, days in stages)


def test_a_start_and_stops_of_ones_own() -> None:
    """`promise.start` and `promise.stop` of the policy; a status past the start starts a clock that has not."""
    rules = book(policy(start=A, stop=frozenset({PACKED})))
    before = _way((S, 0), (P, 1))
    assert fold(entries(*before), rules).started_at is None
    assert fold(entries(*before, *_way((A, 2), (M, 3))), rules).started_at == day(2)
    assert fold(entries(*before, *_way((M, 3))), rules).started_at == day(3)
    ended = fold(entries(*before, *_way((A, 2), (PACKED, 4), ("SHIPPED", 5))), rules)
    assert (ended.ended_at, ended.due_at) == (day(4), day(23))
    assert fold(entries(*before, *_way((A, 2), ("SHIPPED", 5))), rules).ended_at is None


STAGE = StageBudget(S, PACKED, Length(10))
PAUSED = HoldTerms(pauses_promise=True, pauses_stages=True, statuses=frozenset({P, "ON_FIRE"}))


def _paused(*, promise: bool = True, stages: bool = True) -> RuleBook:
    """Three weeks for the promise, ten days for one stage; both are paused unless told otherwise."""
    holds = replace(PAUSED, pauses_promise=promise, pauses_stages=stages)
    return book(replace(policy(STAGE), holds=holds), divergence=AGREED)


# Events, and by how many days the promise (of day 21) and the stage (of day 10) have moved on day 9.
HELD: dict[str, tuple[list[OrderEvent], float]] = {
    "not at all": ([order_event()], 0),
    "held and released": ([order_event(), told(HOLD, day(1)), told(RELEASE, day(3))], 2),
    "held still": ([order_event(), told(HOLD, day(7))], 2),
    "two systems at once": (
        [
            order_event(),
            told(HOLD, day(1)),
            told(HOLD, day(2), system="mes"),
            told(RELEASE, day(3)),
            told(RELEASE, day(4), system="mes"),
        ],
        3,
    ),
    "held and released at one instant": ([order_event(), told(RELEASE, day(1)), told(HOLD, day(1))], 0),
    "held before the start": ([told(HOLD, day(-2)), order_event(), told(RELEASE, day(1))], 1),
    "in a status that holds": (_way((S, 0), (P, 1), (A, 3)), 2),
    "in it still": (_way((S, 0), (P, 7)), 2),
    "in it again": (_way((S, 0), (P, 1), (A, 2), (P, 3), (M, 5)), 3),
    "through another that nobody knows": (_way((S, 0), (P, 1), ("WHATEVER", 2), (A, 3)), 2),
    "in one that is no step": (_way((S, 0), ("ON_FIRE", 1), (P, 2), (A, 4)), 3),
    "in a status and by a system": (
        [*_way((S, 0), (P, 1)), told(HOLD, day(2)), order_event(A, day(3)), told(RELEASE, day(5))],
        4,
    ),
}


@pytest.mark.parametrize(("events", "days"), HELD.values(), ids=HELD)
def test_a_hold_moves_what_it_pauses(events: list[OrderEvent], days: float) -> None:
    """A paused clock's due time moves by the held time; holds that overlap count once."""
    rules = _paused()
    clock = fold(entries(*events, told(NOTE, day(9))), rules)
    assert due_with_holds(clock, rules.rules[0], day(9)) == day(21 + days)
    assert clock.due_at == day(21)
    held_still = clock.pauses is not None and clock.pauses.since is not None
    assert (clock.breach_at is None, clock.visits and clock.visits[0].overdue_at is None) == (held_still, held_still)
    freed = fold(entries(*events, told(NOTE, day(9)), *_freeing(clock)), rules)
    assert (freed.breach_at, freed.visits and freed.visits[0].overdue_at) == (day(21 + days), day(10 + days))


def _freeing(clock: Clock) -> list[OrderEvent]:
    """What ends every hold on day 9."""
    pauses = clock.pauses
    if pauses is None:
        return []
    by_status = [order_event(A, day(9))] if pauses.by_status else []
    return [*by_status, *(told(RELEASE, day(9), system=system) for system in pauses.systems)]


@pytest.mark.parametrize(
    ("on_regress", "days"), [(CONTINUE, 2 + 3), (IGNORE, 2)], ids=["it counts", "it does not change the status"]
)
def test_a_step_back_to_a_status_that_holds(on_regress: OnRegress, days: float) -> None:
    """Statuses hold while they last; a step back that is ignored begins no hold and ends none."""
    rules = book(replace(policy(STAGE), holds=PAUSED, on_regress=on_regress), divergence=AGREED)
    there_and_back = _way((S, 0), (P, 1), (A, 3), (P, 5), (M, 8))
    assert due_with_holds(fold(entries(*there_and_back), rules), rules.rules[0], day(9)) == day(21 + days)
    inside = fold(entries(*_way((S, 0), (P, 1), (S, 2), (A, 6))), rules)
    assert due_with_holds(inside, rules.rules[0], day(9)) == day(21 + (1 if on_regress is CONTINUE else 5))


def test_what_is_not_paused_does_not_move() -> None:
    """Under the default policy holds stop no clock; `pause` names those that they do."""
    events = entries(order_event(), told(HOLD, day(1)), told(RELEASE, day(3)), told(NOTE, day(4)))

    def dues(rules: RuleBook) -> tuple[Instant | None, Instant | None]:
        clock = fold(events, rules)
        return clock.breach_at, clock.visits[0].overdue_at if clock.visits else None

    assert fold(events, BOOK).pauses is None
    assert dues(_paused(promise=False, stages=False)) == (day(21), day(10))
    assert dues(_paused(stages=False)) == (day(23), day(10))
    assert dues(_paused(promise=False)) == (day(21), day(12))


def test_a_stated_date_is_a_date() -> None:
    """Holds move neither it nor, later, the date that takes the place of one that they had moved."""
    rules = _paused()
    stated = [order_event(), told(HOLD, day(1)), promised(day(21), day(2)), told(RELEASE, day(3))]
    clock = fold(entries(*stated), rules)
    assert (clock.breach_at, due_with_holds(clock, rules.rules[0], day(9))) == (day(21), day(21))


def test_a_paused_clock_gives_no_notice() -> None:
    """Held over its due date it comes due after the hold, once; its name keeps the date without holds."""
    rules = _paused()

    def promise_notices(
        events: Sequence[OrderEvent], now: Instant
    ) -> list[tuple[Due, Instant | None, Instant, Instant | None]]:
        found = conditions(fold(entries(*events), rules), rules.rules[0])
        return [(c.kind, c.due_at, c.at, c.shown_at) for c in found if c.stage is None and c.from_at <= now]

    held = [order_event(), told(HOLD, day(10)), told(NOTE, day(40))]
    assert promise_notices(held, day(40)) == []
    released = [*held, told(RELEASE, day(40))]
    assert promise_notices(released, day(50)) == [(Due.AT_RISK, day(21), day(48), day(51))]
    assert promise_notices(released, day(51, us=1))[1:] == [(Due.BREACHED, day(21), day(51), day(51))]


def test_a_due_date_that_had_passed_is_not_moved() -> None:
    """A hold that begins later takes nothing back."""
    rules = _paused()
    late = [order_event(), told(HOLD, day(21, us=1)), told(RELEASE, day(30))]
    clock = fold(entries(*late), rules)
    assert due_with_holds(clock, rules.rules[0], day(30)) == day(21)
    assert [passed.at for passed in clock.passed or () if passed.kind == Due.BREACHED] == [day(21)]


def test_the_end_of_an_order_ends_its_holds() -> None:
    """To the end of the order, where no release came; later ones change nothing."""
    rules = _paused()
    told_late = [
        order_event(),
        told(HOLD, day(1)),
        order_event("SHIPPED", day(4)),
        told(RELEASE, day(6)),
        told(HOLD, day(7)),
    ]
    clock = fold(entries(*told_late), rules)
    assert due_with_holds(clock, rules.rules[0], day(9)) == day(24)


def test_a_trace_says_what_happened() -> None:
    """The statuses in their order, the dates that counted, the stages that were left."""
    trace, clock = Trace(), Clock()
    for entry in entries(*_way((S, 0), (P, 1)), promised(day(9), day(2)), *_way((A, 3), ("CANCELLED", 4))):
        advance(clock, entry, CLOCK, trace)
    assert trace.moves == [(day(0), STEP[S]), (day(1), STEP[P]), (day(3), STEP[A]), (day(4), CANCELLED_STEP)]
    assert trace.promises == [(day(2), day(9))]
    assert trace.visits == [(0, day(0), day(1)), (1, day(1), day(3)), (2, day(3), day(4))]


def test_the_channel_is_the_last_stated_and_what_is_matched_the_first() -> None:
    """At one instant the greater text; each part of what a policy is matched on by itself."""
    clock = fold(
        entries(
            order_event(channel="b", client_id=None),
            told(NOTE, T0, channel="a", reason="at once"),
            told(NOTE, T0 + HOUR, client_id="c-1", channel="a"),
            told(NOTE, T0 + 2 * HOUR, client_id="c-2"),
        ),
        BOOK,
    )
    assert (clock.channel, clock.channel_at) == ("a", T0 + HOUR)
    assert clock.match is not None
    assert clock.match.client_id == "c-1"
    at_once = fold(entries(order_event(channel="b"), told(NOTE, T0, channel="a")), BOOK)
    assert at_once.channel == "b"


def test_rules_taken_up_later_set_every_instant_anew() -> None:
    """What had passed by then comes true at that instant, what is ahead at its own."""
    clock = fold(entries(order_event(), told(NOTE, day(5))), BOOK)
    shorter = book(policy(duration=Length(4)))
    fresh = fold(entries(order_event(), told(NOTE, day(5))), shorter)
    assert [passed.at for passed in fresh.passed or () if passed.kind == Due.BREACHED] == [day(4)]
    fresh.passed = clock.passed
    rearm(fresh, day(5), shorter.rules[0])
    assert (fresh.risk_at, fresh.breach_at) == (None, day(5))
    untouched = Clock()
    rearm(untouched, day(5), CLOCK)
    assert (untouched.step, untouched.breach_at, untouched.shown_at) == (NO_STEP, None, None)


POLICIES = st.builds(
    lambda on_regress, promise, stages, statuses: book(
        SlaPolicy(on_regress=on_regress, holds=HoldTerms(promise, stages, statuses))
    ),
    st.sampled_from(OnRegress),
    st.booleans(),
    st.booleans(),
    st.sampled_from((frozenset(), frozenset({P}), frozenset({S, "ON_FIRE"}))),
)


@given(st.data(), order_events(), POLICIES)
def test_the_order_of_arrival_and_repeats_change_nothing(
    data: st.DataObject, events: list[OrderEvent], rules: RuleBook
) -> None:
    """The state is a function of the set of events, whatever is paused and whatever a step back does."""
    one, other = Trace(), Trace()
    assert fold(entries(*data.draw(arrivals(events))), rules, one) == fold(entries(*events), rules, other)
    assert vars(one) == vars(other)


@given(order_events(), st.sampled_from((IGNORE, CONTINUE)))
def test_without_cycles_an_end_is_the_first(events: list[OrderEvent], on_regress: OnRegress) -> None:
    """Whatever comes after the end, and whatever was said at its instant, does not move it."""
    rules, found = _regress(on_regress), entries(*events)
    clock = fold(found, rules)
    ended_at = clock.ended_at
    if ended_at is None:
        assert not clock.cancelled
    else:
        by_then = fold([entry for entry in found if entry.at <= ended_at], rules)
        assert (by_then.ended_at, by_then.cancelled) == (ended_at, clock.cancelled)
        assert fold([entry for entry in found if entry.at < ended_at], rules).ended_at is None
