"""What became of a partition over the last minutes: rates in and out, and when its lag will be gone. Bounded.

Time counts, not the number of cycles: points are kept a twelfth of the window apart, and a stretch without change costs
two of them.
"""

import math
from array import array
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

import msgspec

from slamon.orders.event import DAY, SECOND, Instant, Span

Point: TypeAlias = tuple[Instant, int, int]
"""An instant, the offset from which nothing was read then, the end of the log then."""

_PARTS = 12
_WIDTH = 3
_BAND = 1.28
"""Standard errors on either side: four times in five it is inside."""
_AT_MOST: Span = 30 * DAY
"""A lag that takes longer than this to clear does not clear."""


class Eta(msgspec.Struct, frozen=True, gc=False):
    """When the lag is gone if all goes on as in the window; the band is open (`high` None) where it may never be."""

    span: Span
    low: Span
    high: Span | None


NOW = Eta(0, 0, 0)


class Flow(msgspec.Struct, frozen=True, gc=False):
    """What came in and went out, records a second, over `over`; `change` is what the lag grew by in all.

    `error` is the standard error of the net rate.
    """

    per_second_in: float
    per_second_out: float
    over: Span
    change: int
    error: float = 0.0

    @property
    def net(self) -> float:
        """How fast the lag falls; negative while it grows."""
        return self.per_second_out - self.per_second_in


class Window:
    """The points (at, x, end) of one partition for one group, oldest first."""

    __slots__ = ("points",)

    def __init__(self) -> None:
        """Nothing seen."""
        self.points = array("q")

    def note(self, at: Instant, x: int, end: int, span: Span) -> None:
        """Take what was seen at an instant later than any before; points older than `span` go, but one."""
        points = self.points
        size = len(points)
        if size and at <= points[-_WIDTH]:
            return
        if size >= 2 * _WIDTH and self._replaces_last(at, x, end, span // _PARTS):
            points[-_WIDTH:] = array("q", (at, x, end))
        else:
            points.extend((at, x, end))
        while len(points) > 2 * _WIDTH and points[_WIDTH] <= at - span:
            del points[:_WIDTH]

    def _replaces_last(self, at: Instant, x: int, end: int, apart: Span) -> bool:
        """Whether the last point tells nothing that this one does not."""
        points = self.points
        if points[-2:] == array("q", (x, end)) == points[-5:-3]:
            return True
        return at - points[-2 * _WIDTH] < apart

    def clear(self) -> None:
        """The log is another one."""
        del self.points[:]

    def flow(self, now: Point, span: Span) -> Flow | None:
        """Rates over the window up to `now` = (at, x, end); None while nothing earlier was seen."""
        at = now[0]
        seen = [*_since(at - span, [point for point in self.samples() if point[0] < at]), now]
        if len(seen) < 2:  # noqa: PLR2004 - a rate needs two points
            return None
        (since, x, end), over = seen[0], (at - seen[0][0]) / SECOND
        rate_in, rate_out = (now[2] - end) / over, (now[1] - x) / over
        error = _error(seen, rate_out - rate_in, over)
        return Flow(rate_in, rate_out, at - since, (now[2] - now[1]) - (end - x), error)

    def last_at_end(self, x: int) -> Instant | None:
        """When the log was last seen to end at x or before, so that a record at x came after; None: never."""
        return max((at for at, _, end in self.samples() if end <= x), default=None)

    def samples(self) -> Iterable[Point]:
        """The points, oldest first."""
        points = self.points
        return zip(points[::_WIDTH], points[1::_WIDTH], points[2::_WIDTH], strict=True)


def eta_of(lag: int, flow: Flow | None) -> Eta | None:
    """When a lag is gone; None: it is not going down, or that is not known."""
    if lag <= 0:
        return NOW
    if flow is None or flow.net <= 0:
        return None
    span = _span(lag, flow.net)
    if span is None:
        return None
    low = _span(lag, flow.net + _BAND * flow.error)
    return Eta(span, span if low is None else low, _span(lag, flow.net - _BAND * flow.error))


def latest(etas: Iterable[Eta | None]) -> Eta | None:
    """When the last of several is gone; None where one of them does not go down."""
    found = NOW
    for eta in etas:
        if eta is None:
            return None
        high = None if found.high is None or eta.high is None else max(found.high, eta.high)
        found = Eta(max(found.span, eta.span), max(found.low, eta.low), high)
    return found


def _since(since: Instant, points: list[Point]) -> list[Point]:
    """The points from an instant on, the first where the line to it crosses that instant; the last in any case."""
    first = next((number for number, point in enumerate(points) if point[0] >= since), len(points))
    if first == len(points):
        return points[-1:]
    if first == 0 or points[first][0] == since:
        return points[first:]
    (before, x, end), (after, later_x, later_end) = points[first - 1], points[first]
    part, whole = since - before, after - before
    return [(since, x + (later_x - x) * part // whole, end + (later_end - end) * part // whole), *points[first:]]


def _span(lag: int, net: float) -> Span | None:
    """How long at this rate; None for one that is none."""
    if net <= 0 or lag / net * SECOND > _AT_MOST:
        return None
    return math.ceil(lag / net * SECOND)


def _error(seen: list[Point], net: float, over: float) -> float:
    """The standard error of the net rate, from how it differed between the points."""
    spread = 0.0
    for (since, x, end), (until, later_x, later_end) in pairwise(seen):
        length = (until - since) / SECOND
        rate = ((later_x - x) - (later_end - end)) / length
        spread += length * (rate - net) ** 2
    return math.sqrt(spread / over / (len(seen) - 1))
