"""Rates and the time until a lag is gone: by time, bounded, never infinite."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.window import Eta, Flow, Window, eta_of, latest
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE, T0

SPAN = 10 * MINUTE


def seen(*points: tuple[int, int, int]) -> Window:
    window = Window()
    for seconds, x, end in points:
        window.note(T0 + seconds * SECOND, x, end, SPAN)
    return window


def flow(window: Window, seconds: int, x: int, end: int) -> Flow | None:
    return window.flow((T0 + seconds * SECOND, x, end), SPAN)


def test_rates_are_per_second() -> None:
    found = flow(seen((0, 100, 500)), 100, 300, 600)
    assert found == Flow(1.0, 2.0, 100 * SECOND, -100, 0.0)


def test_one_point_tells_no_rate() -> None:
    assert flow(Window(), 0, 5, 9) is None
    assert flow(seen((0, 5, 9)), 0, 5, 9) is None


def test_only_the_window_counts() -> None:
    found = flow(seen((0, 0, 0), (3000, 0, 0), (3300, 0, 0)), 3600, 30, 60)
    assert found is not None
    assert found.over <= SPAN
    assert found.per_second_in == pytest.approx(0.1)


def test_a_point_at_the_very_beginning_of_the_window() -> None:
    found = flow(seen((0, 0, 0), (60, 0, 0), (120, 60, 60), (180, 60, 60)), 660, 60, 60)
    assert found is not None
    assert (found.over, found.per_second_in) == (SPAN, 0.1)


def test_after_a_long_silence_the_rate_is_of_all_the_time_since() -> None:
    found = flow(seen((0, 0, 0)), 3600, 0, 36)
    assert found is not None
    assert (found.over, found.per_second_in) == (HOUR, 0.01)


def test_a_window_stays_small_however_often_it_is_told() -> None:
    window = seen(*((second, second, 2 * second) for second in range(20_000)))
    assert len(window.points) <= 3 * 15
    found = flow(window, 20_000, 20_000, 40_000)
    assert found is not None
    assert (found.per_second_in, found.per_second_out) == (2.0, 1.0)


def test_a_stretch_without_change_costs_two_points() -> None:
    assert len(seen(*((second, 7, 9) for second in range(0, 600, 15))).points) == 3 * 2


def test_a_lag_that_falls_steadily_is_gone_at_a_known_time() -> None:
    window = seen(*((second, 3 * second, 1000 + second) for second in range(0, 100, 10)))
    assert eta_of(1000 - 200, flow(window, 100, 300, 1100)) == Eta(400 * SECOND, 400 * SECOND, 400 * SECOND)


def test_the_band_is_as_wide_as_the_rates_differ() -> None:
    window = seen((0, 0, 1000), (60, 10, 1000), (120, 90, 1000), (180, 95, 1000), (240, 200, 1000))
    eta = eta_of(800, flow(window, 300, 200, 1000))
    assert eta is not None
    assert eta.low < eta.span
    assert eta.high is None or eta.high > eta.span


@pytest.mark.parametrize(
    "rates",
    [None, Flow(1.0, 1.0, MINUTE, 0), Flow(2.0, 1.0, MINUTE, 60), Flow(0.0, 1e-9, MINUTE, 0)],
    ids=["not known", "even", "growing", "not in a month"],
)
def test_a_lag_that_does_not_fall_has_no_time(rates: Flow | None) -> None:
    assert eta_of(5, rates) is None


def test_no_lag_is_gone_now() -> None:
    assert eta_of(0, None) == Eta(0, 0, 0)


def test_a_group_is_through_when_its_last_partition_is() -> None:
    assert latest([Eta(5, 4, 6), Eta(7, 2, None)]) == Eta(7, 4, None)
    assert latest([Eta(5, 4, 6), None]) is None
    assert latest([]) == Eta(0, 0, 0)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=60))
def test_no_figure_is_ever_infinite_or_none_of_a_number(steps: list[tuple[int, int, int]]) -> None:
    window, at, found = Window(), T0, None
    for after, x, end in steps:
        at += after * SECOND
        found = window.flow((at, x, end), SPAN)
        window.note(at, x, end, SPAN)
        if found is not None:
            assert all(map(math.isfinite, (found.per_second_in, found.per_second_out, found.error)))
            eta = eta_of(end - x, found)
            assert eta is None or (0 <= eta.low <= eta.span and (eta.high is None or eta.span <= eta.high))
    assert len(window.points) <= 3 * 15
