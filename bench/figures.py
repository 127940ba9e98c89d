"""The arithmetic of the benchmark: medians, ratios of interleaved repeats, percentiles, targets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle. ValueError without values."""
    if not values:
        raise ValueError("no values, no median")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least `share` (0 to 1) of all values do not exceed. ValueError without values."""
    if not values:
        raise ValueError("no values, no percentile")
    if not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1, not {share}")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times theirs ours is: the median over the repeats, each repeat's pair measured side by side.

    A machine that is busy for a while slows both of a pair, so pairs compare better than medians do.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} repeats against {len(theirs)}: they were not interleaved")
    return median([mine / other for mine, other in zip(ours, theirs, strict=True)])


class Bound(StrEnum):
    """Which side of a target is good."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must show."""

    bound: Bound
    limit: float
    unit: str = ""

    def met(self, value: float) -> bool:
        """Whether a figure is on the good side; the limit itself is."""
        return value >= self.limit if self.bound is Bound.AT_LEAST else value <= self.limit

    def __str__(self) -> str:
        return f"{self.bound} {plain(self.limit)} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the results; without a target it only informs."""

    name: str
    value: float
    unit: str = ""
    target: Target | None = None

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing where nothing was asked for."""
        if self.target is None:
            return ""
        return "met" if self.target.met(self.value) else "missed"

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}".rstrip()


def plain(value: float) -> str:
    """A number as people read it: three figures that count, thousands set apart."""
    if value and abs(value) < 100:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:.{min(digits, 4)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,.0f}"
