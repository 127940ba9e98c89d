"""Lead times of many orders as counts that workers can add up: exact for few values, else within 0.5 %."""

from __future__ import annotations

import math
from typing import Final

import msgspec

MOST_EXACT: Final = 10_000
"""Distinct values that are kept as they are; above that they are counted in buckets."""

_GROWTH: Final = 1.01
"""Each bucket ends 1 % above the one before, so its middle is within 0.5 % of what it holds."""

_LOG_GROWTH: Final = math.log(_GROWTH)


class Distribution(msgspec.Struct):
    """How often each length of time (microseconds) occurred; when `rounded`, by bucket numbers."""

    counts: dict[int, int] = {}
    rounded: bool = False

    def add(self, value: int, times: int = 1) -> None:
        """Count one value."""
        key = _bucket(value) if self.rounded else value
        self.counts[key] = self.counts.get(key, 0) + times
        if not self.rounded and len(self.counts) > MOST_EXACT:
            self._round()

    def merge(self, other: Distribution) -> None:
        """Add the counts of another one, kept by the same rules."""
        if other.rounded and not self.rounded:
            self._round()
        for key, times in other.counts.items():
            if other.rounded:
                self.counts[key] = self.counts.get(key, 0) + times
            else:
                self.add(key, times)

    def quantile(self, share: float) -> int | None:
        """The smallest value that at least this share of all does not exceed; None when there is none."""
        total = sum(self.counts.values())
        if total == 0:
            return None
        missing = max(math.ceil(share * total), 1)
        for key in sorted(self.counts):
            missing -= self.counts[key]
            if missing <= 0:
                return _middle(key) if self.rounded else key
        return None  # pragma: no cover  the shares add up to the total

    def _round(self) -> None:
        exact, self.counts, self.rounded = self.counts, {}, True
        for value, times in exact.items():
            self.add(value, times)


def _bucket(value: int) -> int:
    return math.ceil(math.log(max(value, 1)) / _LOG_GROWTH)


def _middle(bucket: int) -> int:
    return round(2 * _GROWTH**bucket / (_GROWTH + 1))
