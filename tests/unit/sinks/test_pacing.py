"""The pace of a channel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import SECOND
from slamon.sinks.pacing import BURST, TokenBucket
from tests.samples import HOUR, NOW


def test_three_at_once_then_one_a_second() -> None:
    bucket = TokenBucket(1)
    assert [bucket.take(NOW) for _ in range(5)] == [0, 0, 0, SECOND, SECOND]
    assert bucket.take(NOW + SECOND - 1) == 1
    assert bucket.take(NOW + SECOND) == 0
    assert bucket.take(NOW + SECOND) == SECOND


def test_a_rest_fills_the_burst_and_no_more() -> None:
    bucket = TokenBucket(1)
    assert [bucket.take(NOW) for _ in range(3)] == [0, 0, 0]
    assert [bucket.take(NOW + HOUR) for _ in range(4)] == [0, 0, 0, SECOND]


def test_a_refused_call_costs_nothing() -> None:
    bucket = TokenBucket(1, burst=1)
    bucket.take(NOW)
    for microsecond in range(1, 100):
        assert bucket.take(NOW + microsecond) == SECOND - microsecond


def test_a_pause_holds_until_its_end_and_gives_no_burst_after_it() -> None:
    bucket = TokenBucket(1)
    bucket.pause(NOW + 30 * SECOND, NOW)
    assert bucket.take(NOW) == 30 * SECOND
    assert bucket.take(NOW + 30 * SECOND - 1) == 1
    assert [bucket.take(NOW + 30 * SECOND) for _ in range(2)] == [0, SECOND]


def test_a_clock_set_back_makes_nobody_wait_longer() -> None:
    bucket = TokenBucket(1)
    assert [bucket.take(NOW) for _ in range(4)] == [0, 0, 0, SECOND]
    assert bucket.take(NOW - HOUR) == SECOND
    assert bucket.take(NOW - HOUR + SECOND) == 0


@pytest.mark.parametrize(("per_second", "burst"), [(0, 3), (-1, 3), (float("nan"), 3), (1, 0)])
def test_a_pace_must_be_one(per_second: float, burst: int) -> None:
    with pytest.raises(ValueError, match="per_second"):
        TokenBucket(per_second, burst=burst)


@given(
    st.floats(0.1, 50.0),
    st.integers(1, 5),
    st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=80),
)
def test_no_window_holds_more_than_its_share(per_second: float, burst: int, steps: list[int]) -> None:
    bucket, now, taken = TokenBucket(per_second, burst=burst), NOW, list[int]()
    interval = round(SECOND / per_second)
    for step in steps:
        now += step
        wait = bucket.take(now)
        if wait:
            now += wait
            assert bucket.take(now) == 0, "after the wait it said, it gives"
        taken.append(now)
    for first, start in enumerate(taken):
        for last, end in enumerate(taken[first:]):
            assert last + 1 <= burst + (end - start) // interval


def test_the_burst_is_the_contracts() -> None:
    assert BURST == 3
