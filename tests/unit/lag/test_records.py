"""Lag in records: the formula of the contract in every corner, and the laws it keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.lag.records import Lag, is_another_log, lag_of

OFFSETS = st.integers(-5, 2**62)


@pytest.mark.parametrize(
    ("committed", "start", "end", "lag", "lost", "is_beyond"),
    [
        (5, 0, 10, 5, 0, False),
        (10, 0, 10, 0, 0, False),
        (0, 0, 10, 10, 0, False),
        (None, 3, 10, 7, 0, False),
        (None, 0, 0, 0, 0, False),
        (None, 10, 10, 0, 0, False),
        (2, 6, 10, 4, 4, False),
        (2, 10, 10, 0, 8, False),
        (6, 6, 10, 4, 0, False),
        (11, 0, 10, 0, 0, True),
        (300, 0, 0, 0, 0, True),
    ],
    ids=[
        "behind", "all read", "at the first record", "no commit", "no commit, empty log", "no commit, all deleted",
        "records deleted unread", "all deleted unread", "at the log's start", "beyond the end", "topic made anew",
    ],
)  # fmt: skip
def test_the_formula(committed: int | None, start: int, end: int, lag: int, lost: int, is_beyond: bool) -> None:
    found = lag_of(committed, start, end)
    assert (found.lag, found.lost, found.is_beyond) == (lag, lost, is_beyond)


@given(committed=st.none() | OFFSETS, start=OFFSETS, end=OFFSETS)
def test_laws(committed: int | None, start: int, end: int) -> None:
    found = lag_of(committed, start, end)
    assert found.lag >= 0
    assert found.lost >= 0
    assert found.start <= found.end
    assert found.lag == max(0, found.end - found.x)
    assert found.lag <= max(0, end)


@given(committed=OFFSETS, start=st.integers(0, 1000), end=st.integers(0, 1000), more=st.integers(0, 1000))
def test_more_records_are_never_less_lag_and_reading_on_is_never_more(
    committed: int, start: int, end: int, more: int
) -> None:
    now = lag_of(committed, start, end).lag
    assert lag_of(committed, start, end + more).lag >= now
    assert lag_of(committed + more, start, end).lag <= now


def at(committed: int, start: int, end: int) -> Lag:
    return lag_of(committed, start, end)


@pytest.mark.parametrize(
    ("before", "after", "is_another"),
    [
        (at(50, 0, 100), at(50, 0, 3), True),
        (at(50, 40, 100), at(50, 0, 60), True),
        (at(50, 0, 100), at(50, 0, 100), False),
        (at(50, 0, 100), at(50, 0, 98), False),
        (at(50, 0, 100), at(50, 20, 98), False),
    ],
    ids=["shorter than what was read", "begins at 0 again", "the same", "two records cut off", "begins later"],
)
def test_a_log_that_was_made_anew(before: Lag, after: Lag, is_another: bool) -> None:
    assert is_another_log(before, after) is is_another


def test_a_commit_between_the_last_stable_offset_and_the_end_of_the_log_is_not_beyond_it() -> None:
    """Ten records of an open transaction, read by a group that does not wait for the outcome."""
    assert not lag_of(15, 0, 5, high_watermark=15).is_beyond
    assert lag_of(16, 0, 5, high_watermark=15).is_beyond
