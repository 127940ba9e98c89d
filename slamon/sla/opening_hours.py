"""A calendar with opening times: working days and open time, forward and backward (CONTRACT §3.1)."""

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.calendar import ALWAYS, Length
from slamon.sla.openings import STRETCH, STRETCH_DAYS, Openings
from slamon.sla.timetable import OpenDay, Timetable, day_of

# Events and promises can name any year from 1 to 9999: counting through all of them would hold up everything else.
_FIRST = day_of(dt.date(1970, 1, 1)) // STRETCH_DAYS
_LAST = day_of(dt.date(2200, 1, 1)) // STRETCH_DAYS
FIRST: Instant = _FIRST * STRETCH
LAST: Instant = (_LAST + 1) * STRETCH
"""Opening times are known from FIRST until LAST (1970 to 2200); outside, every calendar is open around the clock."""

_PATIENCE = 16
"""So many stretches in a row without an opening, five and a half years, mean that it never opens again."""

_Found: TypeAlias = tuple[Instant, OpenDay]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Counts open time, and the days on which it is open; where it never opens again it goes on as `always` does."""

    name: str
    timetable: Timetable
    revision: str = field(init=False)
    counts_days: bool = field(init=False, default=True, compare=False)
    _openings: Openings = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the revision over: a name does not decide what is open."""
        object.__setattr__(self, "revision", self.timetable.revision)
        object.__setattr__(self, "_openings", Openings(self.timetable))

    def forward(self, at: Instant, length: Length) -> Instant:
        """The instant at which `length`, counted from `at`, is used up: days first, then time."""
        if not length.days:
            return self.after(at, length.time)
        found = self._next_open(at)
        if found is None:
            return at + length.span
        target, missing = self._days_on(found[1], length.days)
        due = self._same_time(found, target)
        return due + missing * DAY + length.time if missing else self.after(due, length.time)

    def backward(self, at: Instant, length: Length) -> Instant:
        """The latest instant from which `length` is used up by `at`: days first, then time."""
        if not length.days:
            return self._before(at, length.time)
        found = self._last_open(at)
        if found is None:
            return at - length.span
        target, missing = self._days_back(found[1], length.days)
        begin = self._same_time(found, target)
        return begin - missing * DAY - length.time if missing else self._before(begin, length.time)

    def after(self, at: Instant, span: Span) -> Instant:
        """The earliest instant not before `at` by which `span` of open time has passed since `at`."""
        if at < FIRST and span > FIRST - at:
            at, span = FIRST, span - (FIRST - at)
        if span <= 0 or not FIRST <= at < LAST:
            return at + max(span, 0)
        number, idle = at // STRETCH, 0
        span += self._openings.stretch(number).passed(at)
        while number <= _LAST and idle < _PATIENCE:
            stretch = self._openings.stretch(number)
            if span <= stretch.total:
                return stretch.earliest(span)
            if stretch.total:
                at, span, idle = max(at, stretch.ends[-1]), span - stretch.total, -1
            number, idle = number + 1, idle + 1
        return (at if number <= _LAST else LAST) + span

    def open_time(self, since: Instant, until: Instant) -> Span:
        """How much open time lies in [since, until); 0 when `until` is not after `since`."""
        if until <= since:
            return 0
        outside = max(0, min(until, FIRST) - since) + max(0, until - max(since, LAST))
        since, until = max(since, FIRST), min(until, LAST)
        if until <= since:
            return outside
        first, last = since // STRETCH, until // STRETCH
        stretch = self._openings.stretch
        inside = stretch(last).passed(until) - stretch(first).passed(since)
        for number in range(first, last):
            inside += stretch(number).total
        return outside + inside

    def end_of_day(self, at: Instant) -> Instant:
        """The end of the last opening of the day that `at` belongs to; in closed time that is the next open one."""
        found = self._last_open(at)
        if found is None or found[0] != at:
            found = self._next_open(at)
        return ALWAYS.end_of_day(at) if found is None else found[1].ends[-1]

    def _before(self, at: Instant, span: Span) -> Instant:
        """The latest instant not after `at` from which `span` of open time passes until `at`."""
        if at > LAST and span > at - LAST:
            at, span = LAST, span - (at - LAST)
        if span <= 0 or not FIRST < at <= LAST:
            return at - max(span, 0)
        number, idle = (at - 1) // STRETCH, 0
        passed = self._openings.stretch(number).passed(at)
        while number >= _FIRST and idle < _PATIENCE:
            if span <= passed:
                return self._openings.stretch(number).latest(passed - span)
            if passed:
                at, span, idle = self._openings.stretch(number).starts[0], span - passed, -1
            number, idle = number - 1, idle + 1
            passed = self._openings.stretch(number).total
        return (at if number >= _FIRST else FIRST) - span

    def _next_open(self, at: Instant) -> _Found | None:
        """`at` where it is open, else the next opening; with the day that it belongs to."""
        if not FIRST <= at < LAST:
            return None
        first = at // STRETCH
        for number in range(first, first + _PATIENCE):
            stretch = self._openings.stretch(number)
            index = bisect_right(stretch.starts, at)
            if index and at < stretch.ends[index - 1]:
                return at, stretch.owners[index - 1]
            if index < len(stretch.starts):
                return stretch.starts[index], stretch.owners[index]
        return None

    def _last_open(self, at: Instant) -> _Found | None:
        """`at` where it is open, else the last closing; with the day that it belongs to."""
        if not FIRST <= at < LAST:
            return None
        first = at // STRETCH
        for number in range(first, first - _PATIENCE, -1):
            stretch = self._openings.stretch(number)
            index = bisect_right(stretch.starts, at) - 1
            if index >= 0:
                return min(at, stretch.ends[index]), stretch.owners[index]
        return None

    def _days_on(self, owner: OpenDay, days: int) -> tuple[OpenDay, int]:
        """The n-th open day after one; where there are no more, the last one and how many are missing."""
        number, idle = owner.day // STRETCH_DAYS, 0
        index = bisect_left(self._openings.days(number), owner) + days
        while number <= _LAST and idle < _PATIENCE:
            found = self._openings.days(number)
            if index < len(found):
                return found[index], 0
            if found:
                owner, index, idle = found[-1], index - len(found), -1
            number, idle = number + 1, idle + 1
        return owner, index + 1

    def _days_back(self, owner: OpenDay, days: int) -> tuple[OpenDay, int]:
        """The n-th open day before one; where there are no more, the first one and how many are missing."""
        number, idle = owner.day // STRETCH_DAYS, 0
        found = self._openings.days(number)
        index, owner = bisect_left(found, owner) - days, found[0]
        while index < 0 and number > _FIRST and idle < _PATIENCE:
            number -= 1
            found = self._openings.days(number)
            index += len(found)
            idle = 0 if found else idle + 1
            owner = found[0] if found else owner
        return (owner, -index) if index < 0 else (found[index], 0)

    def _same_time(self, found: _Found, target: OpenDay) -> Instant:
        """The same time of day on another day; where that is closed, the last closing or else the first opening."""
        at, owner = found
        midnight = owner.midnight
        time = self.timetable.wall_clock(at, owner.day) if midnight is None else at - midnight
        midnight = target.midnight
        wanted = self.timetable.at(target.day, time) if midnight is None else midnight + time
        index = bisect_right(target.starts, wanted) - 1
        return target.starts[0] if index < 0 else min(wanted, target.ends[index])
