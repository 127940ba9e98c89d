"""What every calendar can be asked: when a length of its time is used up, forward and backward (CONTRACT §3.1).

`ALWAYS` is the calendar that is open around the clock; there a day is 24 hours. Calendars with opening times are
in `slamon.sla.opening_hours`.
"""

from dataclasses import dataclass
from typing import Protocol

from slamon.orders.event import DAY, Instant, Span


@dataclass(frozen=True, slots=True)
class Length:
    """Whole days and the time besides them: on a calendar with opening times a day is a working day."""

    days: int = 0
    time: Span = 0

    @property
    def span(self) -> Span:
        """The length where a day is 24 hours."""
        return self.days * DAY + self.time


class Calendar(Protocol):
    """Whose time counts. Equal calendars have equal revisions on every machine."""

    @property
    def name(self) -> str:
        """The name in `sla.calendars`, or `always`."""

    @property
    def revision(self) -> str:
        """A hash of everything that decides what is open; empty for `always`."""

    @property
    def counts_days(self) -> bool:
        """Whether whole days are working days; False where a day is 24 hours."""

    def forward(self, at: Instant, length: Length) -> Instant:
        """The instant at which `length`, counted from `at`, is used up: days first, then time."""

    def backward(self, at: Instant, length: Length) -> Instant:
        """The latest instant from which `length` is used up by `at`: days first, then time."""

    def after(self, at: Instant, span: Span) -> Instant:
        """The earliest instant not before `at` by which `span` of open time has passed since `at`."""

    def open_time(self, since: Instant, until: Instant) -> Span:
        """How much open time lies in [since, until); 0 when `until` is not after `since`."""

    def end_of_day(self, at: Instant) -> Instant:
        """The end of the day that `at` belongs to: where its last opening ends."""


@dataclass(frozen=True, slots=True)
class Always:
    """Open around the clock, in UTC."""

    name: str = "always"
    revision: str = ""
    counts_days: bool = False

    def forward(self, at: Instant, length: Length) -> Instant:
        """Add it."""
        return at + length.span

    def backward(self, at: Instant, length: Length) -> Instant:
        """Take it off."""
        return at - length.span

    def after(self, at: Instant, span: Span) -> Instant:
        """Add it."""
        return at + span

    def open_time(self, since: Instant, until: Instant) -> Span:
        """All of it."""
        return max(0, until - since)

    def end_of_day(self, at: Instant) -> Instant:
        """The next midnight in UTC; at midnight the one that ends the day which begins."""
        return (at // DAY + 1) * DAY


ALWAYS: Calendar = Always()
