"""From a step to the end: every way on with its share, and what the time already spent there says about the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slamon.sla.forecast.branch import Branch, LastBranch
from slamon.sla.forecast.cells import cells_of
from slamon.sla.forecast.remaining import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slamon.sla.forecast.remaining import Remaining
    from slamon.sla.forecast.sketch import Sketch

_NEARLY: Final = 0.999
_PRECISION: Final = 1e-3
_FIRST_TRY: Final = 1 / 1024


class Route:
    """How long orders take from reaching a step to their end, given how long they have been at the step."""

    __slots__ = ("_branches", "_longest")

    def __init__(self, ways: Sequence[tuple[float, Sketch, Remaining]]) -> None:
        """Lay out the ways on: share, time at the step, what comes after it; the shares add up to 1."""
        self._branches = [
            (LastBranch if after is AT_ONCE else Branch)(cells_of(sketch, tail=True), share, after)
            for share, sketch, after in ways
        ]
        self._longest = _NEARLY * max(branch.cells.uppers[-1] for branch in self._branches)

    def late(self, spent: float, deadline: float) -> float:
        """How likely an order ends after `deadline`; both count from when the step was reached.

        An order that is there longer than the tail reaches is as one at the end of the tail.
        """
        if spent > self._longest:
            spent, deadline = self._longest, deadline - (spent - self._longest)
        if spent > deadline:
            return 1.0
        late = staying = 0.0
        for branch in self._branches:
            late += branch.late(spent, deadline)
            staying += branch.staying(spent)
        return min(1.0, late / staying)

    def quantile(self, share: float, spent: float) -> float:
        """The length from reaching the step by which this share of the orders (less than 1) has ended."""
        low, more = spent, max(1.0, self._longest * _FIRST_TRY)
        while self.late(spent, low + more) > 1 - share:
            low, more = low + more, 2 * more
        high = low + more
        while high - low > max(1.0, _PRECISION * (high - spent)):
            middle = (low + high) / 2
            if self.late(spent, middle) > 1 - share:
                low = middle
            else:
                high = middle
        return high
