import math

from prometheus_client import CollectorRegistry

from slamon.metrics import catalog
from slamon.metrics.instruments import (
    OptionalGauge,
    QuickHistogram,
    WholeGauge,
    WithoutCreated,
    counter,
    histogram,
    observe,
)
from slamon.metrics.spec import Kind, MetricSpec

GAUGE = MetricSpec("g", Kind.GAUGE, "A gauge.")
LABELLED = MetricSpec("w", Kind.GAUGE, "A gauge.", ("a",))
HISTOGRAM = MetricSpec("h_seconds", Kind.HISTOGRAM, "A histogram.", buckets=(1.0, 2.0))


def test_an_unknown_gauge_is_absent_and_not_zero() -> None:
    registry = CollectorRegistry()
    gauge = OptionalGauge(GAUGE, registry)
    assert registry.get_sample_value("g") is None
    gauge.set(3.5)
    assert registry.get_sample_value("g") == 3.5
    for unknown in (None, math.nan, math.inf):
        gauge.set(1.0)
        gauge.set(unknown)
        assert registry.get_sample_value("g") is None


def test_a_whole_gauge_forgets_or_keeps_at_zero() -> None:
    for keep, gone in ((True, 0.0), (False, None)):
        registry = CollectorRegistry()
        gauge = WholeGauge(LABELLED, registry, keep_at_zero=keep)
        gauge.replace({("x",): 1.0, ("y",): 2.0})
        gauge.replace({("y",): 3.0, ("z",): math.nan})
        assert registry.get_sample_value("w", {"a": "x"}) == gone
        assert registry.get_sample_value("w", {"a": "y"}) == 3.0
        assert registry.get_sample_value("w", {"a": "z"}) is None


def test_lengths_of_time_are_finite_and_not_negative() -> None:
    registry = CollectorRegistry()
    into = histogram(HISTOGRAM, registry)
    for seconds in (1.5, -4.0, math.nan, math.inf, -math.inf):
        observe(into, seconds)
    assert registry.get_sample_value("h_seconds_count") == 2
    assert registry.get_sample_value("h_seconds_sum") == 1.5


def test_created_series_are_left_out_and_the_values_stay() -> None:
    registry = CollectorRegistry()
    counter(MetricSpec("c_total", Kind.COUNTER, "A counter."), registry).inc(2)
    for _ in range(2):
        names = [sample.name for family in WithoutCreated(registry).collect() for sample in family.samples]
        assert names == ["c_total"]
    assert registry.get_sample_value("c_total") == 2


def test_a_quick_histogram_shows_what_the_librarys_shows() -> None:
    """Bucket for bucket, a value on a bound included; negative is 0, what is not finite is left out."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    quick, slow = QuickHistogram(catalog.STAGE_TIME, ours), histogram(catalog.STAGE_TIME, theirs)
    bounds = [bound for bound in catalog.STAGE_TIME.buckets if math.isfinite(bound)]
    for seconds in (-1.0, 0.0, bounds[0], bounds[1], bounds[1] + 0.5, bounds[-1] * 2, math.inf, math.nan):
        for stage in ("SUBMITTED", "SHIPPED"):
            observe(quick.labels(stage), seconds)
            observe(slow.labels(stage), seconds)
    told = [WithoutCreated(registry) for registry in (ours, theirs)]
    first, second = ([(s.name, s.labels, s.value) for f in one.collect() for s in f.samples] for one in told)
    assert sorted(first, key=str) == sorted(second, key=str)
    assert len(first) > len(bounds)
