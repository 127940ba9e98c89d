"""Builds prometheus_client's instruments from the catalogue, and the two kinds of gauges that it lacks."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slamon.metrics.spec import MetricSpec


def counter(spec: MetricSpec, registry: CollectorRegistry) -> Counter:
    """A counter as the catalogue describes it."""
    return Counter(spec.name, spec.help, spec.labels, registry=registry)


def gauge(spec: MetricSpec, registry: CollectorRegistry) -> Gauge:
    """A gauge as the catalogue describes it; without labels it shows 0 until it is set."""
    return Gauge(spec.name, spec.help, spec.labels, registry=registry)


def histogram(spec: MetricSpec, registry: CollectorRegistry) -> Histogram:
    """A histogram with the catalogue's buckets."""
    return Histogram(spec.name, spec.help, spec.labels, buckets=spec.buckets, registry=registry)


class Observer(Protocol):
    """The part of a histogram that takes values."""

    def observe(self, amount: float) -> None:
        """Take one value."""


def observe(into: Observer, seconds: float) -> None:
    """Take one length of time; a negative one (skewed clocks) counts as 0, what is not finite is left out."""
    if math.isfinite(seconds):
        into.observe(max(seconds, 0.0))


class OptionalGauge(Collector):
    """A gauge without labels that is absent while its value is unknown: unknown is not 0."""

    def __init__(self, spec: MetricSpec, registry: CollectorRegistry) -> None:
        self._spec = spec
        self._value: float | None = None
        registry.register(self)

    def set(self, value: float | None) -> None:
        """Show `value`; None, or what is not finite, shows nothing."""
        self._value = value if value is not None and math.isfinite(value) else None

    def collect(self) -> Iterable[Metric]:
        """The family with one sample or none."""
        yield GaugeMetricFamily(self._spec.name, self._spec.help, value=self._value)


class WholeGauge(Collector):
    """A gauge with labels whose samples are replaced all at once, so that no scrape sees half of a change."""

    def __init__(self, spec: MetricSpec, registry: CollectorRegistry, *, keep_at_zero: bool) -> None:
        self._spec = spec
        self._keep_at_zero = keep_at_zero
        self._values: dict[tuple[str, ...], float] = {}
        registry.register(self)

    def replace(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Show these values; with `keep_at_zero` a series that was shown before stays, at 0."""
        fresh: dict[tuple[str, ...], float] = dict.fromkeys(self._values, 0.0) if self._keep_at_zero else {}
        fresh.update((labels, value) for labels, value in values.items() if math.isfinite(value))
        self._values = fresh

    def collect(self) -> Iterable[Metric]:
        """The family as last replaced."""
        family = GaugeMetricFamily(self._spec.name, self._spec.help, labels=self._spec.labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        yield family


class QuickSeries:
    """One label value of a `QuickHistogram`: counts by bucket and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, amount: float) -> None:
        """Take one value."""
        self.counts[bisect_left(self.bounds, amount)] += 1
        self.total += amount


class QuickHistogram(Collector):
    """A histogram with one label for what is observed at nearly every event: the library's takes a lock a bucket.

    Observed on one thread; a scrape on another may miss the observation in hand.
    """

    def __init__(self, spec: MetricSpec, registry: CollectorRegistry) -> None:
        self._spec = spec
        self._bounds = tuple(bound for bound in spec.buckets if math.isfinite(bound))
        self._series: dict[str, QuickSeries] = {}
        registry.register(self)

    def labels(self, value: str) -> QuickSeries:
        """The series of a label value."""
        found = self._series.get(value)
        if found is None:
            found = self._series[value] = QuickSeries(self._bounds)
        return found

    def collect(self) -> Iterable[Metric]:
        """The family with its cumulative buckets."""
        family = HistogramMetricFamily(self._spec.name, self._spec.help, labels=self._spec.labels)
        bounds = [*map(floatToGoString, self._bounds), "+Inf"]
        for value, series in list(self._series.items()):
            family.add_metric([value], list(zip(bounds, accumulate(series.counts), strict=True)), series.total)
        yield family


class WithoutCreated(Collector):
    """A registry as seen without the `_created` series, which would double the number of counters."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        """Every family; the samples are copied by the library, so taking some away changes no counter."""
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
