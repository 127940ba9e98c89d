"""How long it takes from reaching a step to the end: a distribution put together from the steps on the way.

It is worked out on a logarithmic grid, which suits lengths from minutes to months, and kept besides as an evenly spaced
table, which is quick to look into.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slamon.sla.forecast.cells import Cells

NODES: Final = 256
"""Points of the grid below the greatest; what is shorter counts at the lowest (a ratio of 2e4)."""

STEP: Final = 1.04
"""Each point of the grid is 4 % above the one before."""

TABLE: Final = 1024
"""Entries of the even table."""

_PER_LOG: Final = 1 / math.log(STEP)
_NEGLIGIBLE: Final = 1e-7
_BEYOND: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Remaining:
    """The lengths with their shares, and a table of the share of orders that take longer."""

    points: tuple[tuple[float, float], ...]
    """(length, share), ascending; the shares add up to 1."""
    survival: array[float]
    """Entry i: the share that takes longer than (i + 1/2) / per_length."""
    per_length: float
    """Entries of the table per microsecond."""
    reach: float
    """The length from which on the share is taken for 0 (it is 1 in 10,000 at most)."""

    def exceeds(self, span: float) -> float:
        """The share of orders that take longer than a length that is not negative."""
        return self.survival[int(span * self.per_length)] if span < self.reach else 0.0


AT_ONCE: Final = Remaining(((0.0, 1.0),), array("d"), 0.0, 0.0)
"""From a step that ends the order."""


def remaining(branches: Iterable[tuple[float, Cells, Remaining]]) -> Remaining:
    """The mixture of the ways on from a step: each with its share, the time at the step, and what comes after it."""
    masses: dict[int, float] = {}
    for share, cells, after in branches:
        for length, mass in zip(cells.times, cells.masses, strict=True):
            for more, part in after.points:
                _spread(masses, length + more, share * mass * part)
    numbers, shares = _trimmed(masses)
    edges = [STEP ** (number + 0.5) for number in numbers]
    longer = [*reversed(list(accumulate(reversed(shares), initial=0.0)))]
    beyond = next(i for i, share in enumerate(longer) if share <= _BEYOND)
    reach = edges[max(0, beyond - 1)]
    survival = array("d", (_survival(edges, longer, (i + 0.5) * reach / TABLE) for i in range(TABLE)))
    survival.append(0.0)  # where a length just below `reach` is rounded up
    points = tuple((float(STEP**number), share) for number, share in zip(numbers, shares, strict=True))
    return Remaining(points, survival, TABLE / reach, reach)


def _spread(masses: dict[int, float], span: float, mass: float) -> None:
    """Share a mass between the two points around a length so that the mean stays what it is."""
    number = math.floor(math.log(span) * _PER_LOG) if span > 1 else 0
    above = min(1.0, max(0.0, (span / STEP**number - 1) / (STEP - 1)))
    masses[number] = masses.get(number, 0.0) + mass * (1 - above)
    masses[number + 1] = masses.get(number + 1, 0.0) + mass * above


def _trimmed(masses: dict[int, float]) -> tuple[list[int], list[float]]:
    """The grid's numbers in use, ascending and without gaps, and their shares."""
    total = sum(masses.values())
    kept = {number: mass for number, mass in masses.items() if mass > _NEGLIGIBLE * total}
    top = max(kept)
    lowest = max(min(kept), top - NODES + 1)
    shares = [0.0] * (top - lowest + 1)
    for number, mass in kept.items():
        shares[max(number, lowest) - lowest] += mass
    total = sum(shares)
    return list(range(lowest, top + 1)), [share / total for share in shares]


def _survival(edges: list[float], longer: list[float], span: float) -> float:
    """The share that takes longer than a length; what is at a point of the grid spreads evenly around it."""
    place = bisect_right(edges, span)
    if place == len(edges):
        return 0.0
    start = edges[place] / STEP
    inside = max(0.0, (span - start) / (edges[place] - start))
    return longer[place] - inside * (longer[place] - longer[place + 1])
