"""Opening times by the clock on the wall."""

import datetime as dt

import pytest

from slamon.sla.timetable import OpenDay, Timetable, day_of
from tests.calendars import HOUR, MINUTE, NINE_TO_SIX, utc

SUNDAY = day_of(dt.date(2026, 3, 29))
"""In Berlin the clock goes from 02:00 to 03:00."""


def _week(*spans: tuple[int, int]) -> tuple[tuple[tuple[int, int], ...], ...]:
    return (spans,) * 7


def test_days_are_counted_from_1970() -> None:
    assert day_of(dt.date(1970, 1, 1)) == 0
    assert day_of(dt.date(1969, 12, 31)) == -1


@pytest.mark.parametrize(
    ("day", "time", "at"),
    [
        (SUNDAY, 90 * MINUTE, "2026-03-29T01:30+01:00"),
        (SUNDAY, 150 * MINUTE, "2026-03-29T03:30+02:00"),  # missing: moves on by the hour that is left out
        (SUNDAY, 3 * HOUR, "2026-03-29T03:00+02:00"),
        (SUNDAY - 1, 27 * HOUR, "2026-03-29T03:00+02:00"),
        (day_of(dt.date(2026, 10, 25)), 150 * MINUTE, "2026-10-25T02:30+02:00"),  # twice: the first is meant
    ],
)
def test_wall_clock_times(day: int, time: int, at: str) -> None:
    assert Timetable("Europe/Berlin", _week()).at(day, time) == utc(at)


def test_what_the_wall_clock_shows_is_counted_from_a_midnight() -> None:
    table = Timetable("Europe/Berlin", _week())
    assert table.wall_clock(utc("2026-03-29T03:30+02:00"), SUNDAY) == 210 * MINUTE
    assert table.wall_clock(utc("2026-03-29T03:30+02:00"), SUNDAY - 1) == (24 * 60 + 210) * MINUTE


def test_only_open_days_are_listed() -> None:
    table = Timetable("Europe/Berlin", (*(NINE_TO_SIX,) * 5, (), ()))
    assert [found.day - SUNDAY for found in table.days(SUNDAY - 3, 7)] == [-3, -2, 1, 2, 3]


def test_a_span_that_a_clock_change_leaves_nothing_of_vanishes() -> None:
    table = Timetable("Europe/Berlin", _week((150 * MINUTE, 3 * HOUR)))
    assert [found.day - SUNDAY for found in table.days(SUNDAY - 1, 3)] == [-1, 1]


def test_days_near_a_clock_change_have_no_midnight_to_count_from() -> None:
    days = Timetable("Europe/Berlin", _week((9 * HOUR, 17 * HOUR))).days(SUNDAY - 3, 5)
    assert [found.midnight is None for found in days] == [False, False, True, True, False]
    assert days[3].starts == (utc("2026-03-29T09:00+02:00"),)


def test_spans_are_sorted_merged_and_go_over_midnight() -> None:
    monday = day_of(dt.date(2026, 6, 1))
    table = Timetable("UTC", _week((22 * HOUR, 6 * HOUR), (9 * HOUR, 12 * HOUR), (12 * HOUR, 13 * HOUR)))
    midnight = utc("2026-06-01")
    assert table.days(monday, 1) == [
        OpenDay(
            monday, midnight, (midnight + 9 * HOUR, midnight + 22 * HOUR), (midnight + 13 * HOUR, midnight + 30 * HOUR)
        )
    ]


def test_how_many_days_are_open_at_all() -> None:
    date = dt.date(2026, 6, 1)
    assert Timetable("UTC", _week(*NINE_TO_SIX)).open_dates is None
    assert Timetable("UTC", _week()).open_dates == 0
    assert Timetable("UTC", _week(), open=((date, NINE_TO_SIX),)).open_dates == 1
    assert Timetable("UTC", _week(), open=((date, NINE_TO_SIX),), closed=frozenset([date])).open_dates == 0
