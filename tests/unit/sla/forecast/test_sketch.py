"""The sketch, case by case: how exact, how bounded, what it forgets."""

import math
import random

import msgspec
import pytest

from slamon.orders.event import DAY, SECOND
from slamon.sla.forecast.sketch import ACCURACY, MOST_BUCKETS, Sketch, lower, middle, upper

MONTH = 30 * DAY


def sketch_of(*spans: float, at: int = 0, half_life: int = MONTH) -> Sketch:
    sketch = Sketch(half_life)
    for span in spans:
        sketch.add(span, at)
    return sketch


def test_an_empty_sketch_knows_nothing() -> None:
    sketch = Sketch(MONTH)
    assert (sketch.count, sketch.quantile(0.5), sketch.cdf(1.0)) == (0.0, None, 0.0)


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9, 0.99, 1.0])
def test_quantiles_are_within_the_accuracy(share: float) -> None:
    rng = random.Random(1)
    spans = sorted(DAY * math.exp(rng.gauss(0, 1.5)) for _ in range(2000))
    exact = spans[math.ceil(share * len(spans)) - 1]
    assert sketch_of(*spans).quantile(share) == pytest.approx(exact, rel=ACCURACY)


def test_the_cdf_is_the_share_at_or_below() -> None:
    spans = [float(number) * SECOND for number in range(1, 1001)]
    sketch = sketch_of(*spans)
    for share in (0.1, 0.5, 0.9):
        assert sketch.cdf(share * 1000 * SECOND) == pytest.approx(share, abs=0.02)
    assert (sketch.cdf(-1.0), sketch.cdf(0.0), sketch.cdf(1001 * SECOND * 1.1)) == (0.0, 0.0, 1.0)


def test_a_bucket_s_middle_is_within_the_accuracy_of_its_ends() -> None:
    for bucket in (1, 2, 300, 700):
        assert middle(bucket) == pytest.approx(upper(bucket), rel=ACCURACY * 1.03)
        assert middle(bucket) == pytest.approx(lower(bucket), rel=ACCURACY * 1.03)
    assert (lower(0), middle(0), upper(0), lower(1)) == (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize("span", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_left_out(span: float) -> None:
    assert sketch_of(span).count == 0.0


def test_negative_lengths_are_zero() -> None:
    assert sketch_of(-5.0).quantile(0.5) == 0.0


def test_one_observation_counts_one_whenever_it_was_made() -> None:
    for at in (0, 7, MONTH // 3, 55 * MONTH + 12_345, -MONTH // 2):
        assert sketch_of(1.0, 2.0, 3.0, at=at).count == 3.0


def test_half_of_the_weight_is_gone_after_each_half_life() -> None:
    sketch = sketch_of(*[DAY] * 8, at=MONTH // 4)
    sketch.add(DAY, MONTH // 4 + 3 * MONTH)
    assert sketch.count == 2.0
    assert sketch.weight(MONTH // 4) == 16.0


def test_old_observations_give_way_to_new_ones() -> None:
    sketch = sketch_of(*[10 * DAY] * 1000)
    for _ in range(10):
        sketch.add(DAY, 12 * MONTH)
    assert sketch.quantile(0.5) == pytest.approx(DAY, rel=ACCURACY)


def test_a_late_report_of_an_old_observation_weighs_little() -> None:
    sketch = sketch_of(DAY, at=10 * MONTH)
    sketch.add(10 * DAY, 0)
    assert sketch.count == 1 + 1 / 1024
    sketch.add(10 * DAY, -5000 * MONTH)
    assert sketch.count == 1 + 1 / 1024


def test_what_has_faded_away_leaves_no_bucket() -> None:
    sketch = sketch_of(10 * DAY)
    sketch.add(DAY, 5000 * MONTH)
    assert len(sketch.weights) == 1
    assert sketch.top == max(sketch.weights)
    other = Sketch(MONTH)
    other.merge(sketch)
    other.merge(sketch_of(10 * DAY))
    assert other == sketch


def test_at_an_instant_that_is_too_far_back_any_weight_is_infinite() -> None:
    assert sketch_of(DAY).weight(-3000 * MONTH) == math.inf


def test_buckets_are_bounded_and_the_long_ones_stay_exact() -> None:
    spans = [10.0**exponent for exponent in range(18)] * 3 + [1.02**number for number in range(2000)]
    sketch = sketch_of(*spans)
    assert len(sketch.weights) <= MOST_BUCKETS
    assert sketch.count == len(spans)
    assert sketch.quantile(1.0) == pytest.approx(max(spans), rel=ACCURACY)


def test_merging_another_half_life_keeps_the_weights_of_its_newest_observation() -> None:
    sketch, other = sketch_of(DAY, DAY, at=MONTH), sketch_of(5 * DAY, at=MONTH, half_life=7 * DAY)
    sketch.merge(other)
    assert sketch.count == pytest.approx(3.0, rel=1e-3)


def test_it_is_small_as_bytes() -> None:
    rng = random.Random(2)
    sketch = sketch_of(*(DAY * math.exp(rng.gauss(0, 0.6)) for _ in range(10_000)))
    encoded = msgspec.msgpack.encode(sketch)
    assert msgspec.msgpack.decode(encoded, type=Sketch) == sketch
    assert len(encoded) < 2000
