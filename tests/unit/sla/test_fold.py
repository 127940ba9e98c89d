"""The fold of a whole history."""

from dataclasses import replace

from slamon.sla.calendar import Length
from slamon.sla.clock import Clock, Trace
from slamon.sla.fold import fold, prefixes
from slamon.sla.policy import When
from tests.builders import BOOK, book, day, entries, order_event, policy, promised


def test_nothing_folds_to_nothing() -> None:
    """An order of which nothing was heard has the clock that every order begins with."""
    assert fold([], BOOK) == Clock()


def test_a_fold_notes_for_people_what_it_passes() -> None:
    """The trace holds the promises in force and the stages left; the clock is the same without it."""
    found = entries(order_event(), promised(day(9), day(1)), order_event("SHIPPED", day(5), system="mes"))
    trace = Trace()
    assert fold(found, BOOK, trace) == fold(found, BOOK)
    assert trace.promises == [(day(1), day(9))]
    assert trace.visits == [(0, day(0), day(5))]


def test_every_prefix_folds_to_the_clock_on_the_way() -> None:
    """Also where the policy changes with what is stated later."""
    rush = replace(policy(duration=Length(3)), name="rush", when=When(channels=frozenset({"b2b"})))
    found = entries(
        order_event(), order_event(None, day(1), type="note", channel="b2b"), order_event("SHIPPED", day(5))
    )
    for rules in (BOOK, book(rush, policy())):
        on_the_way = [(clock.due_at, clock.ended_at) for clock in prefixes(found, rules)]
        whole = [fold(found[:count], rules) for count in range(1, 4)]
        assert on_the_way == [(clock.due_at, clock.ended_at) for clock in whole]
    assert [clock.due_at for clock in prefixes(found, book(rush, policy()))] == [day(21), day(3), day(3)]
    assert list(prefixes([], BOOK)) == []
