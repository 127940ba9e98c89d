"""The calendar that is always open, and the laws that every calendar keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.calendar import ALWAYS, Calendar, Length
from tests.builders import HOUR, T0, day
from tests.fakes.calendars import WORKSHOP

INSTANTS = st.integers(T0 - 20 * DAY, T0 + 20 * DAY)
SPANS = st.one_of(st.integers(0, 10), st.integers(0, 60 * DAY))
CALENDARS = pytest.mark.parametrize("calendar", [ALWAYS, WORKSHOP], ids=lambda calendar: calendar.name)


def test_a_length_is_days_and_time() -> None:
    """Where a day is 24 hours they add up."""
    assert Length(2, HOUR).span == 49 * HOUR
    assert Length() == Length(0, 0)


def test_what_is_always_open_adds_and_takes_off() -> None:
    """Days are 24 hours; nothing is closed; its revision is empty, for it never changes."""
    assert ALWAYS.forward(T0, Length(2, HOUR)) == day(2) + HOUR
    assert ALWAYS.backward(day(2), Length(2, HOUR)) == T0 - HOUR
    assert ALWAYS.after(T0, HOUR) == T0 + HOUR
    assert ALWAYS.open_time(T0, day(1)) == DAY
    assert ALWAYS.open_time(day(1), T0) == 0
    assert (ALWAYS.name, ALWAYS.revision, ALWAYS.counts_days) == ("always", "", False)


@pytest.mark.parametrize(
    ("at", "end"),
    [(T0, T0 + 15 * HOUR), (T0 + 15 * HOUR - 1, T0 + 15 * HOUR), (T0 + 15 * HOUR, T0 + 39 * HOUR)],
    ids=["in the morning", "just before midnight", "at midnight"],
)
def test_a_day_ends_at_midnight(at: Instant, end: Instant) -> None:
    """At midnight the day that begins counts."""
    assert ALWAYS.end_of_day(at) == end


@CALENDARS
@given(at=INSTANTS, span=SPANS)
def test_after_is_the_earliest_instant(calendar: Calendar, at: Instant, span: Span) -> None:
    """By it the span has passed in open time, and not a microsecond before."""
    found = calendar.after(at, span)
    assert found == calendar.forward(at, Length(0, span))
    assert calendar.open_time(at, found) == span
    assert found == at or calendar.open_time(at, found - 1) == span - 1


@CALENDARS
@given(at=INSTANTS, span=SPANS.filter(bool))
def test_backward_is_the_latest_instant(calendar: Calendar, at: Instant, span: Span) -> None:
    """From it the span has passed by then, and from a microsecond later it has not."""
    found = calendar.backward(at, Length(0, span))
    assert calendar.open_time(found, at) == span
    assert calendar.open_time(found + 1, at) == span - 1


@CALENDARS
@given(st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_open_time_adds_up(calendar: Calendar, instants: list[Instant]) -> None:
    """Two stretches that meet hold what the whole holds."""
    since, middle, until = instants
    whole = calendar.open_time(since, until)
    assert calendar.open_time(since, middle) + calendar.open_time(middle, until) == whole
    assert 0 <= whole <= until - since


@CALENDARS
@given(at=INSTANTS, days=st.integers(1, 30))
def test_days_come_back(calendar: Calendar, at: Instant, days: int) -> None:
    """So many days forward and as many back end where the first open time after the start was."""
    due = calendar.forward(at, Length(days))
    back = calendar.backward(due, Length(days))
    assert calendar.open_time(back, due) == calendar.open_time(at, due)
