import time

import pytest

from slamon.app.clock import wall_clock
from slamon.orders.event import rfc3339


def test_the_wall_clock_tells_whole_microseconds_since_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_772_442_000_123_456_789)
    assert wall_clock() == 1_772_442_000_123_456
    assert rfc3339(wall_clock()) == "2026-03-02T09:00:00.123456Z"
