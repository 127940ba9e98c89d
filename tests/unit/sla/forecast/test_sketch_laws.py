"""Laws of the sketch: the order of observing and merging changes nothing, not even a bit."""

import math
from functools import reduce
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY
from slamon.sla.forecast.sketch import MOST_BUCKETS, Sketch

HALF_LIFE = 30 * DAY

observations = st.lists(
    st.tuples(
        st.one_of(st.integers(-5, 10**15), st.floats(max_value=1e18), st.sampled_from((math.inf, math.nan))),
        st.integers(0, 20 * HALF_LIFE),
    ),
    max_size=30,
)


def sketch_of(seen: list[tuple[float, int]]) -> Sketch:
    sketch = Sketch(HALF_LIFE)
    for span, at in seen:
        sketch.add(span, at)
    return sketch


def merged(*parts: Sketch) -> Sketch:
    def add(one: Sketch, other: Sketch) -> Sketch:
        one.merge(other)
        return one

    return reduce(add, parts, Sketch(HALF_LIFE))


@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_observing_changes_nothing(seen: list[tuple[float, int]], rng: object) -> None:
    shuffled = list(seen)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    one, other = sketch_of(seen), sketch_of(shuffled)
    assert one == other


@given(observations, observations, observations)
def test_merging_is_exact_commutative_and_associative(
    first: list[tuple[float, int]], second: list[tuple[float, int]], third: list[tuple[float, int]]
) -> None:
    a, b, c = sketch_of(first), sketch_of(second), sketch_of(third)
    whole = sketch_of(first + second + third)
    assert merged(a, b, c) == merged(c, b, a) == merged(a, merged(b, c)) == merged(merged(a, b), c) == whole


@given(observations, observations)
def test_merging_leaves_the_other_as_it_was(first: list[tuple[float, int]], second: list[tuple[float, int]]) -> None:
    other = sketch_of(second)
    before = msgspec.msgpack.encode(other)
    sketch_of(first).merge(other)
    assert msgspec.msgpack.encode(other) == before


@given(observations)
def test_bytes_and_back(seen: list[tuple[float, int]]) -> None:
    sketch = sketch_of(seen)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sketch), type=Sketch) == sketch


@given(observations, st.lists(st.floats(0, 1), min_size=2, max_size=5), st.lists(st.floats(-1, 1e16), min_size=2))
def test_quantiles_and_shares_grow(seen: list[tuple[float, int]], shares: list[float], spans: list[float]) -> None:
    sketch = sketch_of(seen)
    quantiles = [sketch.quantile(share) for share in sorted(shares)]
    assert quantiles == sorted(quantile for quantile in quantiles if quantile is not None) or set(quantiles) == {None}
    cdfs = [sketch.cdf(span) for span in sorted(spans)]
    assert all(after >= before - 1e-12 for before, after in pairwise(cdfs))
    assert all(0 <= share <= 1 for share in cdfs)
    assert len(sketch.weights) <= MOST_BUCKETS


@given(observations, st.integers(1, 40))
def test_the_effective_number_only_shrinks_while_nothing_new_comes(seen: list[tuple[float, int]], periods: int) -> None:
    sketch = sketch_of(seen)
    later = sketch.newest + periods * HALF_LIFE
    assert sketch.weight(later) == sketch.count / 2**periods
    assert sketch.count <= len(seen) * 1.001
