"""§3.1, "On a calendar …": open time, told day by day; slow, without tricks, from the contract's text alone.

A calendar lists the openings of one local day at a time as UTC stretches in ticks; everything else walks days
and stretches. The openings of a day are remembered, nothing more. Spans are [from, to) of the zone's wall clock;
"the first of two repeated local times is meant and a missing one moves forward" is what `zoneinfo` does with
`fold=0`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from tests.oracle.instants import DAY, EARLIEST, LATEST, MICROSECOND, SECOND, Length

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = 60 * SECOND
ROUND = timedelta(days=2)

Span = tuple[int, int]
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


class Always:
    """Open around the clock, in UTC: a day is 24 hours and is no working day."""

    name = "always"

    def forward(self, at: int, length: Length) -> int:
        """When the length, counted from `at`, is used up."""
        return at + length.total

    def backward(self, at: int, length: Length) -> int:
        """From when the length is used up at `at`."""
        return at - length.total

    def after(self, at: int, span: int) -> int:
        """When so much time has passed."""
        return at + span

    def open_time(self, since: int, until: int) -> int:
        """All of it."""
        return max(0, until - since)

    def end_of_day(self, at: int) -> int:
        """The next midnight UTC after the day of `at`."""
        return (at // DAY + 1) * DAY


@dataclass(frozen=True)
class Calendar:
    """Opening times of one zone; spans are minutes after the midnight that their day begins with."""

    name: str
    zone: ZoneInfo
    weekdays: Mapping[int, tuple[Span, ...]]
    closed: frozenset[date]
    open: Mapping[date, tuple[Span, ...]]
    holidays: Any
    known: dict[date, list[Span]] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Of the day: "`closed`, then `open`, then holidays, then weekdays decide (`open` beats holidays)"."""
        if day in self.closed:
            return ()
        if day in self.open:
            return self.open[day]
        if self.holidays is not None and day in self.holidays:
            return ()
        return self.weekdays.get(day.weekday(), ())

    def openings(self, day: date) -> list[Span]:
        """The day's own openings as UTC ticks, in their order; what a clock change swallowed is left out."""
        if day not in self.known:
            walls = [
                (self.at_wall(day, start * MINUTE), self.at_wall(day, end * MINUTE)) for start, end in self.spans(day)
            ]
            self.known[day] = sorted(opening for opening in walls if opening[0] < opening[1])
        return self.known[day]

    def at_wall(self, day: date, wall: int) -> int:
        """The instant at which the zone's clocks show so much after the midnight of the day."""
        shown = datetime.combine(day, datetime.min.time()) + timedelta(microseconds=wall // MICROSECOND)
        return _ticks(shown.replace(tzinfo=self.zone)) + wall % MICROSECOND

    def wall(self, day: date, at: int) -> int:
        """What the zone's clocks show at an instant, counted from the midnight of the day."""
        shown = _moment(at).astimezone(self.zone).replace(tzinfo=None)
        micros = (shown - datetime.combine(day, datetime.min.time())) // timedelta(microseconds=1)
        return micros * MICROSECOND + at % MICROSECOND

    def forward(self, at: int, length: Length) -> int:
        """The earliest instant at which the budget is used up: "Days first, then time"."""
        if length.days:
            at = self._same_time(at, length.days) if self._day_of(at) else self._from_next_opening(at, length.days)
        return self.after(at, length.time)

    def backward(self, at: int, length: Length) -> int:
        """The latest instant from which it is used up: "`warn_before` is counted back the same way"."""
        if length.days:
            at = self._same_time(at, -length.days) if self._day_of(at) else self._from_last_closing(at, length.days)
        return self.before(at, length.time)

    def after(self, at: int, span: int) -> int:
        """The earliest instant, not before `at`, by which so much open time has passed since `at`."""
        if span <= 0:
            return at
        reached = at
        for start, end in self._onward(at):
            passed = max(0, end - max(start, reached))
            if passed >= span:
                return max(start, reached) + span
            span, reached = span - passed, max(reached, end)
        return LATEST

    def before(self, at: int, span: int) -> int:
        """The latest instant, not after `at`, from which so much open time passes up to `at`."""
        if span <= 0:
            return at
        reached = at
        for start, end in self._back(at):
            passed = max(0, min(end, reached) - start)
            if passed >= span:
                return min(end, reached) - span
            span, reached = span - passed, min(reached, start)
        return EARLIEST

    def open_time(self, since: int, until: int) -> int:
        """The open time in [since, until)."""
        counted, reached = 0, since
        for start, end in self._onward(since):
            if start >= until:
                break
            counted += max(0, min(end, until) - max(start, reached))
            reached = max(reached, end)
        return counted

    def end_of_day(self, at: int) -> int:
        """The end of the last span of the day that `at` belongs to; in closed time that of the last closing."""
        day = self._day_of(at) or self._last_closing(at)[1]
        return max((end for _, end in self.openings(day)), default=at)

    def _day_of(self, at: int) -> date | None:
        """The day to one of whose spans the instant belongs ("one over midnight belongs to its first day")."""
        return next((day for day in _around(at) if any(a <= at < b for a, b in self.openings(day))), None)

    def _from_next_opening(self, at: int, days: int) -> int:
        """From there: "a start outside opening time moves to the next opening"."""
        opening = next((start for start, _ in self._onward(at) if start >= at), None)
        return LATEST if opening is None else self._same_time(opening, days)

    def _from_last_closing(self, at: int, days: int) -> int:
        """From there: "a due time in closed time first moves to the last closing before it"."""
        closing, day = self._last_closing(at)
        return self._on_day(day, self.wall(day, closing), -days)

    def _last_closing(self, at: int) -> tuple[int, date]:
        """The last closing at or before the instant, and whose: the day's, or the day's before, over midnight."""
        day = min(_date(at), date.max - 2 * ROUND) + ROUND
        while day > date.min + ROUND:
            closings = [
                (end, owner) for owner in (day, day - timedelta(days=1)) for _, end in self.openings(owner) if end <= at
            ]
            if closings:
                return max(closings)
            day -= timedelta(days=1)
        return EARLIEST, day

    def _same_time(self, at: int, days: int) -> int:
        """There: "the same time of day on the n-th open day after the start's"."""
        day = self._day_of(at)
        assert day is not None
        return self._on_day(day, self.wall(day, at), days)

    def _on_day(self, day: date, wall: int, days: int) -> int:
        step = timedelta(days=1 if days > 0 else -1)
        for _ in range(abs(days)):
            if not date.min + ROUND < day < date.max - ROUND:
                return LATEST if days > 0 else EARLIEST
            day += step
            while not self.openings(day):
                day += step
        return self._clipped(day, self.at_wall(day, wall))

    def _clipped(self, day: date, at: int) -> int:
        """The time itself, "or the end of the last span before it …", else the day's first opening."""
        if any(start <= at < end for start, end in self.openings(day)):
            return at
        return max((end for _, end in self.openings(day) if end <= at), default=self.openings(day)[0][0])

    def _onward(self, at: int) -> Iterator[Span]:
        day = max(_date(at), date.min + ROUND) - ROUND
        while day < date.max - ROUND:
            yield from (opening for opening in self.openings(day) if opening[1] > at)
            day += timedelta(days=1)

    def _back(self, at: int) -> Iterator[Span]:
        day = min(_date(at), date.max - 2 * ROUND) + ROUND
        while day > date.min + ROUND:
            yield from (opening for opening in reversed(self.openings(day)) if opening[0] < at)
            day -= timedelta(days=1)


ALWAYS = Always()
AnyCalendar = Always | Calendar


def calendar_from(name: str, given: Mapping[str, Any]) -> Calendar:
    """§3.1: one entry of `sla.calendars`.

    Raises:
        NotImplementedError: for an ICS file.
    """
    if given.get("ics"):
        raise NotImplementedError("no ICS in the oracle")
    named = given.get("holidays") or {}
    return Calendar(
        name=name,
        zone=ZoneInfo(given["time_zone"]),
        weekdays={day: _spans(spans) for days, spans in given["days"].items() for day in _weekdays(days)},
        closed=frozenset(date.fromisoformat(str(day)) for day in given.get("closed") or ()),
        open={date.fromisoformat(str(day)): _spans(spans) for day, spans in (given.get("open") or {}).items()},
        holidays=holidays.country_holidays(named["country"]) if named.get("country") else None,
    )


def _weekdays(text: str) -> list[int]:
    """`mon-fri` or `sat`."""
    first, _, last = text.partition("-")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _spans(texts: Any) -> tuple[Span, ...]:
    found = []
    for text in texts:
        match = _SPAN.fullmatch(text)
        assert match is not None, text
        hours, minutes, to_hours, to_minutes = (int(part) for part in match.groups())
        start, end = hours * 60 + minutes, to_hours * 60 + to_minutes
        found.append((start, end if end > start else end + 24 * 60))
    return tuple(sorted(found))


def _moment(at: int) -> datetime:
    inside = min(max(at, EARLIEST + 2 * DAY), LATEST - 2 * DAY)
    return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=(inside - EARLIEST) // MICROSECOND)


def _ticks(moment: datetime) -> int:
    since = moment.astimezone(UTC) - datetime(1, 1, 1, tzinfo=UTC)
    return EARLIEST + since // timedelta(microseconds=1) * MICROSECOND


def _date(at: int) -> date:
    return _moment(at).date()


def _around(at: int) -> Iterator[date]:
    """The days whose openings can hold the instant: a span may reach into the second day after its own."""
    for off in (-2, -1, 0, 1):
        yield _date(at) + timedelta(days=off)
