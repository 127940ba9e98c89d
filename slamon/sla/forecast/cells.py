"""The time at a step laid out in cells: at least two buckets of a sketch wide, with a thin tail beyond the longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from slamon.sla.forecast.sketch import lower, middle, upper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slamon.sla.forecast.sketch import Sketch

TAIL_OBSERVATIONS: Final = 0.1
"""What the tail weighs in observations. It matters to orders that stay longer than any before them: nobody knows
then how long they will, but the longer it was, the longer it will be."""

SMALL: Final = 0.02
"""Neighbouring cells are joined up to this part of the orders that are still at the step."""

_TAIL_CELLS: Final = 16
_TAIL_GROWTH: Final = 1.5

_Cell: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cells:
    """Ascending cells of one distribution: where each begins and ends, the mean length in it, its share."""

    lowers: tuple[float, ...]
    uppers: tuple[float, ...]
    times: tuple[float, ...]
    masses: tuple[float, ...]


def cells_of(sketch: Sketch, *, tail: bool = False) -> Cells:
    """Lay out a sketch that has observations; the shares add up to 1."""
    weights: dict[int, float] = {}
    moments: dict[int, float] = {}
    for bucket, weight in sketch.weights.items():
        cell = (bucket + 1) // 2
        weights[cell] = weights.get(cell, 0.0) + weight
        moments[cell] = moments.get(cell, 0.0) + weight * middle(bucket)
    total = sum(weights.values())
    cells = _coarser(
        (lower(max(0, 2 * cell - 1)), upper(2 * cell), moments[cell] / weights[cell], weights[cell] / total)
        for cell in sorted(weights)
    )
    if tail:
        cells = _with_tail(cells, TAIL_OBSERVATIONS / (sketch.count + TAIL_OBSERVATIONS))
    lowers, uppers, times, masses = zip(*cells, strict=True)
    return Cells(lowers, uppers, times, masses)


def _coarser(cells: Iterable[_Cell]) -> list[_Cell]:
    """Join neighbours that together hold a small part of what is not shorter: many of them say little."""
    joined: list[_Cell] = []
    left = 1.0
    for start, end, time, mass in cells:
        before = joined[-1] if joined else None
        if before is not None and before[3] + mass <= SMALL * left:
            whole = before[3] + mass
            joined[-1] = (before[0], end, (before[2] * before[3] + time * mass) / whole, whole)
        else:
            left -= before[3] if before is not None else 0.0
            joined.append((start, end, time, mass))
    return joined


def _with_tail(cells: list[_Cell], share: float) -> list[_Cell]:
    """Add cells whose chance falls as their length grows: who got this far needs as long again, half of the time."""
    body = [(start, end, time, mass * (1 - share)) for start, end, time, mass in cells]
    start, left = cells[-1][1], share
    for _ in range(_TAIL_CELLS - 1):
        end = start * _TAIL_GROWTH
        body.append((start, end, (start + end) / 2, left * (1 - 1 / _TAIL_GROWTH)))
        start, left = end, left / _TAIL_GROWTH
    end = start * _TAIL_GROWTH
    return [*body, (start, end, (start + end) / 2, left)]
