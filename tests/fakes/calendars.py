"""A calendar with opening times that is simple enough to be right: 09:00 to 17:00 UTC, Monday to Friday."""

from dataclasses import dataclass

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.calendar import Length

_HOUR = DAY // 24
_OPENS, _OPEN = 9 * _HOUR, 8 * _HOUR
_MONDAY = 3
"""Days from a Monday to the first of January 1970."""


@dataclass(frozen=True)
class Workshop:
    """Open eight hours on each of five days."""

    name: str = "workshop"
    revision: str = "w1"
    counts_days: bool = True

    def forward(self, at: Instant, length: Length) -> Instant:
        """Working days first, then open time."""
        if length.days:
            opened = _opened(at)
            at = _opening(opened // _OPEN + length.days) + opened % _OPEN
        return self.after(at, length.time)

    def backward(self, at: Instant, length: Length) -> Instant:
        """From a closed instant the last closing counts; its time of day on an earlier open day."""
        if length.days:
            passed = _opened(at) - 1
            at = _opening(passed // _OPEN - length.days) + passed % _OPEN + 1
        if not length.time:
            return at
        place, rest = divmod(_opened(at) - length.time, _OPEN)
        return _opening(place) + rest

    def after(self, at: Instant, span: Span) -> Instant:
        """The earliest instant by which so much open time has passed."""
        if not span:
            return at
        place, rest = divmod(_opened(at) + span - 1, _OPEN)
        return _opening(place) + rest + 1

    def open_time(self, since: Instant, until: Instant) -> Span:
        """All open time between."""
        return max(0, _opened(until) - _opened(since))

    def end_of_day(self, at: Instant) -> Instant:
        """The closing of the day that is open then or next."""
        return _opening(_opened(at) // _OPEN) + _OPEN


def _opened(at: Instant) -> Span:
    """How much open time had passed by an instant since that Monday."""
    day, time = divmod(at + _MONDAY * DAY, DAY)
    weeks, weekday = divmod(day, 7)
    today = min(max(time - _OPENS, 0), _OPEN) if weekday < 5 else 0
    return (5 * weeks + min(weekday, 5)) * _OPEN + today


def _opening(place: int) -> Instant:
    """When the open day of this number opens."""
    weeks, weekday = divmod(place, 5)
    return (7 * weeks + weekday - _MONDAY) * DAY + _OPENS


WORKSHOP = Workshop()
