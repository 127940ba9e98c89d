"""How often Slack lets itself be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.demo.standins.slack.pace import MINUTE, SECOND, Pace


def test_a_burst_and_then_one_a_second() -> None:
    pace = Pace(per_second=1, burst=3)
    assert [pace.wait("chat.postMessage", "c", 0) for _ in range(5)] == [0, 0, 0, SECOND, SECOND]
    assert pace.wait("chat.update", "c", SECOND) == 0
    assert pace.wait("chat.update", "c", SECOND + SECOND // 4) == SECOND * 3 // 4


def test_each_channel_has_its_own() -> None:
    pace = Pace(per_second=1, burst=1)
    assert [pace.wait("chat.postMessage", channel, 0) for channel in "ab"] == [0, 0]


@given(st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=100), st.integers(1, 5))
def test_no_stretch_of_time_sees_more_than_pace_and_burst(pauses: list[int], burst: int) -> None:
    pace, now, taken = Pace(per_second=1, burst=burst), 0, []
    for pause in pauses:
        now += pause
        if pace.wait("chat.postMessage", "c", now) == 0:
            taken.append(now)
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + (taken[last] - taken[first]) / SECOND


@given(st.integers(0, 10 * SECOND))
def test_after_the_wait_it_is_let_in(pause: int) -> None:
    pace = Pace(per_second=1, burst=2)
    for _ in range(2):
        pace.wait("chat.postMessage", "c", 0)
    wait = pace.wait("chat.postMessage", "c", pause)
    assert wait == 0 or pace.wait("chat.postMessage", "c", pause + wait) == 0


def test_reads_have_a_tier_by_method_and_minute() -> None:
    pace = Pace(reads_per_minute=2)
    assert [pace.wait("conversations.history", "c", now) for now in (0, SECOND, 2 * SECOND)] == [
        0,
        0,
        MINUTE - 2 * SECOND,
    ]
    assert pace.wait("conversations.replies", "c", 2 * SECOND) == 0
    assert pace.wait("conversations.history", "d", MINUTE) == 0


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.history", "auth.test", "views.open"])
def test_without_limits_nothing_waits(method: str) -> None:
    pace = Pace()
    assert [pace.wait(method, "c", 0) for _ in range(200)] == [0] * 200
