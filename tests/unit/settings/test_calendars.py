"""`sla.calendars`; most mistakes are in tests/testdata/config."""

import datetime as dt
from pathlib import Path

import pytest

from slamon.errors import ConfigError
from slamon.settings import load
from slamon.settings.calendars import Calendar, read_calendar
from slamon.sla.calendar import Length
from slamon.sla.opening_hours import OpeningHours
from slamon.sla.timetable import Timetable, WallSpan
from tests.calendars import HOUR, NINE_TO_SIX, utc, workshop
from tests.configurations import SMALLEST, problems_beside

OPEN = {"mon-fri": ["09:00-13:00", "14:00-18:00"]}
JUNE = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20270601\nEND:VEVENT\nEND:VCALENDAR\n"


def _calendar(**told: object) -> Calendar:
    return Calendar.model_validate({"time_zone": "Europe/Berlin", "days": OPEN} | told)


def _read(**told: object) -> OpeningHours:
    reading = read_calendar("workshop", _calendar(**told))
    assert reading.findings == ()
    assert reading.calendar is not None
    return reading.calendar


def _found(**told: object) -> list[tuple[str, str]]:
    reading = read_calendar("w", _calendar(**told))
    assert reading.calendar is None
    assert all(path[:3] == ("sla", "calendars", "w") for path, _ in reading.findings)
    return [(".".join(map(str, path[3:])), words) for path, words in reading.findings]


def _week(**days: tuple[WallSpan, ...]) -> tuple[tuple[WallSpan, ...], ...]:
    return tuple(days.get(name, ()) for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def test_a_calendar_as_the_core_takes_it() -> None:
    opened: dict[str, tuple[WallSpan, ...]] = {"2026-12-27": ((10 * HOUR, 14 * HOUR),), "2026-12-28": ()}
    read = _read(closed=["2026-12-31"], open={"2026-12-27": ["10:00-14:00"], "2026-12-28": []})
    assert read == workshop(closed=["2026-12-31"], opened=opened)


def test_the_zone_is_its_own() -> None:
    assert _read(time_zone="Asia/Tokyo").timetable == Timetable("Asia/Tokyo", (*(NINE_TO_SIX,) * 5, (), ()))


@pytest.mark.parametrize(
    ("days", "week"),
    [
        ({"mon": ["09:00-13:00"]}, _week(mon=((9 * HOUR, 13 * HOUR),))),
        ({"sat-sun": ["10:00-14:00"]}, _week(sat=((10 * HOUR, 14 * HOUR),), sun=((10 * HOUR, 14 * HOUR),))),
        ({"tue,thu": ["10:00-14:00"], "fri": []}, _week(tue=((10 * HOUR, 14 * HOUR),), thu=((10 * HOUR, 14 * HOUR),))),
        ({"mon,mon-tue": ["00:00-24:00"]}, _week(mon=((0, 24 * HOUR),), tue=((0, 24 * HOUR),))),
        ({"fri": ["22:00-06:00"]}, _week(fri=((22 * HOUR, 30 * HOUR),))),
        ({"mon": ["14:00-18:00", "09:00-13:00"]}, _week(mon=NINE_TO_SIX)),
        ({"mon": ["09:00-13:00", "12:00-18:00"]}, _week(mon=((9 * HOUR, 18 * HOUR),))),
    ],
    ids=["one", "span", "list", "twice-in-a-key", "overnight", "order", "overlap"],
)
def test_days_of_the_week(days: dict[str, list[str]], week: tuple[tuple[WallSpan, ...], ...]) -> None:
    assert _read(days=days).timetable.week == week


def test_a_span_over_midnight_belongs_to_its_first_day() -> None:
    night = _read(time_zone="UTC", days={"fri": ["22:00-06:00"]})
    saturday = utc("2027-01-09T05:00")
    assert night.open_time(utc("2027-01-08"), utc("2027-01-10")) == 8 * HOUR
    assert night.forward(saturday, Length(0, HOUR)) == utc("2027-01-09T06:00")
    assert night.forward(saturday, Length(1)) == utc("2027-01-16T05:00")


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        ({}, 8),
        ({"closed": ["2027-01-01"]}, 0),
        ({"holidays": {"country": "DE"}}, 0),
        ({"holidays": {"country": "DE"}, "open": {"2027-01-01": ["10:00-12:00"]}}, 2),
        ({"closed": ["2027-01-01"], "open": {"2027-01-01": ["10:00-12:00"]}}, 0),
        ({"open": {"2027-01-01": []}}, 0),
        ({"holidays": None, "ics": None}, 8),
    ],
    ids=["weekday", "closed", "holiday", "open-holiday", "closed-beats-open", "open-for-nothing", "null"],
)
def test_closed_then_open_then_holidays_then_the_day_of_the_week_decide(told: dict[str, object], hours: int) -> None:
    assert _read(**told).open_time(utc("2027-01-01"), utc("2027-01-02")) == hours * HOUR


def test_holidays_of_a_part_of_a_country() -> None:
    epiphany = (utc("2027-01-06"), utc("2027-01-07"))
    assert _read(holidays={"country": "DE"}).open_time(*epiphany) == 8 * HOUR
    assert _read(holidays={"country": "DE", "subdivision": "BY"}).open_time(*epiphany) == 0


def test_days_of_a_file_join_the_holidays(tmp_path: Path) -> None:
    file = tmp_path / "off.ics"
    file.write_text(JUNE)
    by_both = _read(holidays={"country": "DE"}, ics=str(file)).timetable.holidays
    assert {dt.date(2027, 6, 1), dt.date(2027, 1, 1)} <= by_both
    assert by_both - {dt.date(2027, 6, 1)} == _read(holidays={"country": "DE"}).timetable.holidays


def test_a_file_is_looked_for_beside_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (tmp_path / "off.ics").write_text(JUNE)
    file = tmp_path / "slamon.yaml"
    calendar = 'w: {time_zone: UTC, days: {mon-fri: ["09:00-18:00"]}, ics: off.ics}'
    file.write_text(f"{SMALLEST}sla: {{calendars: {{{calendar}}}}}\n")
    reading = load(str(file), {}).settings.sla.readings["w"]
    assert reading.calendar is not None
    assert reading.calendar.timetable.holidays == {dt.date(2027, 6, 1)}


@pytest.mark.parametrize(
    ("told", "key", "words"),
    [
        ({"time_zone": "Europe/berlin"}, "time_zone",
         "Europe/berlin is no time zone, did you mean Europe/Berlin? allowed is an IANA name such as Europe/Moscow"),
        ({"time_zone": "Nowhere"}, "time_zone",
         "Nowhere is no time zone, allowed is an IANA name such as Europe/Moscow"),
        ({"time_zone": "../../etc/passwd"}, "time_zone",
         "../../etc/passwd is no time zone, allowed is an IANA name such as Europe/Moscow"),
        ({"days": {}}, "", "opens on no day, allowed is at least one opening time in days or open"),
        ({"days": {"mon-sun": []}}, "", "opens on no day, allowed is at least one opening time in days or open"),
        ({"days": {}, "open": {"2027-01-04": ["09:00-18:00"]}, "closed": ["2027-01-04"]}, "",
         "opens on no day, allowed is at least one opening time in days or open"),
        ({"days": {"mon-fri": ["09:00-18:00"], "fri": []}}, "days.fri",
         "gives fri, which mon-fri gives too, allowed is once"),
        ({"days": {"sat-mon": [], "mon-fri": ["09:00-18:00"]}}, "days.mon-fri",
         "gives mon, which sat-mon gives too, allowed is once"),
        ({"holidays": {"country": "XX"}}, "holidays.country",
         "XX is no country with known holidays, allowed is an ISO 3166 code"),
        ({"holidays": {"country": "RU", "subdivision": "MOW"}}, "holidays.subdivision",
         "RU has no parts, allowed is null"),
        ({"ics": "/nowhere.ics"}, "ics",
         "names a file that can't be read (No such file or directory), allowed is a readable file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(told: dict[str, object], key: str, words: str) -> None:
    assert _found(**told) == [(key, words)]


def test_a_calendar_for_single_dates_alone_is_right() -> None:
    assert _read(days={}, open={"2027-01-04": ["09:00-18:00"]}).timetable.open_dates == 1


def test_everything_is_told_at_once() -> None:
    found = _found(
        time_zone="x",
        days={"funday": ["9-18"], "mon": ["09:00-18:00", "20:00-20:00"]},
        closed=["2027-01-01", "2027-02-29"],
        open={"2027-1-1": ["x"]},
        holidays={"country": "XX"},
        ics="/nowhere.ics",
    )
    assert [key for key, _ in found] == [
        "time_zone", "days.funday.0", "days.funday", "days.mon.1", "open.2027-1-1.0", "open.2027-1-1", "closed.1",
        "holidays.country", "ics",
    ]  # fmt: skip


def test_always_is_no_name_for_a_calendar_of_ones_own() -> None:
    reading = read_calendar("always", _calendar())
    assert reading.calendar is None
    assert reading.findings == (
        (("sla", "calendars", "always"), "is the calendar that is always open, allowed is any other name"),
    )


def test_equal_opening_times_are_equal_whatever_their_name_and_spelling() -> None:
    one = read_calendar("one", _calendar(days={"mon,tue": ["9:00-12:00", "12:00-18:00"]})).calendar
    other = read_calendar("other", _calendar(days={"tue": ["09:00-18:00"], "mon": ["09:00 - 18:00"]})).calendar
    assert one is not None
    assert other is not None
    assert one.revision == other.revision
    assert one.revision != _read().revision


@pytest.mark.parametrize(
    ("calendar", "key"),
    [
        ("{days: {mon: []}}", "time_zone"),
        ("{time_zone: UTC}", "days"),
        ("{time_zone: UTC, days: {mon: 09:00-13:00}}", "days.mon"),
        ("{time_zone: UTC, days: [mon]}", "days"),
        ("{time_zone: UTC, days: {mon: []}, holidays: RU}", "holidays"),
        ("{time_zone: UTC, days: {mon: []}, holidays: {}}", "holidays.country"),
        ("{time_zone: UTC, days: {mon: []}, closed: 2026-12-31}", "closed"),
        ('{time_zone: UTC, days: {mon: []}, ics: ""}', "ics"),
        ("{time_zone: UTC, days: {}, open: 2027-01-04}", "open"),
        ("{time_zone: UTC, days: {mon: [null]}}", "days.mon.0"),
        ("{time_zone: UTC, days: {}, closed: [2027-01-04, null]}", "closed.1"),
    ],
)
def test_what_the_schema_refuses(calendar: str, key: str) -> None:
    found = problems_beside(f"sla: {{calendars: {{w: {calendar}}}}}\n")
    assert [line.split(": ")[1] for line in found] == [f"sla.calendars.w.{key}"]


def test_a_wrong_calendar_never_reaches_the_core(tmp_path: Path) -> None:
    file = tmp_path / "slamon.yaml"
    off = tmp_path / "off.ics"
    off.write_text(JUNE)
    file.write_text(
        f"{SMALLEST}sla: {{calendars: {{w: {{time_zone: UTC, days: {{mon: [9:00-18:00]}}, ics: {off}}}}}}}\n"
    )
    settings = load(str(file), {}).settings
    sla, lifecycle = settings.sla, settings.orders.to_lifecycle()
    off.unlink()
    assert sla.readings["w"].findings == ()  # worked out when the configuration was checked, and kept
    afresh = type(sla).model_validate({"calendars": {"w": _calendar(ics=str(off))}})
    with pytest.raises(ConfigError) as refused:
        afresh.to_terms(lifecycle)
    reason = "can't be read (No such file or directory), allowed is a readable file"
    assert refused.value.problems == [f"sla.calendars.w.ics: names a file that {reason}"]
