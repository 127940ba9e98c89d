"""Holds of one order's clocks: intervals that stop them, and how far they move a due time (CONTRACT §3.1).

Never a counter: what is held is a union of intervals, whatever the order in which hold and release arrive.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from slamon.orders.event import Instant
from slamon.sla.calendar import Calendar

Held: TypeAlias = tuple[Instant, Instant]
"""A window [since, until) in which somebody held the order."""


class Pauses(msgspec.Struct, array_like=True, gc=False):
    """The merged windows that are over, in order, and what holds the order now."""

    windows: list[Held] = []
    since: Instant | None = None
    """Since when the order has been held without a break; None while nothing holds it."""
    systems: list[str | None] = []
    by_status: bool = False

    def hold(self, system: str | None, at: Instant) -> None:
        """A system holds the order."""
        self._begin(at)
        if system not in self.systems:
            self.systems = [*self.systems, system]

    def release(self, system: str | None, at: Instant) -> None:
        """A system lets the order go, whatever it held it for."""
        if system in self.systems:
            self.systems = [other for other in self.systems if other != system]
            self._end(at)

    def status(self, at: Instant, *, holds: bool) -> None:
        """The order's status is one that holds, or one that does not."""
        if holds:
            self._begin(at)
            self.by_status = True
        elif self.by_status:
            self.by_status = False
            self._end(at)

    def until(self, now: Instant) -> list[Held]:
        """Every window, that which is open up to `now`."""
        return self.windows if self.since is None else [*self.windows, (self.since, now)]

    def _begin(self, at: Instant) -> None:
        if self.since is None:
            self.since = at
            if self.windows and self.windows[-1][1] == at:
                self.since = self.windows[-1][0]
                self.windows = self.windows[:-1]

    def _end(self, at: Instant) -> None:
        if self.since is not None and not self.systems and not self.by_status:
            if at > self.since:
                self.windows = [*self.windows, (self.since, at)]
            self.since = None


def moved(due_at: Instant, since: Instant, windows: Iterable[Held], calendar: Calendar) -> Instant:
    """A due time moved by the held time that its calendar counts from `since` on.

    A hold that begins after the due time has passed moves nothing. Where no open time is left before the due
    time, it is due when the hold ends.
    """
    for held_at, until in windows:
        begin = max(held_at, since)
        if begin > due_at:
            break
        if until <= begin:
            continue
        if until <= due_at:
            due_at = calendar.after(due_at, calendar.open_time(begin, until))
        else:
            due_at = calendar.after(until, calendar.open_time(begin, due_at))
    return due_at
