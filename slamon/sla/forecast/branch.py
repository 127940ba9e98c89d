"""One way on from a step: how likely an order that goes it is late, by the time it stays there and what comes after."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slamon.sla.forecast.cells import Cells
    from slamon.sla.forecast.remaining import Remaining


class Branch:
    """The share of all orders that goes this way, cell by cell of the time at the step.

    All lengths, deadlines too, count from the instant at which the step was reached.
    """

    __slots__ = ("after", "cells", "left", "masses")

    def __init__(self, cells: Cells, share: float, after: Remaining) -> None:
        self.cells = cells
        self.after = after
        self.masses = [share * mass for mass in cells.masses]
        self.left = [*reversed(list(accumulate(reversed(self.masses), initial=0.0)))]

    def staying(self, spent: float) -> float:
        """The share of orders that stay longer than `spent` and then go this way."""
        cell = bisect_right(self.cells.uppers, spent)
        if cell == len(self.masses):
            return 0.0
        return self._in(cell, spent) + self.left[cell + 1]

    def late(self, spent: float, deadline: float) -> float:
        """The share of orders that stay longer than `spent` (which is before the deadline), go this way, and are late.

        Those that leave within the cell of `spent` are taken to leave in the middle of what is left of it.
        """
        cell = bisect_right(self.cells.uppers, spent)
        if cell == len(self.masses):
            return 0.0
        start, end, time = self.cells.lowers[cell], self.cells.uppers[cell], self.cells.times[cell]
        if spent > start:
            time = max(spent, time + (spent - start) / (end - start) * (end - time))
        here = self._in(cell, spent)
        if time < deadline:
            here *= self.after.exceeds(deadline - time)
        return here + self._late_from(cell + 1, deadline)

    def _in(self, cell: int, spent: float) -> float:
        start, end = self.cells.lowers[cell], self.cells.uppers[cell]
        mass = self.masses[cell]
        return mass * (end - spent) / (end - start) if spent > start else mass

    def _late_from(self, first: int, deadline: float) -> float:
        times, left, after = self.cells.times, self.left, self.after
        end = bisect_left(times, deadline)
        if end <= first:
            return left[first]
        first = max(first, bisect_right(times, deadline - after.reach))
        survival, per_length = after.survival, after.per_length
        pairs = zip(times[first:end], self.masses[first:end], strict=True)
        return left[end] + sum([mass * survival[int((deadline - time) * per_length)] for time, mass in pairs])


class LastBranch(Branch):
    """A way on that ends the order: it is late if it stays beyond the deadline."""

    __slots__ = ()

    def late(self, spent: float, deadline: float) -> float:
        """The share of orders that stay beyond both and then end."""
        return self.staying(max(spent, deadline))
