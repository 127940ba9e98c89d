"""The openings of a timetable in stretches that a hot loop can look into: made once, then remembered."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.timetable import OpenDay, Timetable, day_of

STRETCH_DAYS = 128
STRETCH: Span = STRETCH_DAYS * DAY
"""How much time one covers: most lengths end in the one that they start in, or in the next."""

# Events and promises can name any year from 1 to 9999: counting through all of them would hold up everything else.
FIRST_STRETCH = day_of(dt.date(1970, 1, 1)) // STRETCH_DAYS
LAST_STRETCH = day_of(dt.date(2200, 1, 1)) // STRETCH_DAYS
FIRST: Instant = FIRST_STRETCH * STRETCH
LAST: Instant = (LAST_STRETCH + 1) * STRETCH
"""Opening times are known from FIRST until LAST (1970 to 2200); outside, every calendar is open around the clock."""

PATIENCE = 16
"""So many stretches in a row without an opening, five and a half years, mean that it never opens again."""

Found: TypeAlias = tuple[Instant, OpenDay]
"""An instant, and the day that it belongs to."""

# A day's openings reach from 16 hours before its number in UTC to 64 after; those before it may overlap them.
_DAYS_BEFORE = 5
_DAYS_AFTER = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """The openings in [n * STRETCH, (n + 1) * STRETCH), sorted and apart, cut where it begins and ends.

    `before` is the open time in the stretch before each opening, `owners` the day that each belongs to: where
    those of two days overlap, the first.
    """

    starts: list[Instant] = field(default_factory=list)
    ends: list[Instant] = field(default_factory=list)
    before: list[Span] = field(default_factory=list)
    owners: list[OpenDay] = field(default_factory=list)
    total: Span = 0

    def passed(self, at: Instant) -> Span:
        """The open time of the stretch before an instant in it."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        end = self.ends[index]
        return self.before[index] + min(at, end) - self.starts[index]

    def earliest(self, passed: Span) -> Instant:
        """The earliest instant before which so much of the open time lies: more than none, at most all."""
        index = bisect_left(self.before, passed) - 1
        return self.starts[index] + passed - self.before[index]

    def latest(self, passed: Span) -> Instant:
        """The latest instant before which so much of the open time lies: less than all."""
        index = bisect_right(self.before, passed) - 1
        return self.starts[index] + passed - self.before[index]


class Openings:
    """What a timetable says, by stretches of time and of days; a memo, bounded by the years that are asked about."""

    __slots__ = ("_days", "_stretches", "_timetable")

    def __init__(self, timetable: Timetable) -> None:
        """Nothing is worked out before it is asked for."""
        self._timetable = timetable
        self._stretches: dict[int, Stretch] = {}
        self._days: dict[int, list[OpenDay]] = {}

    def stretch(self, number: int) -> Stretch:
        """The openings in a stretch of time."""
        found = self._stretches.get(number)
        if found is None:
            found = self._stretches[number] = self._made(number)
        return found

    def days(self, number: int) -> list[OpenDay]:
        """The open ones of the days from number * STRETCH_DAYS on."""
        found = self._days.get(number)
        if found is None:
            found = self._days[number] = self._timetable.days(number * STRETCH_DAYS, STRETCH_DAYS)
        return found

    def next_open(self, at: Instant) -> Found | None:
        """`at` where it is open, else the next opening; with the day that it belongs to."""
        if not FIRST <= at < LAST:
            return None
        first = at // STRETCH
        for number in range(first, first + PATIENCE):
            stretch = self.stretch(number)
            index = bisect_right(stretch.starts, at)
            if index and at < stretch.ends[index - 1]:
                return at, stretch.owners[index - 1]
            if index < len(stretch.starts):
                return stretch.starts[index], stretch.owners[index]
        return None

    def last_open(self, at: Instant) -> Found | None:
        """`at` where it is open, else the last closing; with the day that it belongs to."""
        if not FIRST <= at < LAST:
            return None
        first = at // STRETCH
        for number in range(first, first - PATIENCE, -1):
            stretch = self.stretch(number)
            index = bisect_right(stretch.starts, at) - 1
            if index >= 0:
                return min(at, stretch.ends[index]), stretch.owners[index]
        return None

    def days_on(self, owner: OpenDay, days: int) -> tuple[OpenDay, int]:
        """The n-th open day after one; where there are no more, the last one and how many are missing."""
        number, idle = owner.day // STRETCH_DAYS, 0
        index = bisect_left(self.days(number), owner) + days
        while number <= LAST_STRETCH and idle < PATIENCE:
            found = self.days(number)
            if index < len(found):
                return found[index], 0
            if found:
                owner, index, idle = found[-1], index - len(found), -1
            number, idle = number + 1, idle + 1
        return owner, index + 1

    def days_back(self, owner: OpenDay, days: int) -> tuple[OpenDay, int]:
        """The n-th open day before one; where there are no more, the first one and how many are missing."""
        number, idle = owner.day // STRETCH_DAYS, 0
        found = self.days(number)
        index, owner = bisect_left(found, owner) - days, found[0]
        while index < 0 and number > FIRST_STRETCH and idle < PATIENCE:
            number -= 1
            found = self.days(number)
            index += len(found)
            idle = 0 if found else idle + 1
            owner = found[0] if found else owner
        return (owner, -index) if index < 0 else (found[index], 0)

    def _made(self, number: int) -> Stretch:
        begin, end = number * STRETCH, (number + 1) * STRETCH
        starts, ends, before, owners = [], [], [], []
        reached = total = begin
        for day in self._around(number):
            for opens, closes in zip(day.starts, day.ends, strict=True):
                start = max(opens, reached)
                if start >= closes:
                    continue
                reached = closes
                stop = min(closes, end)
                if start < stop:
                    starts.append(start)
                    ends.append(stop)
                    before.append(total - begin)
                    owners.append(day)
                    total += stop - start
        return Stretch(starts, ends, before, owners, total - begin)

    def _around(self, number: int) -> Iterator[OpenDay]:
        first = number * STRETCH_DAYS - _DAYS_BEFORE
        last = (number + 1) * STRETCH_DAYS + _DAYS_AFTER
        for nearby in (number - 1, number, number + 1):
            yield from (day for day in self.days(nearby) if first <= day.day <= last)
