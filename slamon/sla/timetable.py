"""When a place is open by the clock on its wall, and each of its days in UTC (CONTRACT §3.1)."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from slamon.orders.event import DAY, Instant, Span, instant

Day: TypeAlias = int
"""A date as whole days since 1970-01-01."""

WallSpan: TypeAlias = tuple[Span, Span]
"""From and to as wall-clock time of a day: [from, to); a `to` not after `from` is on the next day."""

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock time, the zone comes later
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = dt.timedelta(microseconds=1)
_THURSDAY = 3


class OpenDay(NamedTuple):
    """One open day in UTC.

    `midnight` is where it begins, None where clocks change within the 48 hours that its spans can reach;
    `starts` and `ends` are its openings, sorted, apart from each other, none empty.
    """

    day: Day
    midnight: Instant | None
    starts: tuple[Instant, ...]
    ends: tuple[Instant, ...]


def day_of(date: dt.date) -> Day:
    """Number a date."""
    return date.toordinal() - _EPOCH_DAY


@dataclass(frozen=True, slots=True)
class Timetable:
    """Opening times: `closed`, then `open`, then `holidays`, then the weekday decide what is open on a date.

    `week` has the spans of Monday to Sunday. `revision` is a hash of all of it, the same on every machine.
    """

    time_zone: str
    week: tuple[tuple[WallSpan, ...], ...]
    closed: frozenset[dt.date] = frozenset()
    open: tuple[tuple[dt.date, tuple[WallSpan, ...]], ...] = ()
    holidays: frozenset[dt.date] = frozenset()
    revision: str = field(init=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _dates: dict[Day, tuple[WallSpan, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Bring the spans into one form, so that equal opening times are equal, and look the zone up."""
        week = tuple(_in_order(spans) for spans in self.week)
        opened = tuple(sorted((date, _in_order(spans)) for date, spans in self.open))
        dates: dict[Day, tuple[WallSpan, ...]] = {day_of(date): () for date in self.holidays}
        dates |= {day_of(date): spans for date, spans in opened}
        dates |= {day_of(date): () for date in self.closed}
        content = (self.time_zone, week, sorted(dates.items()))
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "open", opened)
        object.__setattr__(self, "_dates", dates)
        object.__setattr__(self, "_zone", ZoneInfo(self.time_zone))
        object.__setattr__(self, "revision", hashlib.sha256(repr(content).encode()).hexdigest()[:12])

    def __hash__(self) -> int:
        """Hash what `revision` is a hash of already."""
        return hash(self.revision)

    @property
    def open_dates(self) -> int | None:
        """How many days are open at all; None where one of the weekdays is, so that it goes on for ever."""
        if any(self.week):
            return None
        return sum(1 for spans in self._dates.values() if spans)

    def days(self, first: Day, count: int) -> list[OpenDay]:
        """The open ones of `count` days from `first`."""
        found = []
        offsets = [self._offset(number * DAY) for number in (first, first + 1)]
        for number in range(first, first + count):
            offsets = [*offsets[-2:], self._offset((number + 2) * DAY)]
            spans = self._dates.get(number)
            if spans is None:
                spans = self.week[(number + _THURSDAY) % 7]
            if not spans:
                continue
            midnight = number * DAY - offsets[0] if offsets[0] == offsets[1] == offsets[2] else None
            if midnight is None:
                openings = _apart((self.at(number, start), self.at(number, end)) for start, end in spans)
            else:
                openings = [(midnight + start, midnight + end) for start, end in spans]
            if openings:
                starts, ends = zip(*openings, strict=True)
                found.append(OpenDay(number, midnight, starts, ends))
        return found

    def at(self, day: Day, time: Span) -> Instant:
        """A wall-clock time of a day (24 hours and more: of the next): the first of two, a missing one moved on."""
        wall = day * DAY + time
        return wall - self._offset(wall)

    def wall_clock(self, at: Instant, day: Day) -> Span:
        """What the clock on the wall shows at an instant, counted from the midnight of a day."""
        local = (_EPOCH + dt.timedelta(microseconds=at)).replace(tzinfo=dt.UTC).astimezone(self._zone)
        return instant(local.replace(tzinfo=dt.UTC)) - day * DAY

    def _offset(self, wall: int) -> Span:
        """How far the wall clock is ahead of UTC when it shows `wall`."""
        shown = (_EPOCH + dt.timedelta(microseconds=wall)).replace(tzinfo=self._zone)
        return (shown.utcoffset() or dt.timedelta()) // _MICROSECOND


def _in_order(spans: Iterable[WallSpan]) -> tuple[WallSpan, ...]:
    """Sorted and merged, each with its end counted from the midnight that its start is counted from."""
    return tuple(_apart((start, end if end > start else end + DAY) for start, end in spans))


def _apart(spans: Iterable[WallSpan]) -> list[WallSpan]:
    """Sorted, the empty ones left out, those that overlap or touch made one."""
    merged: list[WallSpan] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
