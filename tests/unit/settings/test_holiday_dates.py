"""Public holidays, and the days off of an ICS file."""

import datetime as dt
import warnings
from pathlib import Path

import pytest

from slamon.settings.holiday_dates import FIRST_YEAR, LAST_YEAR, ics_dates, public_holidays

NO_CALENDAR = "names a file that is no calendar, allowed is iCalendar (RFC 5545)"
NO_DAYS = "names a file without all-day events from 2000 to 2050, allowed is one that has some"


def _days(*dates: str) -> frozenset[dt.date]:
    return frozenset(map(dt.date.fromisoformat, dates))


def _ics(folder: Path, *events: str, calendars: int = 1) -> str:
    """A file with events given by their lines, joined by blanks."""
    named = (event if "UID:" in event else f"UID:{number} {event}" for number, event in enumerate(events))
    lines = "".join("\n".join(["BEGIN:VEVENT", *event.split(), "END:VEVENT", ""]) for event in named)
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{lines}END:VCALENDAR\n"
    return _file(folder, (calendar * calendars).encode())


def _file(folder: Path, content: bytes) -> str:
    file = folder / "days.ics"
    file.write_bytes(content)
    return str(file)


def _refusal(file: str) -> str:
    with pytest.raises(ValueError, match="allowed is") as refused:
        ics_dates(file)
    return str(refused.value)


def test_the_public_holidays_of_a_country() -> None:
    days = public_holidays("RU", None)
    assert _days("2026-01-01", "2027-05-09", "2027-06-12") <= days
    assert dt.date(2027, 6, 15) not in days


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = dt.date(2027, 1, 6)
    assert epiphany in public_holidays("DE", "BY")
    assert epiphany not in public_holidays("DE", "BE")
    assert epiphany not in public_holidays("DE", None)


def test_holidays_are_known_for_a_fixed_range_of_years() -> None:
    years = {date.year for date in public_holidays("DE", None)}
    assert years == set(range(FIRST_YEAR, LAST_YEAR + 1))


def test_years_without_known_holidays_are_no_noise() -> None:
    public_holidays.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert public_holidays("SA", None)


@pytest.mark.parametrize(
    ("country", "subdivision", "key", "words"),
    [
        ("XX", None, "country", "XX is no country with known holidays, allowed is an ISO 3166 code"),
        ("ru", None, "country", "ru is no country with known holidays, allowed is an ISO 3166 code"),
        ("XX", "BY", "country", "XX is no country with known holidays, allowed is an ISO 3166 code"),
        ("RU", "MOW", "subdivision", "RU has no parts, allowed is null"),
    ],
)
def test_places_that_are_not_known(country: str, subdivision: str | None, key: str, words: str) -> None:
    with pytest.raises(LookupError) as refused:
        public_holidays(country, subdivision)
    assert refused.value.args == (key, words)


def test_a_part_that_is_not_known_names_those_that_are() -> None:
    with pytest.raises(LookupError) as refused:
        public_holidays("DE", "XY")
    key, words = refused.value.args
    assert key == "subdivision"
    assert words.startswith("XY is no part of DE, allowed are ")
    assert ", BY, " in words


@pytest.mark.parametrize(
    ("events", "days"),
    [
        (["DTSTART;VALUE=DATE:20261231"], _days("2026-12-31")),
        (["DTSTART;VALUE=DATE:20261230 DTEND;VALUE=DATE:20270102"], _days("2026-12-30", "2026-12-31", "2027-01-01")),
        (["DTSTART;VALUE=DATE:20261230 DURATION:P2D"], _days("2026-12-30", "2026-12-31")),
        (["DTSTART;VALUE=DATE:20261231 DTEND;VALUE=DATE:20261231"], _days("2026-12-31")),
        (["DTSTART;VALUE=DATE:20270101 RRULE:FREQ=YEARLY;COUNT=2"], _days("2027-01-01", "2028-01-01")),
        (
            ["DTSTART;VALUE=DATE:20270101 RRULE:FREQ=YEARLY;COUNT=3 EXDATE;VALUE=DATE:20280101"],
            _days("2027-01-01", "2029-01-01"),
        ),
        (
            ["DTSTART;VALUE=DATE:20270101 RDATE;VALUE=DATE:20270501,20270502"],
            _days("2027-01-01", "2027-05-01", "2027-05-02"),
        ),
        (["DTSTART;VALUE=DATE:20270101", "DTSTART;VALUE=DATE:20270301"], _days("2027-01-01", "2027-03-01")),
        (["DTSTART;VALUE=DATE:20270101", "DTSTART:20270301T090000Z"], _days("2027-01-01")),
        (["DTSTART;VALUE=DATE:20270101", "DTSTART;VALUE=DATE:20270301 STATUS:CANCELLED"], _days("2027-01-01")),
        (["DTSTART;VALUE=DATE:20270101", "DTSTART;VALUE=DATE:20270301 STATUS:cancelled"], _days("2027-01-01")),
        (["DTSTART;VALUE=DATE:20270101 STATUS:TENTATIVE"], _days("2027-01-01")),
    ],
    ids=[
        "day",
        "days",
        "duration",
        "empty",
        "yearly",
        "but-one",
        "extra",
        "two",
        "timed",
        "cancelled",
        "case",
        "other",
    ],
)
def test_the_days_off_of_a_file(tmp_path: Path, events: list[str], days: frozenset[dt.date]) -> None:
    assert ics_dates(_ics(tmp_path, *events)) == days


def test_one_day_of_a_repeating_event_may_be_moved_or_cancelled(tmp_path: Path) -> None:
    found = ics_dates(
        _ics(
            tmp_path,
            "UID:x DTSTART;VALUE=DATE:20270101 RRULE:FREQ=YEARLY;COUNT=3",
            "UID:x RECURRENCE-ID;VALUE=DATE:20280101 DTSTART;VALUE=DATE:20280101 STATUS:CANCELLED",
            "UID:x RECURRENCE-ID;VALUE=DATE:20290101 DTSTART;VALUE=DATE:20290102",
        )
    )
    assert found == _days("2027-01-01", "2029-01-02")


def test_what_repeats_for_ever_ends_with_the_range(tmp_path: Path) -> None:
    found = ics_dates(_ics(tmp_path, "DTSTART;VALUE=DATE:19900501 RRULE:FREQ=YEARLY"))
    assert found == {dt.date(year, 5, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1)}


def test_days_outside_the_range_are_left_out(tmp_path: Path) -> None:
    turns = ("DTSTART;VALUE=DATE:19991231 DTEND;VALUE=DATE:20000102", "DTSTART;VALUE=DATE:20501231 DURATION:P2D")
    assert ics_dates(_ics(tmp_path, *turns)) == _days("2000-01-01", "2050-12-31")


def test_several_calendars_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = Path(_ics(tmp_path, "DTSTART;VALUE=DATE:20270101", calendars=2))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert ics_dates(str(file)) == _days("2027-01-01")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", NO_DAYS),
        (b"hello", NO_CALENDAR),
        (b"<html></html>", NO_CALENDAR),
        (b"\xff\xfe\x00", NO_CALENDAR),
        (b"BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270101\nEND:VEVENT\n", NO_CALENDAR),
        (b"x" * (1 << 20), NO_CALENDAR),
        (b"x" * ((1 << 20) + 1), "names a file of more than 1 MiB, allowed is a smaller one"),
    ],
    ids=["empty", "text", "html", "bytes", "bare-event", "largest", "too-large"],
)
def test_files_that_are_no_calendars(tmp_path: Path, content: bytes, words: str) -> None:
    assert _refusal(_file(tmp_path, content)) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("SUMMARY:without-a-start", NO_CALENDAR),
        ("DTSTART;VALUE=DATE:2027", NO_CALENDAR),
        ("DTSTART;VALUE=DATE:20270101 RRULE:FREQ=NEVER", NO_CALENDAR),
        ("DTSTART;VALUE=DATE:20270101 RRULE:COUNT=3", NO_CALENDAR),
        ("DTSTART;VALUE=DATE:20270101 RRULE:FREQ=SECONDLY", NO_CALENDAR),
        ("DTSTART;VALUE=DATE:20270101 RRULE:FREQ=YEARLY RRULE:FREQ=HOURLY", NO_CALENDAR),
        ("DTSTART:20270101T090000Z", NO_DAYS),
        ("DTSTART;VALUE=DATE:20270101 STATUS:CANCELLED", NO_DAYS),
        ("DTSTART;VALUE=DATE:19991231", NO_DAYS),
        ("DTSTART;VALUE=DATE:20510101", NO_DAYS),
    ],
)
@pytest.mark.timeout(30)
def test_calendars_without_days_off(tmp_path: Path, event: str, words: str) -> None:
    assert _refusal(_ics(tmp_path, event)) == words


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    can_not = "names a file that can't be read ({}), allowed is a readable file"
    assert _refusal(str(tmp_path / "none.ics")) == can_not.format("No such file or directory")
    assert _refusal(str(tmp_path)) == can_not.format("Is a directory")
    assert _refusal("a\0b") == can_not.format("no path")
