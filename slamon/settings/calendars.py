"""`sla.calendars`: opening times by name, and the calendars that the core counts by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias
from zoneinfo import available_timezones

from pydantic import Field

from slamon.settings.fields import Allowed, BesideConfiguration, SecretFile, Section, Word
from slamon.settings.finding import Finding, no_such
from slamon.settings.holiday_dates import ics_dates, public_holidays
from slamon.settings.opening_times import DATE, DAYS, SPAN, WEEKDAYS, parse_date, parse_days, parse_span
from slamon.sla.calendar import ALWAYS
from slamon.sla.opening_hours import OpeningHours
from slamon.sla.timetable import Timetable, WallSpan

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from typing import TypeVar

    from slamon.settings.shape import Path

    T = TypeVar("T")

ZONE = "an IANA name such as Europe/Moscow"
_Spans: TypeAlias = Annotated[
    tuple[Annotated[Word, Allowed(SPAN)], ...], Allowed('a list such as ["09:00-13:00", "14:00-18:00"]')
]


class Holidays(Section):
    """Public holidays of a country."""

    country: Annotated[Word, Field(description="ISO 3166 code"), Allowed("an ISO 3166 code such as RU")]
    subdivision: Annotated[
        Word | None, Field(description="A part of the country with holidays of its own"), Allowed("its ISO 3166-2 code")
    ] = None


class Calendar(Section):
    """When a workshop is open; `closed`, then `open`, then holidays, then the day of the week decide."""

    time_zone: Annotated[Word, Field(description="Zone of all its times"), Allowed(ZONE)]
    days: Annotated[
        dict[Word, _Spans],
        Field(description=f"Opening times by days of the week: {DAYS}; a day that is not given is closed"),
        Allowed('a mapping such as mon-fri: ["09:00-13:00", "14:00-18:00"]'),
    ]
    holidays: Annotated[Holidays | None, Field(description="Closed on public holidays")] = None
    closed: Annotated[
        tuple[Annotated[Word, Allowed(DATE)], ...],
        Field(description="Closed on dates"),
        Allowed(f"a list of dates, {DATE}"),
    ] = ()
    open: Annotated[
        dict[Word, _Spans],
        Allowed('a mapping such as "2026-12-27": ["10:00-14:00"]'),
    ] = Field(default_factory=dict, description="Opening times of single dates, holidays too")
    ics: Annotated[
        SecretFile | None,
        Field(description="iCalendar file; its all-day events are holidays"),
        BesideConfiguration(),
    ] = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A calendar as the core takes it, None where something is wrong with it, and all that is wrong."""

    calendar: OpeningHours | None
    findings: tuple[Finding, ...]


@cache
def _zones() -> frozenset[str]:
    """The names of all time zones; finding them means walking a folder."""
    return frozenset(available_timezones())


def read_calendar(name: str, told: Calendar, holidays: frozenset[dt.date] | None = None) -> Reading:
    """Work a calendar out; where its `holidays` are not known, they are looked up and its ICS file is read."""
    reader = _Reader(("sla", "calendars", name))
    if name == ALWAYS.name:
        reader.tell((), "is the calendar that is always open, allowed is any other name")
    if told.time_zone not in _zones():
        words = no_such(told.time_zone, "time zone", sorted(_zones()))
        reader.tell(("time_zone",), f"{words.partition('allowed are')[0]}allowed is {ZONE}")
    week = reader.week(told.days)
    opened = reader.opened(told.open)
    closed = frozenset(
        date
        for index, text in enumerate(told.closed)
        if (date := reader.right(("closed", index), parse_date, text)) is not None
    )
    off = reader.holidays(told) if holidays is None else holidays
    if reader.findings:
        return Reading(None, tuple(reader.findings))
    calendar = OpeningHours(name, Timetable(told.time_zone, week, closed=closed, open=opened, holidays=off))
    if calendar.timetable.open_dates == 0:
        reader.tell((), "opens on no day, allowed is at least one opening time in days or open")
        return Reading(None, tuple(reader.findings))
    return Reading(calendar, ())


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    findings: list[Finding] = field(default_factory=list)

    def tell(self, path: Path, words: str) -> None:
        self.findings.append(((*self.path, *path), words))

    def right(self, path: Path, parse: Callable[[str], T], text: str) -> T | None:
        try:
            return parse(text)
        except ValueError as error:
            self.tell(path, str(error))
            return None

    def spans(self, path: Path, texts: tuple[str, ...]) -> tuple[WallSpan, ...]:
        read = (self.right((*path, index), parse_span, text) for index, text in enumerate(texts))
        return tuple(span for span in read if span is not None)

    def week(self, days: dict[str, tuple[str, ...]]) -> tuple[tuple[WallSpan, ...], ...]:
        week: list[tuple[WallSpan, ...]] = [()] * 7
        taken: dict[int, str] = {}
        for key, texts in days.items():
            spans = self.spans(("days", key), texts)
            for day in self.right(("days", key), parse_days, key) or []:
                if taken.setdefault(day, key) != key:
                    self.tell(("days", key), f"gives {WEEKDAYS[day]}, which {taken[day]} gives too, allowed is once")
                    break
                week[day] = spans
        return tuple(week)

    def opened(self, dates: dict[str, tuple[str, ...]]) -> tuple[tuple[dt.date, tuple[WallSpan, ...]], ...]:
        opened = []
        for key, texts in dates.items():
            spans, date = self.spans(("open", key), texts), self.right(("open", key), parse_date, key)
            if date is not None:
                opened.append((date, spans))
        return tuple(opened)

    def holidays(self, told: Calendar) -> frozenset[dt.date]:
        off: frozenset[dt.date] = frozenset()
        if told.holidays is not None:
            try:
                off = public_holidays(told.holidays.country, told.holidays.subdivision)
            except LookupError as error:
                key, words = error.args
                self.tell(("holidays", key), words)
        if told.ics is not None:
            off |= self.right(("ics",), ics_dates, told.ics) or frozenset()
        return off
