"""Stretches of openings."""

from slamon.sla.openings import STRETCH, STRETCH_DAYS, Openings, Stretch
from slamon.sla.timetable import Timetable
from tests.calendars import HOUR, NINE_TO_SIX

ROUND_THE_CLOCK = Openings(Timetable("UTC", (((0, 24 * HOUR),),) * 7))
NIGHTS = Openings(Timetable("UTC", (((22 * HOUR, 6 * HOUR), (4 * HOUR, 8 * HOUR)),) * 7))


def test_a_stretch_is_all_of_its_time_where_it_is_never_closed() -> None:
    stretch = ROUND_THE_CLOCK.stretch(160)
    assert stretch.total == STRETCH
    assert stretch.passed(160 * STRETCH + 5) == 5
    assert (stretch.earliest(5), stretch.latest(5)) == (160 * STRETCH + 5, 160 * STRETCH + 5)
    assert len(stretch.starts) == STRETCH_DAYS


def test_openings_are_cut_where_the_stretch_begins_and_what_overlaps_is_the_earlier_days() -> None:
    stretch = NIGHTS.stretch(0)
    assert stretch.starts[:3] == [0, 6 * HOUR, 22 * HOUR]
    assert stretch.ends[:3] == [6 * HOUR, 8 * HOUR, 30 * HOUR]
    assert [owner.day for owner in stretch.owners[:3]] == [-1, 0, 0]
    assert stretch.ends[-1] == STRETCH
    assert stretch.total == STRETCH_DAYS * 10 * HOUR


def test_the_earliest_instant_is_a_closing_and_the_latest_an_opening() -> None:
    stretch = Openings(Timetable("UTC", (NINE_TO_SIX,) * 7)).stretch(0)
    assert (stretch.earliest(4 * HOUR), stretch.latest(4 * HOUR)) == (13 * HOUR, 14 * HOUR)
    assert stretch.latest(0) == 9 * HOUR
    assert stretch.passed(0) == 0
    assert stretch.passed(13 * HOUR + 1) == 4 * HOUR


def test_what_was_worked_out_is_remembered() -> None:
    assert NIGHTS.stretch(3) is NIGHTS.stretch(3)
    assert NIGHTS.days(3) is NIGHTS.days(3)


def test_nothing_is_open_in_an_empty_stretch() -> None:
    assert Openings(Timetable("UTC", ((),) * 7)).stretch(0) == Stretch()
