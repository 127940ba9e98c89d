"""A quantile sketch of lengths of time that forgets: within 2 %, bounded, and mergeable without loss.

A DDSketch (Masson, Rim, Lee 2019) under forward decay (Cormode et al. 2009): an observation weighs 2^(at / half-life).
Weights are kept relative to the half-life period of the newest observation and rounded to 1/1024, so moving on to a
newer period only changes exponents and sums stay exact (some million observations over twenty half-lives fit
into a float): merging in any order gives the very same sketch.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Final

import msgspec

from slamon.orders.event import Instant, Span

ACCURACY: Final = 0.02
"""A quantile is off by at most this share of itself."""

GAMMA: Final = (1 + ACCURACY) / (1 - ACCURACY)
"""Bucket k holds the lengths in (GAMMA^(k-1), GAMMA^k] microseconds; bucket 0 everything up to one."""

MOST_BUCKETS: Final = 512
"""Buckets below the greatest; what is shorter counts in the lowest of them (a ratio of 8e8)."""

_PER_LOG: Final = 1 / math.log(GAMMA)
_FINENESS: Final = 1024
_LONGEST: Final = 1e300
"""What is longer counts as this: the bounds of its bucket are no numbers any more."""


class Sketch(msgspec.Struct, array_like=True):
    """How long something took; observations lose half their weight every `half_life`."""

    half_life: Span
    newest: Instant = 0
    """When the newest observation was made."""
    top: int = 0
    """The number of the greatest bucket."""
    weights: dict[int, float] = {}

    def add(self, span: float, at: Instant) -> None:
        """Count a length observed at `at`; negative ones are 0, those that are no finite number are left out."""
        if not math.isfinite(span):
            return
        if at > self.newest or not self.weights:
            self._move_on(at)
        weight = self._unit(at)
        if weight > 0:
            self._put(_bucket(span), weight)

    def merge(self, other: Sketch) -> None:
        """Add the observations of another; of another half-life: with the weights they have at its newest one."""
        if not other.weights:
            return
        if not self.weights or other.newest > self.newest:
            self._move_on(other.newest)
        if other.half_life == self.half_life:
            factor = math.ldexp(1.0, other.newest // self.half_life - self.newest // self.half_life)
        else:
            factor = self._unit(other.newest) / other._unit(other.newest)
        for bucket, weight in other.weights.items():
            if weight * factor > 0:
                self._put(bucket, weight * factor)

    def weight(self, at: Instant) -> float:
        """How many observations made at `at` weigh as much as all of these."""
        unit = self._unit(at)
        return sum(self.weights.values()) / unit if unit > 0 else math.inf

    @property
    def count(self) -> float:
        """The effective number of observations: one made when the newest was counts 1."""
        return self.weight(self.newest) if self.weights else 0.0

    def quantile(self, share: float) -> float | None:
        """The length that this share of the weight does not exceed; None when nothing was observed."""
        if not self.weights:
            return None
        buckets = sorted(self.weights)
        below = list(accumulate(self.weights[bucket] for bucket in buckets))
        wanted = share * below[-1]
        return next((middle(bucket) for bucket, sums in zip(buckets, below, strict=True) if sums >= wanted), None)

    def cdf(self, span: float) -> float:
        """The share of the weight at or below a length; within a bucket it grows evenly. 0 for an empty sketch."""
        total = sum(self.weights.values())
        if total <= 0 or span < 0:
            return 0.0
        own = _bucket(span)
        below = sum(weight for bucket, weight in self.weights.items() if bucket < own)
        inside = (span - lower(own)) / (upper(own) - lower(own))
        return min(1.0, (below + self.weights.get(own, 0.0) * inside) / total)

    def _unit(self, at: Instant) -> float:
        """What one observation at `at` weighs, relative to the period of the newest one."""
        period, rest = divmod(at, self.half_life)
        exponent = max(-2000, min(1000, period - self.newest // self.half_life))
        return math.ldexp(round(_FINENESS * 2 ** (rest / self.half_life)) / _FINENESS, exponent)

    def _move_on(self, at: Instant) -> None:
        periods = self.newest // self.half_life - at // self.half_life
        self.newest = at
        if periods and self.weights:
            moved = {bucket: math.ldexp(weight, periods) for bucket, weight in self.weights.items()}
            self.weights = {bucket: weight for bucket, weight in moved.items() if weight > 0}
            self.top = max(self.weights, default=0)

    def _put(self, bucket: int, weight: float) -> None:
        if bucket > self.top:
            self.top = bucket
            self._collapse()
        bucket = max(bucket, self.top - MOST_BUCKETS + 1)
        self.weights[bucket] = self.weights.get(bucket, 0.0) + weight

    def _collapse(self) -> None:
        lowest = self.top - MOST_BUCKETS + 1
        for bucket in [bucket for bucket in self.weights if bucket < lowest]:
            self.weights[lowest] = self.weights.get(lowest, 0.0) + self.weights.pop(bucket)


def middle(bucket: int) -> float:
    """The length that stands for a bucket; every length in it is within `ACCURACY` of this one."""
    return 2 * GAMMA**bucket / (GAMMA + 1) if bucket else 0.0


def lower(bucket: int) -> float:
    """Where a bucket begins."""
    return GAMMA ** (bucket - 1) if bucket else 0.0


def upper(bucket: int) -> float:
    """Where a bucket ends."""
    return float(GAMMA**bucket)


def _bucket(span: float) -> int:
    return 0 if span <= 1 else math.ceil(math.log(min(span, _LONGEST)) * _PER_LOG)
