"""The time at a step in cells: nothing gets lost, and there is a tail beyond the longest."""

import math
import random
from itertools import pairwise

import pytest

from slamon.orders.event import DAY
from slamon.sla.forecast.cells import Cells, cells_of
from slamon.sla.forecast.sketch import Sketch


def sketch_of(spans: list[float]) -> Sketch:
    sketch = Sketch(30 * DAY)
    for span in spans:
        sketch.add(span, 0)
    return sketch


def lognormal(sigma: float, count: int = 5000) -> list[float]:
    rng = random.Random(3)
    return [DAY * math.exp(rng.gauss(0, sigma)) for _ in range(count)]


def _mean(cells: Cells) -> float:
    return sum(time * mass for time, mass in zip(cells.times, cells.masses, strict=True))


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.5])
def test_shares_add_up_and_the_mean_stays(sigma: float) -> None:
    spans = lognormal(sigma)
    cells = cells_of(sketch_of(spans))
    assert sum(cells.masses) == pytest.approx(1)
    assert _mean(cells) == pytest.approx(sum(spans) / len(spans), rel=0.01)


@pytest.mark.parametrize("tail", [False, True])
def test_cells_ascend_and_hold_their_mean(tail: bool) -> None:
    cells = cells_of(sketch_of([0.0, 1.0, 1.5, *lognormal(1.0)]), tail=tail)
    for start, end, time in zip(cells.lowers, cells.uppers, cells.times, strict=True):
        assert start <= time <= end
    assert all(end <= start + 1e-6 for end, start in zip(cells.uppers, cells.lowers[1:], strict=False))
    assert all(before < after for before, after in pairwise(cells.times))


def test_few_cells_are_enough_for_a_wide_distribution() -> None:
    assert len(cells_of(sketch_of(lognormal(1.5))).masses) < 90


def test_the_tail_weighs_a_tenth_of_an_observation() -> None:
    cells = cells_of(sketch_of([float(DAY)] * 10), tail=True)
    beyond = sum(mass for start, mass in zip(cells.lowers, cells.masses, strict=True) if start > DAY * 0.999)
    assert beyond == pytest.approx(0.1 / 10.1)
    assert cells.uppers[-1] > 600 * DAY
