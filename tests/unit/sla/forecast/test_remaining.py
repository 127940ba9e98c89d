"""Distributions put together: against sums of the very samples."""

import math

import pytest

from slamon.orders.event import DAY
from slamon.sla.forecast.cells import cells_of
from slamon.sla.forecast.remaining import AT_ONCE, Remaining, remaining
from tests.sketches import samples, sketch_of


def last(spans: list[float]) -> Remaining:
    return remaining([(1.0, cells_of(sketch_of(spans)), AT_ONCE)])


def shares(spans: list[float], days: float) -> float:
    return sum(span > days * DAY for span in spans) / len(spans)


def test_the_last_step_alone() -> None:
    spans = samples(1, 2, 0.6)
    for days in (0.5, 1, 2, 3, 5, 10):
        assert last(spans).exceeds(days * DAY) == pytest.approx(shares(spans, days), abs=0.02)


def test_steps_add_up() -> None:
    first, second = samples(1, 10, 0.45), samples(2, 2, 0.6)
    together = remaining([(1.0, cells_of(sketch_of(first)), last(second))])
    sums = [one + other for one, other in zip(first, second, strict=True)]
    for days in (5, 8, 10, 15, 21, 30):
        assert together.exceeds(days * DAY) == pytest.approx(shares(sums, days), abs=0.01)


def test_ways_on_mix_by_their_shares() -> None:
    short, long = samples(1, 1, 0.3), samples(2, 20, 0.3)
    mixed = remaining([(0.75, cells_of(sketch_of(short)), AT_ONCE), (0.25, cells_of(sketch_of(long)), AT_ONCE)])
    for days in (0.5, 1, 3, 8, 20, 30):
        expected = 0.75 * shares(short, days) + 0.25 * shares(long, days)
        assert mixed.exceeds(days * DAY) == pytest.approx(expected, abs=0.01)


def test_many_steps_do_not_drift() -> None:
    whole = AT_ONCE
    for seed in range(8):
        whole = remaining([(1.0, cells_of(sketch_of(samples(seed, 1, 0.4))), whole)])
    mean = sum(length * share for length, share in whole.points)
    assert mean == pytest.approx(8 * DAY * math.exp(0.4**2 / 2), rel=0.01)


@pytest.mark.parametrize("span", [0.0, 1.0, 1e6, 1e30])
def test_one_length_only(span: float) -> None:
    only = last([span])
    assert sum(share for _, share in only.points) == pytest.approx(1)
    assert only.exceeds(span * 1.1 + 2) == 0.0


def test_far_shorter_lengths_than_the_longest_count_at_the_lowest_point() -> None:
    spans = [1.0] * 50 + [float(100 * DAY)] * 50
    assert last(spans).exceeds(DAY) == pytest.approx(0.5, abs=0.01)
    assert sum(share for _, share in last(spans).points) == pytest.approx(1)


def test_the_table_may_be_asked_just_below_its_reach() -> None:
    table = last(samples(1, 2, 0.6))
    assert table.exceeds(math.nextafter(table.reach, 0)) == pytest.approx(0, abs=1e-3)
    assert table.exceeds(table.reach) == 0.0
