"""From a step to the end, given the time spent: laws, and what happens beyond anything seen."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY
from slamon.sla.forecast.cells import cells_of
from slamon.sla.forecast.remaining import AT_ONCE, remaining
from slamon.sla.forecast.route import Route
from slamon.sla.forecast.sketch import Sketch


def sketch_of(median: float, sigma: float, count: int = 3000) -> Sketch:
    rng, sketch = random.Random(4), Sketch(30 * DAY)
    for _ in range(count):
        sketch.add(median * DAY * math.exp(rng.gauss(0, sigma)), 0)
    return sketch


AFTER = remaining([(1.0, cells_of(sketch_of(2, 0.6)), AT_ONCE)])
ONWARD = Route([(1.0, sketch_of(10, 0.45), AFTER)])
LAST = Route([(1.0, sketch_of(10, 0.45), AT_ONCE)])
THIN = Route([(1.0, sketch_of(10, 0.45, 20), AFTER)])
FORKED = Route([(0.7, sketch_of(2, 0.5), AFTER), (0.3, sketch_of(9, 0.3), AT_ONCE)])

days = st.floats(0, 120)
routes = st.sampled_from([ONWARD, LAST, THIN, FORKED])


@given(routes, days, days)
def test_a_probability_is_one(route: Route, spent: float, due: float) -> None:
    assert 0 <= route.late(spent * DAY, due * DAY) <= 1


@given(st.sampled_from([ONWARD, LAST, THIN]), st.floats(1, 60))
def test_waiting_makes_it_likelier_to_be_late(route: Route, due: float) -> None:
    chances = [route.late(due * DAY * part / 200, due * DAY) for part in range(201)]
    assert all(after >= before - 0.01 for before, after in pairwise(chances))
    assert max(max(chances[:place], default=0) - chance for place, chance in enumerate(chances)) < 0.02
    assert chances[-1] == pytest.approx(1)


@given(routes, days, st.lists(days, min_size=2))
def test_a_later_date_is_missed_less_likely(route: Route, spent: float, dues: list[float]) -> None:
    chances = [route.late(spent * DAY, due * DAY) for due in sorted(dues)]
    assert all(after <= before + 0.01 for before, after in pairwise(chances))


@given(routes, days, st.floats(0.05, 0.95))
def test_the_quantile_is_where_the_chance_is(route: Route, spent: float, share: float) -> None:
    by = route.quantile(share, spent * DAY)
    assert by >= spent * DAY
    assert route.late(spent * DAY, by) <= 1 - share
    assert route.late(spent * DAY, by - 0.01 * (by - spent * DAY) - 2) > 1 - share - 0.01


def test_who_stays_longer_than_anybody_before_needs_about_as_long_again() -> None:
    for spent in (100, 400, 2000):
        by = LAST.quantile(0.5, spent * DAY)
        assert spent * 1.5 * DAY < by < spent * 3 * DAY


def test_beyond_the_tail_the_rest_stays_what_it_was() -> None:
    end = 100_000 * DAY
    left = LAST.quantile(0.5, end) - end
    assert LAST.quantile(0.5, 2 * end) - 2 * end == pytest.approx(left)
    assert LAST.late(end, end) == 1.0


def test_what_stays_too_long_for_the_short_way_goes_the_long_one() -> None:
    assert FORKED.late(0.0, 9 * DAY) == pytest.approx(0.16, abs=0.04)
    assert FORKED.late(6 * DAY, 9 * DAY) == pytest.approx(0.5, abs=0.1)
