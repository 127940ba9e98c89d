"""Why late: every microsecond of an order's lead time goes to one cause (docs/reference/reports.md).

Pure geometry over windows of time. What held an order, which service was down, what waited in a queue and which
message was missing is found elsewhere; here it is laid over the order's way, the strongest reason first.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from slamon.orders.event import Instant, Span
from slamon.orders.lifecycle import CANCELLED, Lifecycle
from slamon.sla.clock import CANCELLED_STEP, NO_STEP


class Cause(StrEnum):
    """What the time of an order went to, the strongest first; the words are used unchanged everywhere."""

    HOLD = "hold"
    """Somebody held the order."""
    SERVICE = "service"
    """A service that the next step needs was down."""
    QUEUE = "queue"
    """Its message waited unread in a queue."""
    MESSAGE = "message"
    """The system whose move it is does not say what it has to: a lost or diverging message."""
    PERSON = "person"
    """The next step is a person's."""
    WORK = "work"
    """The next step is a system's, or nobody's in particular."""


_OUTSIDE = (Cause.HOLD, Cause.SERVICE, Cause.QUEUE)
Stretch: TypeAlias = tuple[Instant, Instant, str | None]
Known: TypeAlias = Sequence[tuple[Cause, list[Stretch]]]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time for which a cause is known; `until` None while it lasts.

    `what`: the reason of a hold, the service that was down, the consumer group that lagged, the system whose
    message is missing.
    """

    since: Instant
    until: Instant | None
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of an order's time with one cause; `who` is whose move it was, or what stood in the way."""

    since: Instant
    until: Instant
    cause: Cause
    who: str | None
    status: str | None

    @property
    def span(self) -> Span:
        """How long it is."""
        return self.until - self.since


def partition(
    start: Instant,
    end: Instant,
    moves: Sequence[tuple[Instant, int]],
    lifecycle: Lifecycle,
    *,
    windows: Mapping[Cause, Sequence[Window]],
    apart: Sequence[Window] = (),
) -> list[Interval]:
    """Divide [start, end) into intervals of one cause each, in order and without gaps.

    `moves`: (at, step) of the order's status, in order; of several at one instant the last counts; the step is a
    number of the lifecycle, `NO_STEP` or `CANCELLED_STEP`. `windows` of hold, service and queue count for every
    step. `apart`: divergences, `what` being the system; one counts while that system owns the next step.
    """
    known = [(cause, _clipped(windows.get(cause, ()), start, end)) for cause in _OUTSIDE]
    missing = _clipped(apart, start, end)
    edges = {start, *(at for at, _ in moves if at > start), *_edges(known), *_edges([(Cause.MESSAGE, missing)])}
    moved_at = [at for at, _ in moves]
    found: list[Interval] = []
    for since, until in pairwise([*sorted(edge for edge in edges if edge < end), end]):
        place = bisect_right(moved_at, since)
        step = moves[place - 1][1] if place else NO_STEP
        cause, who = _outside(known, since) or _own(step, lifecycle, missing, since)
        _append(found, Interval(since, until, cause, who, _status(step, lifecycle)))
    return found


def totals(intervals: Iterable[Interval]) -> dict[Cause, Span]:
    """How long each cause took, in the order of `Cause`; those that took no time are left out."""
    found: dict[Cause, Span] = {}
    for interval in intervals:
        found[interval.cause] = found.get(interval.cause, 0) + interval.span
    return {cause: found[cause] for cause in Cause if cause in found}


def totals_by_who(intervals: Iterable[Interval]) -> dict[tuple[Cause, str | None], Span]:
    """How long each cause took, apart for everyone concerned; the longest first."""
    found: dict[tuple[Cause, str | None], Span] = {}
    for interval in intervals:
        key = interval.cause, interval.who
        found[key] = found.get(key, 0) + interval.span
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or "")))


def _clipped(windows: Iterable[Window], start: Instant, end: Instant) -> list[Stretch]:
    """What of the windows lies in [start, end), by the windows' own beginnings: the first to begin names the cause."""
    ordered = sorted(windows, key=lambda window: (window.since, window.what or ""))
    clipped = [
        (max(window.since, start), end if window.until is None else min(window.until, end), window.what)
        for window in ordered
    ]
    return [stretch for stretch in clipped if stretch[0] < stretch[1]]


def _edges(known: Known) -> Iterator[Instant]:
    for _, stretches in known:
        for since, until, _ in stretches:
            yield since
            yield until


def _outside(known: Known, at: Instant) -> tuple[Cause, str | None] | None:
    """The strongest of hold, service and queue at an instant."""
    for cause, stretches in known:
        for since, until, what in stretches:
            if since <= at < until:
                return cause, what
    return None


def _own(step: int, lifecycle: Lifecycle, missing: list[Stretch], at: Instant) -> tuple[Cause, str | None]:
    """Whose move it is where nothing from outside stands in the way."""
    following = step + 1
    if step == CANCELLED_STEP or following >= len(lifecycle.steps):
        return Cause.WORK, None
    move = lifecycle.steps[following]
    if any(since <= at < until and system == move.system for since, until, system in missing):
        return Cause.MESSAGE, move.system
    return (Cause.WORK, move.system) if move.role is None else (Cause.PERSON, move.role)


def _status(step: int, lifecycle: Lifecycle) -> str | None:
    if step == CANCELLED_STEP:
        return CANCELLED
    return None if step == NO_STEP else lifecycle.steps[step].status


def _append(found: list[Interval], interval: Interval) -> None:
    last = found[-1] if found else None
    if last is not None and (last.cause, last.who, last.status) == (interval.cause, interval.who, interval.status):
        found[-1] = replace(last, until=interval.until)
    else:
        found.append(interval)
