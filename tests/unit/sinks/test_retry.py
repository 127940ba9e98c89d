"""Backoff and Retry-After."""

import pytest

from slamon.orders.event import SECOND
from slamon.sinks.retry import RetryPolicy, retry_after_seconds
from tests.samples import NOW


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (7, 30), (100_000, 30), (0, 1)]
)
def test_waits_double_up_to_thirty_seconds_without_end(attempt: int, seconds: int) -> None:
    assert RetryPolicy().delay(attempt, None, 0.0) == seconds * SECOND


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 30), (0.5, 22.5), (1.0, 15), (7.0, 15), (-1.0, 30)])
def test_jitter_takes_up_to_half_away(jitter: float, seconds: float) -> None:
    assert RetryPolicy().delay(9, None, jitter) == seconds * SECOND


@pytest.mark.parametrize(
    ("asked", "seconds"), [(7.0, 7), (45.0, 45), (0.0, 1), (-3.0, 1), (3_600.0, 3_600), (1e12, 3_600)]
)
def test_the_receiver_is_obeyed_within_reason(asked: float, seconds: int) -> None:
    assert RetryPolicy().delay(9, asked, 1.0) == seconds * SECOND


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        ("Mon, 04 May 2026 12:01:30 GMT", 90.0),
        ("Mon May  4 12:00:10 2026", 10.0),
        ("Mon, 04 May 2026 11:00:00 GMT", 0.0),
        ("Mon, 04 May 2026 14:00:30 +0200", 30.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 5_000, None),
        ("Mon, 99 May 2026 12:01:30 GMT", None),
        ("nan", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds
