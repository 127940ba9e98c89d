"""The openings of a timetable in stretches that a hot loop can look into: made once, then remembered."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.timetable import OpenDay, Timetable

STRETCH_DAYS = 128
STRETCH: Span = STRETCH_DAYS * DAY
"""How much time one covers: most lengths end in the one that they start in, or in the next."""

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
