"""Calendars for tests, and a slow one that counts minute by minute and shares no code with slamon's."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from slamon.orders.event import Instant, Span
from slamon.sla.opening_hours import OpeningHours
from slamon.sla.timetable import Timetable, WallSpan

MINUTE: Span = 60_000_000
HOUR: Span = 60 * MINUTE
NINE_TO_SIX: tuple[WallSpan, ...] = ((9 * HOUR, 13 * HOUR), (14 * HOUR, 18 * HOUR))
_NO_DATES: dict[str, tuple[WallSpan, ...]] = {}


def workshop(
    time_zone: str = "Europe/Berlin",
    week: Iterable[tuple[WallSpan, ...]] = (*(NINE_TO_SIX,) * 5, (), ()),
    *,
    closed: Iterable[str] = (),
    opened: dict[str, tuple[WallSpan, ...]] = _NO_DATES,
    holidays: Iterable[str] = (),
) -> OpeningHours:
    """Open from Monday to Friday, nine to six with a lunch break, unless told otherwise."""
    return OpeningHours(
        "workshop",
        Timetable(
            time_zone,
            tuple(week),
            closed=frozenset(map(dt.date.fromisoformat, closed)),
            open=tuple((dt.date.fromisoformat(date), spans) for date, spans in opened.items()),
            holidays=frozenset(map(dt.date.fromisoformat, holidays)),
        ),
    )


def utc(text: str) -> Instant:
    """An instant from ISO text; without an offset in UTC."""
    moment = dt.datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()) * 1_000_000


class Beyond(Exception):  # noqa: N818 - it is no error: the window was too small for the question
    """The answer lies outside the minutes that were counted."""


@dataclass(frozen=True)
class MinuteByMinute:
    """The minutes around a date, each with the day that it is open for; all counting is one minute at a time."""

    timetable: Timetable
    middle: dt.date
    days: int = 24

    @cached_property
    def first(self) -> int:
        return int(dt.datetime.combine(self.middle, dt.time(), dt.UTC).timestamp()) // 60 - self.days * 1440

    @cached_property
    def wall(self) -> list[int]:
        """What the clock on the wall shows in each minute, as minutes since 1970 of its own."""
        zone = ZoneInfo(self.timetable.time_zone)
        shown = []
        for minute in range(self.first, self.first + 2 * self.days * 1440):
            local = dt.datetime.fromtimestamp(minute * 60, zone)
            shown.append(minute + int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60)
        return shown

    @cached_property
    def shown_first(self) -> dict[int, int]:
        first: dict[int, int] = {}
        for minute, wall in enumerate(self.wall):
            first.setdefault(wall, minute)
        return first

    def minute_of(self, wall: int) -> int:
        """When the wall clock first shows a time; a time that it leaves out comes as much later as it is missing."""
        if wall in self.shown_first:
            return self.shown_first[wall]
        before = [shown for shown in self.shown_first if shown < wall]
        if not before or wall > max(self.shown_first):
            raise Beyond
        return self.shown_first[max(before)] + wall - max(before)

    @cached_property
    def own(self) -> dict[int, set[int]]:
        """The open minutes of each date (days since 1970), those that another day has too included."""
        table, own = self.timetable, {}
        dates, epoch = dict(table.open), dt.date(1970, 1, 1)
        middle = (self.middle - epoch).days
        for day in range(middle - self.days + 3, middle + self.days - 3):
            date = epoch + dt.timedelta(days=day)
            spans = table.week[date.weekday()]
            if date in table.holidays:
                spans = ()
            if date in dates:
                spans = dates[date]
            if date in table.closed:
                spans = ()
            minutes: set[int] = set()
            for start, end in spans:
                to = end if end > start else end + 24 * HOUR
                minutes.update(
                    range(self.minute_of(day * 1440 + start // MINUTE), self.minute_of(day * 1440 + to // MINUTE))
                )
            if minutes:
                own[day] = minutes
        return own

    @cached_property
    def owner(self) -> dict[int, int]:
        owner: dict[int, int] = {}
        for day in sorted(self.own):
            for minute in self.own[day]:
                owner.setdefault(minute, day)
        return owner

    def forward(self, at: Instant, days: int, minutes: int) -> Instant:
        minute = self._number(at)
        if days:
            while minute not in self.owner:
                minute = self._within(minute + 1)
            minute = self._moved(minute, self.owner[minute], days)
        return self._instant(self._on(minute, minutes))

    def backward(self, at: Instant, days: int, minutes: int) -> Instant:
        minute = self._number(at)
        if days:
            while minute not in self.owner and minute - 1 not in self.owner:
                minute = self._within(minute - 1)
            day = self.owner[minute if minute in self.owner else minute - 1]
            minute = self._moved(minute, day, -days)
        while minutes:
            minute = self._within(minute - 1)
            minutes -= minute in self.owner
        return self._instant(minute)

    def open_time(self, since: Instant, until: Instant) -> Span:
        counted = range(self._within(self._number(since)), self._within(self._number(until)))
        return sum(minute in self.owner for minute in counted) * MINUTE

    def end_of_day(self, at: Instant) -> Instant:
        minute = self._number(at)
        if minute not in self.owner and minute - 1 in self.owner:
            return self._instant(max(self.own[self.owner[minute - 1]]) + 1)
        while minute not in self.owner:
            minute = self._within(minute + 1)
        return self._instant(max(self.own[self.owner[minute]]) + 1)

    def _moved(self, minute: int, day: int, days: int) -> int:
        open_days = sorted(self.own)
        index = open_days.index(day) + days
        if not 0 <= index < len(open_days):
            raise Beyond
        target = open_days[index]
        wanted = self.minute_of(target * 1440 + self.wall[minute] - day * 1440)
        if wanted in self.own[target]:
            return wanted
        earlier = [own for own in self.own[target] if own < wanted]
        return max(earlier) + 1 if earlier else min(self.own[target])

    def _on(self, minute: int, minutes: int) -> int:
        while minutes:
            minutes -= minute in self.owner
            minute = self._within(minute + 1)
        return minute

    def _within(self, minute: int) -> int:
        if not 4 * 1440 <= minute < (2 * self.days - 4) * 1440:
            raise Beyond
        return minute

    def _number(self, at: Instant) -> int:
        return self._within(at // MINUTE - self.first)

    def _instant(self, minute: int) -> Instant:
        return (minute + self.first) * MINUTE
