"""What one metric is: its name, kind, unit, labels, help and buckets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of metrics that slamon has, in Prometheus' words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric as users see it: a counter's name ends in `_total`; `unit` is a base unit or empty."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    buckets: tuple[float, ...] = ()


def counter(name: str, text: str, *labels: str) -> MetricSpec:
    """A counter."""
    return MetricSpec(name, Kind.COUNTER, text, labels)


def gauge(name: str, text: str, *labels: str, unit: str = "") -> MetricSpec:
    """A gauge; `unit` is the last word of its name."""
    return MetricSpec(name, Kind.GAUGE, text, labels, unit)


def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> MetricSpec:
    """A histogram of lengths of time."""
    return MetricSpec(name, Kind.HISTOGRAM, text, labels, "seconds", buckets)
