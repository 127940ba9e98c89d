"""How long it takes from reaching a step to the end: a distribution put together from the steps on the way.

It is worked out on a logarithmic grid, which suits lengths from minutes to months, and kept besides as an evenly spaced
table, which is quick to look into.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slamon.sla.forecast.cells import Cells

NODES: Final = 256
"""Points of the grid below the greatest; what is shorter counts at the lowest (a ratio of 2e4)."""

STEP: Final = 1.04
"""Each point of the grid is 4 % above the one before."""

TABLE: Final = 1024
"""Entries of the even table."""

_PER_LOG: Final = 1 / math.log(STEP)
_HALF_STEP: Final = math.sqrt(STEP)
_GAP: Final = STEP - 1
_log = math.log
_POINTS: Final = tuple(float(STEP**number) for number in range(1200))
_LONGEST: Final = _POINTS[-2]
"""Eight million years: what is longer counts as this."""
_NEGLIGIBLE: Final = 1e-6
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
    masses = [0.0] * (len(_POINTS) + 1)
    for share, cells, after in branches:
        for length, mass in zip(cells.times, cells.masses, strict=True):
            _spread(masses, length, share * mass, after.points)
    numbers, shares = _trimmed(masses)
    longer = [*reversed(list(accumulate(reversed(shares), initial=0.0)))]
    beyond = next(i for i, share in enumerate(longer) if share <= _BEYOND)
    reach = _end(numbers[max(0, beyond - 1)])
    survival = array("d", _survival(numbers, longer, reach / TABLE))
    survival.append(0.0)  # where a length just below `reach` is rounded up
    points = tuple((_POINTS[number], share) for number, share in zip(numbers, shares, strict=True) if share)
    return Remaining(points, survival, TABLE / reach, reach)


def _spread(masses: list[float], length: float, mass: float, points: tuple[tuple[float, float], ...]) -> None:
    """Add every length of `points` to one, and share each mass between two points so that the mean stays the same."""
    for more, share in points:
        span = length + more
        if span < 1.0:
            span = 1.0
        elif span > _LONGEST:
            span = _LONGEST
        number = int(_log(span) * _PER_LOG)
        whole = mass * share
        above = whole * (span / _POINTS[number] - 1) / _GAP
        masses[number] += whole - above
        masses[number + 1] += above


def _trimmed(masses: list[float]) -> tuple[list[int], list[float]]:
    """The grid's numbers from the least to the greatest in use, and their shares."""
    total = sum(masses)
    kept = [number for number, mass in enumerate(masses) if mass > _NEGLIGIBLE * total]
    lowest = max(kept[0], kept[-1] - NODES + 1)
    shares = masses[lowest : kept[-1] + 1]
    shares[0] += sum(masses[:lowest])
    total = sum(shares)
    return list(range(lowest, kept[-1] + 1)), [share / total for share in shares]


def _survival(numbers: list[int], longer: list[float], width: float) -> Iterator[float]:
    """The share that takes longer than the middle of each entry; what is at a point spreads evenly around it."""
    place, start, end = 0, 0.0, _end(numbers[0])
    for entry in range(TABLE):
        span = (entry + 0.5) * width
        while span >= end:
            place, start = place + 1, end
            end = _end(numbers[place])
        inside = (span - start) / (end - start)
        yield longer[place] - inside * (longer[place] - longer[place + 1])


def _end(number: int) -> float:
    return _POINTS[number] * _HALF_STEP
