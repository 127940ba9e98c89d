"""Calendars by hand-worked examples: to add one, write the local times down first, then the line."""

import pytest

from slamon.orders.event import DAY, SECOND
from slamon.sla.calendar import ALWAYS, Calendar, Length
from slamon.sla.opening_hours import OpeningHours
from slamon.sla.openings import FIRST, LAST
from tests.calendars import HOUR, MINUTE, NINE_TO_SIX, utc, workshop

EASTER = ("2026-04-03", "2026-04-06")
NIGHTS = ((22 * HOUR, 6 * HOUR),)
BERLIN = {
    "plain": workshop(),
    "easter": workshop(holidays=EASTER),
    "short saturday": workshop(week=(*(NINE_TO_SIX,) * 5, ((10 * HOUR, 14 * HOUR),), ())),
    "nights": workshop(week=(*(NIGHTS,) * 5, (), ())),
    "late start": workshop(week=(NINE_TO_SIX, ((11 * HOUR, 18 * HOUR),), *(NINE_TO_SIX,) * 3, (), ())),
    "round the clock": workshop(week=(((0, 24 * HOUR),),) * 7),
    "two shifts": workshop(week=(((22 * HOUR, 6 * HOUR), (6 * HOUR, 14 * HOUR)),) * 7),
    "in the night of the change": workshop(week=(((HOUR, 4 * HOUR),),) * 7),
    "half past two to three": workshop(week=(((150 * MINUTE, 3 * HOUR),),) * 7),
}


@pytest.mark.parametrize(
    ("calendar", "start", "length", "due"),
    [
        # Winter is +01:00, from 29 March to 25 October 2026 it is +02:00.
        ("plain", "2026-01-05T10:00+01:00", Length(0, 2 * HOUR), "2026-01-05T12:00+01:00"),
        ("plain", "2026-01-05T12:00+01:00", Length(0, 2 * HOUR), "2026-01-05T15:00+01:00"),  # lunch
        ("plain", "2026-01-05T12:00+01:00", Length(0, HOUR), "2026-01-05T13:00+01:00"),  # the earliest instant
        ("plain", "2026-01-09T17:00+01:00", Length(0, 2 * HOUR), "2026-01-12T10:00+01:00"),  # over a weekend
        ("plain", "2026-01-10T12:00+01:00", Length(0, 2 * HOUR), "2026-01-12T11:00+01:00"),  # from a Saturday
        ("plain", "2026-01-05T10:00+01:00", Length(1), "2026-01-06T10:00+01:00"),
        ("plain", "2026-01-09T10:00+01:00", Length(1), "2026-01-12T10:00+01:00"),
        ("plain", "2026-01-10T12:00+01:00", Length(1), "2026-01-13T09:00+01:00"),  # Saturday is Monday's opening
        ("plain", "2026-01-05T18:00+01:00", Length(1), "2026-01-07T09:00+01:00"),  # a closing is outside
        ("plain", "2026-01-05T13:30+01:00", Length(1), "2026-01-06T14:00+01:00"),  # lunch: moves on to 14:00
        ("plain", "2026-01-05T17:00+01:00", Length(1, 4 * HOUR), "2026-01-07T12:00+01:00"),  # days first, then time
        ("plain", "2026-01-05T10:00+01:00", Length(15), "2026-01-26T10:00+01:00"),
        # 15 working days over Easter: Good Friday and Easter Monday do not count, the clock change does not show.
        ("easter", "2026-03-23T10:00+01:00", Length(15), "2026-04-15T10:00+02:00"),
        ("plain", "2026-03-23T10:00+01:00", Length(15), "2026-04-13T10:00+02:00"),
        ("plain", "2026-12-31T10:00+01:00", Length(1), "2027-01-01T10:00+01:00"),  # a year end without holidays
        ("plain", "2028-02-28T10:00+01:00", Length(1), "2028-02-29T10:00+01:00"),  # a leap day
        ("short saturday", "2026-01-09T17:00+01:00", Length(1), "2026-01-10T14:00+01:00"),  # clipped to the closing
        ("short saturday", "2026-01-09T09:30+01:00", Length(1), "2026-01-10T10:00+01:00"),  # nothing open before
        ("late start", "2026-01-05T09:30+01:00", Length(1, HOUR), "2026-01-06T12:00+01:00"),
        # 01:00 on Tuesday belongs to Monday's night: one day later it is 01:00 in Tuesday's night.
        ("nights", "2026-01-06T01:00+01:00", Length(1), "2026-01-07T01:00+01:00"),
        ("nights", "2026-01-10T01:00+01:00", Length(1), "2026-01-13T01:00+01:00"),  # Friday's night, then Monday's
        ("nights", "2026-01-10T05:00+01:00", Length(0, 2 * HOUR), "2026-01-12T23:00+01:00"),
        # In the night to 29 March the clock goes from 02:00 to 03:00, in that to 25 October from 03:00 to 02:00.
        ("in the night of the change", "2026-03-29T01:30+01:00", Length(0, HOUR), "2026-03-29T03:30+02:00"),
        ("in the night of the change", "2026-03-28T02:30+01:00", Length(1), "2026-03-29T03:30+02:00"),
        ("in the night of the change", "2026-10-25T01:00+02:00", Length(0, 4 * HOUR), "2026-10-25T04:00+01:00"),
        ("in the night of the change", "2026-10-24T02:30+02:00", Length(1), "2026-10-25T02:30+02:00"),
        ("in the night of the change", "2026-10-25T02:30+01:00", Length(1), "2026-10-26T02:30+01:00"),
        # From the missing 02:30, which is 03:30, to 03:00 there is nothing: that day is not open.
        ("half past two to three", "2026-03-28T02:45+01:00", Length(1), "2026-03-30T02:45+02:00"),
        ("round the clock", "2026-03-28T12:00+01:00", Length(1), "2026-03-29T12:00+02:00"),
        ("round the clock", "2026-03-28T12:00+01:00", Length(0, 24 * HOUR), "2026-03-29T13:00+02:00"),
        ("two shifts", "2026-01-06T05:00+01:00", Length(0, 2 * HOUR), "2026-01-06T07:00+01:00"),
    ],
)
def test_forward(calendar: str, start: str, length: Length, due: str) -> None:
    assert BERLIN[calendar].forward(utc(start), length) == utc(due)


@pytest.mark.parametrize(
    ("calendar", "due", "length", "start"),
    [
        ("plain", "2026-01-06T10:00+01:00", Length(1), "2026-01-05T10:00+01:00"),
        ("plain", "2026-01-12T10:00+01:00", Length(3), "2026-01-07T10:00+01:00"),
        ("plain", "2026-01-11T12:00+01:00", Length(1), "2026-01-08T18:00+01:00"),  # Sunday is Friday's closing
        ("plain", "2026-01-09T18:00+01:00", Length(1), "2026-01-08T18:00+01:00"),  # a closing stays
        ("plain", "2026-01-09T13:30+01:00", Length(1), "2026-01-08T13:00+01:00"),  # lunch: back to 13:00
        ("plain", "2026-01-12T10:00+01:00", Length(0, 2 * HOUR), "2026-01-09T17:00+01:00"),
        ("plain", "2026-01-12T10:00+01:00", Length(0, HOUR), "2026-01-12T09:00+01:00"),  # the latest instant
        ("plain", "2026-01-12T10:00+01:00", Length(1, 2 * HOUR), "2026-01-08T17:00+01:00"),
        ("short saturday", "2026-01-12T17:00+01:00", Length(1), "2026-01-10T14:00+01:00"),
        ("short saturday", "2026-01-12T09:30+01:00", Length(1), "2026-01-10T10:00+01:00"),
        ("easter", "2026-04-15T10:00+02:00", Length(15), "2026-03-23T10:00+01:00"),
        ("nights", "2026-01-13T01:00+01:00", Length(1), "2026-01-10T01:00+01:00"),
        ("in the night of the change", "2026-03-30T02:30+02:00", Length(1), "2026-03-29T03:30+02:00"),
    ],
)
def test_backward(calendar: str, due: str, length: Length, start: str) -> None:
    assert BERLIN[calendar].backward(utc(due), length) == utc(start)


@pytest.mark.parametrize(
    ("calendar", "at", "end"),
    [
        ("plain", "2026-01-05T10:00+01:00", "2026-01-05T18:00+01:00"),
        ("plain", "2026-01-05T13:00+01:00", "2026-01-05T18:00+01:00"),  # closes for lunch
        ("plain", "2026-01-05T13:30+01:00", "2026-01-05T18:00+01:00"),
        ("plain", "2026-01-05T18:00+01:00", "2026-01-05T18:00+01:00"),  # closes for the day
        ("plain", "2026-01-05T18:01+01:00", "2026-01-06T18:00+01:00"),
        ("plain", "2026-01-05T03:00+01:00", "2026-01-05T18:00+01:00"),
        ("plain", "2026-01-10T12:00+01:00", "2026-01-12T18:00+01:00"),
        ("nights", "2026-01-06T01:00+01:00", "2026-01-06T06:00+01:00"),
        ("round the clock", "2026-01-06T00:00+01:00", "2026-01-07T00:00+01:00"),  # it opens as it closes
    ],
)
def test_end_of_day(calendar: str, at: str, end: str) -> None:
    assert BERLIN[calendar].end_of_day(utc(at)) == utc(end)


def test_open_time() -> None:
    calendar = BERLIN["plain"]
    monday = utc("2026-01-05T00:00+01:00")
    assert calendar.open_time(monday, monday + 7 * DAY) == 5 * 8 * HOUR
    assert calendar.open_time(monday + 10 * HOUR, monday + 10 * HOUR + SECOND) == SECOND
    assert calendar.open_time(monday, monday) == calendar.open_time(monday + DAY, monday) == 0
    assert calendar.open_time(utc("2026-01-01"), utc("2027-01-01")) == 261 * 8 * HOUR


def test_what_overlaps_counts_once() -> None:
    twice = workshop(week=(((9 * HOUR, 13 * HOUR), (12 * HOUR, 14 * HOUR), (10 * HOUR, 11 * HOUR)),) * 7)
    monday = utc("2026-01-05T00:00+01:00")
    assert twice.open_time(monday, monday + DAY) == 5 * HOUR
    nights = workshop(week=(((22 * HOUR, 6 * HOUR), (5 * HOUR, 7 * HOUR)),) * 7)
    assert nights.open_time(monday, monday + DAY) == 9 * HOUR
    assert nights.forward(monday + 330 * MINUTE, Length(1)) == monday + DAY + 330 * MINUTE  # still Sunday's night


def test_closed_then_open_then_holidays_then_weekdays_decide() -> None:
    calendar = workshop(
        closed=["2026-01-06", "2026-01-07"],
        opened={"2026-01-07": NINE_TO_SIX, "2026-01-08": ((10 * HOUR, 12 * HOUR),), "2026-01-10": NINE_TO_SIX},
        holidays=["2026-01-08", "2026-01-09"],
    )
    opened = [calendar.open_time(day, day + DAY) // HOUR for day in range(utc("2026-01-04T23:00"), FIRST_MONDAY, DAY)]
    assert opened == [8, 0, 0, 2, 0, 8, 0]


FIRST_MONDAY = utc("2026-01-11T23:00")


def test_a_calendar_that_never_opens_counts_as_always() -> None:
    never = workshop(week=((),) * 7)
    at, length = utc("2026-01-05"), Length(3, HOUR)
    assert never.forward(at, length) == ALWAYS.forward(at, length)
    assert never.backward(at, length) == ALWAYS.backward(at, length)
    assert never.after(at, HOUR) == at + HOUR
    assert never.backward(at, Length(0, HOUR)) == at - HOUR
    assert never.end_of_day(at) == ALWAYS.end_of_day(at)
    assert never.open_time(at, at + 1000 * DAY) == 0


def test_after_its_last_day_a_calendar_goes_on_as_always() -> None:
    once = workshop(week=((),) * 7, opened={"2026-01-05": ((9 * HOUR, 17 * HOUR),), "2026-01-07": ((0, HOUR),)})
    monday, wednesday = utc("2026-01-05T09:00+01:00"), utc("2026-01-07T00:00+01:00")
    assert once.forward(monday, Length(1)) == wednesday + HOUR
    assert once.forward(monday, Length(3, HOUR)) == wednesday + 2 * DAY + 2 * HOUR
    assert once.after(monday, 10 * HOUR) == wednesday + 2 * HOUR
    assert once.backward(wednesday, Length(2, HOUR)) == monday - DAY - HOUR
    assert once.backward(wednesday, Length(0, 9 * HOUR)) == monday - HOUR


@pytest.mark.parametrize("year", [-4000, 1, 1899, 1969, 2201, 9999, 12_000])
def test_outside_the_years_that_are_known_every_calendar_is_open_around_the_clock(year: int) -> None:
    at = (year - 1970) * 365 * DAY
    calendar, length = BERLIN["plain"], Length(21, HOUR)
    assert calendar.forward(at, length) == ALWAYS.forward(at, length)
    assert calendar.backward(at, length) == ALWAYS.backward(at, length)
    assert calendar.after(at, HOUR) == at + HOUR
    assert calendar.open_time(at, at + HOUR) == HOUR
    assert calendar.end_of_day(at) == ALWAYS.end_of_day(at)


def test_counting_into_the_years_that_are_known_and_out_of_them() -> None:
    calendar = BERLIN["plain"]
    for edge in (FIRST, LAST):
        for span in (HOUR, DAY, 100 * DAY):
            for at in (edge - DAY, edge, edge + 5 * DAY):
                assert calendar.open_time(at, calendar.after(at, span)) == span
                assert calendar.open_time(calendar.backward(at, Length(0, span)), at) == span
    assert calendar.forward(LAST - 10 * DAY, Length(100)) > LAST + 80 * DAY
    assert calendar.backward(FIRST + 10 * DAY, Length(100)) < FIRST - 80 * DAY


def test_equal_calendars_have_equal_revisions() -> None:
    one = workshop(closed=["2026-12-31", "2026-12-24"], week=(((9 * HOUR, 13 * HOUR), (8 * HOUR, 10 * HOUR)),) * 7)
    other = workshop(closed=["2026-12-24", "2026-12-31"], week=(((8 * HOUR, 13 * HOUR),),) * 7)
    assert one == other
    assert hash(one) == hash(other)
    assert one.revision == other.revision
    assert len(one.revision) == 12
    # What is decided the same way is the same: a holiday is a closed date.
    assert workshop(holidays=["2026-12-31"]).revision == workshop(closed=["2026-12-31"]).revision


def test_what_decides_what_is_open_is_in_the_revision_and_nothing_else() -> None:
    changed = [
        workshop(),
        workshop("Europe/Moscow"),
        workshop(week=(NINE_TO_SIX,) * 7),
        workshop(closed=["2026-12-31"]),
        workshop(closed=["2026-12-30"]),
        workshop(opened={"2026-12-27": NINE_TO_SIX}),
    ]
    assert len({calendar.revision for calendar in changed}) == len(changed)
    assert OpeningHours("other", workshop().timetable).revision == workshop().revision
    assert workshop().revision == "e92d2391e2e3"


def test_it_is_a_calendar_of_working_days() -> None:
    calendar: Calendar = workshop()
    assert calendar.counts_days
    assert calendar.name == "workshop"
