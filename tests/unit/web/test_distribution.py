import math
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.web.distribution import MOST_EXACT, Distribution


def of(values: list[int]) -> Distribution:
    distribution = Distribution({})
    for value in values:
        distribution.add(value)
    return distribution


def nearest_rank(values: list[int], share: float) -> int:
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


def test_of_nothing_nothing_is_known() -> None:
    assert of([]).quantile(0.5) is None


@given(st.lists(st.integers(0, 10**15), min_size=1), st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_few_values_are_exact(values: list[int], share: float) -> None:
    assert of(values).quantile(share) == nearest_rank(values, share)


@given(st.lists(st.lists(st.integers(0, 10**15)), max_size=5))
def test_parts_of_workers_add_up_to_the_whole(parts: list[list[int]]) -> None:
    merged = Distribution({})
    for part in parts:
        merged.merge(of(part))
    assert merged == of([value for part in parts for value in part])


def many(seed: int) -> list[int]:
    generator = random.Random(seed)
    return [round(generator.lognormvariate(28, 1)) for _ in range(2 * MOST_EXACT)]


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.999])
def test_many_values_are_within_half_a_percent_and_bounded(share: float) -> None:
    values = many(1)
    distribution = of(values)
    assert distribution.rounded
    assert len(distribution.counts) < MOST_EXACT / 5
    assert distribution.quantile(share) == pytest.approx(nearest_rank(values, share), rel=0.0051)


def test_rounded_and_exact_parts_merge_either_way() -> None:
    large, small = many(1), many(2)[:100]
    one, two = of(large), of(small)
    one.merge(of(small))
    two.merge(of(large))
    assert one == two == of(large + small)


def test_zero_and_less_count_as_the_smallest_when_rounded() -> None:
    distribution = of([*range(MOST_EXACT + 1), -5, 0])
    assert distribution.quantile(0.0) == 1
    assert sum(distribution.counts.values()) == MOST_EXACT + 3


def test_it_travels_as_json() -> None:
    for values in ([5, 5, 7], many(1)):
        sent = msgspec.json.encode(of(values))
        assert msgspec.json.decode(sent, type=Distribution) == of(values)
