"""The fold of a whole history."""

from slamon.sla.clock import Clock, Trace
from slamon.sla.fold import fold
from tests.builders import BOOK, day, entries, order_event, promised


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
