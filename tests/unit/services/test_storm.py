"""More notices than people can read one by one."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import SECOND
from slamon.services.storm import WINDOW, Storm
from tests.builders import T0


def _storm(above: int, *seconds: float) -> Storm:
    storm = Storm(above)
    for second in seconds:
        storm.arrived(T0 + round(second * SECOND))
    return storm


def test_more_than_so_many_in_a_minute_are_a_storm() -> None:
    assert not _storm(3, 0, 1, 2).rages(T0 + 2 * SECOND)
    assert _storm(3, 0, 1, 2, 3).rages(T0 + 3 * SECOND)


def test_it_is_over_when_the_last_minute_had_fewer() -> None:
    storm = _storm(3, 0, 1, 2, 3)
    assert storm.rages(T0 + WINDOW - 1)
    assert not storm.rages(T0 + WINDOW)


def test_zero_is_never() -> None:
    assert not _storm(0, *range(50)).rages(T0 + 50 * SECOND)


@given(st.lists(st.integers(0, 20 * SECOND), max_size=60), st.integers(1, 12), st.integers(0, 70 * SECOND))
def test_it_rages_exactly_while_the_last_minute_had_more(steps: list[int], above: int, later: int) -> None:
    """Whatever the rhythm; and it remembers no more than it needs."""
    storm, now, arrivals = Storm(above), T0, []
    for step in steps:
        now += step
        arrivals.append(now)
        storm.arrived(now)
        assert storm.rages(now) == (sum(now - at < WINDOW for at in arrivals) > above)
    now += later
    assert storm.rages(now) == (sum(now - at < WINDOW for at in arrivals) > above)
    assert len(storm._arrivals) <= above + 1
