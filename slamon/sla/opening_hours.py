"""A calendar with opening times: working days and open time, forward and backward (CONTRACT §3.1)."""

from bisect import bisect_right
from dataclasses import dataclass, field

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.calendar import ALWAYS, Length
from slamon.sla.openings import FIRST, FIRST_STRETCH, LAST, LAST_STRETCH, PATIENCE, STRETCH, Found, Openings
from slamon.sla.timetable import OpenDay, Timetable


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
        found = self._openings.next_open(at)
        if found is None:
            return at + length.span
        target, missing = self._openings.days_on(found[1], length.days)
        due = self._same_time(found, target)
        return due + missing * DAY + length.time if missing else self.after(due, length.time)

    def backward(self, at: Instant, length: Length) -> Instant:
        """The latest instant from which `length` is used up by `at`: days first, then time."""
        if not length.days:
            return self._before(at, length.time)
        found = self._openings.last_open(at)
        if found is None:
            return at - length.span
        target, missing = self._openings.days_back(found[1], length.days)
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
        while number <= LAST_STRETCH and idle < PATIENCE:
            stretch = self._openings.stretch(number)
            if span <= stretch.total:
                return stretch.earliest(span)
            if stretch.total:
                at, span, idle = max(at, stretch.ends[-1]), span - stretch.total, -1
            number, idle = number + 1, idle + 1
        return (at if number <= LAST_STRETCH else LAST) + span

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
        found = self._openings.last_open(at)
        if found is None or found[0] != at:
            found = self._openings.next_open(at)
        return ALWAYS.end_of_day(at) if found is None else found[1].ends[-1]

    def _before(self, at: Instant, span: Span) -> Instant:
        """The latest instant not after `at` from which `span` of open time passes until `at`."""
        if at > LAST and span > at - LAST:
            at, span = LAST, span - (at - LAST)
        if span <= 0 or not FIRST < at <= LAST:
            return at - max(span, 0)
        number, idle = (at - 1) // STRETCH, 0
        passed = self._openings.stretch(number).passed(at)
        while number >= FIRST_STRETCH and idle < PATIENCE:
            if span <= passed:
                return self._openings.stretch(number).latest(passed - span)
            if passed:
                at, span, idle = self._openings.stretch(number).starts[0], span - passed, -1
            number, idle = number - 1, idle + 1
            passed = self._openings.stretch(number).total
        return (at if number >= FIRST_STRETCH else FIRST) - span

    def _same_time(self, found: Found, target: OpenDay) -> Instant:
        """The same time of day on another day; where that is closed, the last closing or else the first opening."""
        at, owner = found
        midnight = owner.midnight
        time = self.timetable.wall_clock(at, owner.day) if midnight is None else at - midnight
        midnight = target.midnight
        wanted = self.timetable.at(target.day, time) if midnight is None else midnight + time
        index = bisect_right(target.starts, wanted) - 1
        return target.starts[0] if index < 0 else min(wanted, target.ends[index])
