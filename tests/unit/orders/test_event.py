"""Instants: exact, and writable whatever they are."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, SECOND, instant, rfc3339, seconds
from tests.builders import T0


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (T0, "2026-03-02T09:00:00Z"),
        (T0 + 1, "2026-03-02T09:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (10**18, "9999-12-31T23:59:59.999999Z"),
        (-(10**18), "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(at: int, text: str) -> None:
    """RFC 3339 with `Z`; beyond the calendar its nearest instant."""
    assert rfc3339(at) == text


_OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
_FIRST, _LAST = dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)  # noqa: DTZ001  # zones are drawn


@given(st.datetimes(_FIRST, _LAST, timezones=_OFFSETS))
def test_what_is_written_is_the_same_instant(moment: dt.datetime) -> None:
    """No zone and no microsecond is lost."""
    assert dt.datetime.fromisoformat(rfc3339(instant(moment))) == moment


@pytest.mark.parametrize(("span", "shown"), [(0, 0), (DAY, 86_400), (SECOND // 2, 0.5), (-SECOND, -1)])
def test_whole_seconds_stay_whole(span: int, shown: float) -> None:
    """Durations are seconds, without a needless fraction."""
    assert seconds(span) == shown
    assert isinstance(seconds(span), int) is (span % SECOND == 0)
