"""The only place that reads the wall clock."""

import time

from slamon.orders.event import Instant


def wall_clock() -> Instant:
    """Now, in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000
