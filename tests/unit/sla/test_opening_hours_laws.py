"""Calendars against a counter of minutes, on the days when clocks change; and the laws of counting."""

import datetime as dt
from functools import partial

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from slamon.orders.event import DAY, Instant
from slamon.sla.calendar import Length
from slamon.sla.opening_hours import OpeningHours
from slamon.sla.openings import FIRST, LAST
from slamon.sla.timetable import Timetable, WallSpan
from tests.calendars import MINUTE, Beyond, MinuteByMinute, utc

ZONES = ("Europe/Berlin", "Europe/Moscow", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
# Clock changes of these zones (Moscow had its last two in 2010-2014), a leap day, year ends, an ordinary day.
DATES = tuple(
    map(
        dt.date.fromisoformat,
        (
            "2026-03-29",
            "2026-10-25",
            "2010-10-31",
            "2011-03-27",
            "2014-10-26",
            "2026-03-08",
            "2026-11-01",
            "2026-04-05",
            "2026-10-04",
            "2028-02-29",
            "2026-12-31",
            "2026-06-10",
        ),
    )
)
TIMES = st.sampled_from([0, 30, 60, 90, 105, 120, 135, 150, 180, 210, 540, 780, 840, 1080, 1320, 1410])
ENDS = st.one_of(TIMES, st.just(1440))
SPANS = st.tuples(TIMES.map(lambda m: m * MINUTE), ENDS.map(lambda m: m * MINUTE))
DAYS = st.lists(SPANS, max_size=3).map(tuple)
NEARBY = st.integers(-4, 4)


@st.composite
def timetables(draw: st.DrawFn, middle: dt.date) -> Timetable:
    week: list[tuple[WallSpan, ...]] = draw(st.lists(DAYS, min_size=7, max_size=7))
    dates = st.frozensets(NEARBY.map(lambda days: middle + dt.timedelta(days=days)), max_size=3)
    opened = draw(st.dictionaries(NEARBY.map(lambda days: middle + dt.timedelta(days=days)), DAYS, max_size=3))
    return Timetable(
        draw(st.sampled_from(ZONES)),
        tuple(week),
        closed=draw(dates),
        open=tuple(opened.items()),
        holidays=draw(dates),
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[OpeningHours, MinuteByMinute, list[Instant]]:
    middle = draw(st.sampled_from(DATES))
    timetable = draw(timetables(middle))
    counter = MinuteByMinute(timetable, middle)
    midnight = utc(middle.isoformat())
    ats = draw(st.lists(st.integers(-3 * 1440, 3 * 1440), min_size=6, max_size=6))
    edges = [counter.minute_of(counter.wall[24 * 1440 + at]) for at in ats]
    return (
        OpeningHours("w", timetable),
        counter,
        [midnight + at * MINUTE for at in ats] + [(edge + counter.first) * MINUTE for edge in edges],
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(asked=questions(), days=st.integers(0, 6), minutes=st.one_of(st.just(0), st.integers(0, 2000)))
def test_agrees_with_a_counter_of_minutes(
    asked: tuple[OpeningHours, MinuteByMinute, list[Instant]], days: int, minutes: int
) -> None:
    calendar, counter, ats = asked
    length = Length(days, minutes * MINUTE)
    answered = 0
    for at in ats:
        later = max(at, ats[0])
        for mine, theirs in (
            (calendar.forward(at, length), partial(counter.forward, at, days, minutes)),
            (calendar.backward(at, length), partial(counter.backward, at, days, minutes)),
            (calendar.end_of_day(at), partial(counter.end_of_day, at)),
            (calendar.after(at, length.time), partial(counter.forward, at, 0, minutes)),
            (calendar.open_time(at, later), partial(counter.open_time, at, later)),
        ):
            try:
                expected = theirs()
            except Beyond:
                continue
            assert mine == expected
            answered += 1
    assume(answered)


INSTANTS = st.one_of(
    st.integers(utc("2020-01-01"), utc("2034-01-01")),
    st.integers(FIRST - 400 * DAY, FIRST + 400 * DAY),
    st.integers(LAST - 400 * DAY, LAST + 400 * DAY),
    st.integers(-(10**17), 10**18),
)
LENGTHS = st.builds(Length, st.integers(0, 90), st.one_of(st.just(0), st.integers(0, 90 * DAY)))
CALENDARS = st.sampled_from(DATES).flatmap(timetables).map(lambda timetable: OpeningHours("w", timetable))


@settings(deadline=None)
@given(calendar=CALENDARS, at=INSTANTS, length=LENGTHS)
def test_time_goes_forward_and_backward(calendar: OpeningHours, at: Instant, length: Length) -> None:
    assert calendar.after(at, 0) == calendar.forward(at, Length()) == calendar.backward(at, Length()) == at
    assert calendar.forward(at, length) >= at
    assert calendar.backward(at, length) <= at


@settings(deadline=None)
@given(calendar=CALENDARS, at=INSTANTS, span=st.integers(1, 90 * DAY))
def test_so_much_open_time_passes_and_not_a_microsecond_is_lost(calendar: OpeningHours, at: Instant, span: int) -> None:
    assume(any(calendar.timetable.week))
    after = calendar.after(at, span)
    assert calendar.open_time(at, after) == span
    assert calendar.open_time(at, after - 1) == span - 1
    before = calendar.backward(at, Length(0, span))
    assert calendar.open_time(before, at) == span
    assert calendar.open_time(before + 1, at) == span - 1


@settings(deadline=None)
@given(calendar=CALENDARS, ats=st.tuples(INSTANTS, INSTANTS, INSTANTS))
def test_open_time_adds_up(calendar: OpeningHours, ats: tuple[Instant, Instant, Instant]) -> None:
    first, middle, last = sorted(ats)
    parts = calendar.open_time(first, middle) + calendar.open_time(middle, last)
    assert calendar.open_time(first, last) == parts
    assert 0 <= parts <= last - first


@settings(deadline=None)
@given(calendar=CALENDARS, ats=st.tuples(INSTANTS, INSTANTS), span=st.integers(0, 30 * DAY))
def test_counting_time_keeps_the_order_of_instants(
    calendar: OpeningHours, ats: tuple[Instant, Instant], span: int
) -> None:
    first, last = sorted(ats)
    assume(any(calendar.timetable.week))
    assert calendar.after(first, span) <= calendar.after(last, span)
    assert calendar.backward(first, Length(0, span)) <= calendar.backward(last, Length(0, span))


DAYTIME = st.tuples(st.integers(240, 700), st.integers(720, 1320)).map(lambda s: ((s[0] * MINUTE, s[1] * MINUTE),))


@settings(deadline=None)
@given(
    day=DAYTIME,
    zone=st.sampled_from(ZONES),
    ats=st.tuples(INSTANTS, INSTANTS),
    length=st.builds(Length, st.integers(1, 30), st.integers(0, 3 * DAY)),
)
def test_where_all_days_are_alike_days_keep_the_order_and_lead_back(
    day: tuple[WallSpan, ...], zone: str, ats: tuple[Instant, Instant], length: Length
) -> None:
    """By day, since a clock change at night moves times of day that it skips or repeats past each other."""
    calendar = OpeningHours("w", Timetable(zone, (*(day,) * 6, ())))
    first, last = sorted(ats)
    assume(first > FIRST + 400 * DAY and last < LAST - 400 * DAY)
    due = calendar.forward(first, length)
    assert due <= calendar.forward(last, length)
    start = calendar.forward(first, Length(1))
    assert calendar.backward(calendar.forward(start, Length(length.days)), Length(length.days)) == start
