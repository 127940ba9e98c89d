"""A generated history as recorded events: some hundred orders one after the other, of which the last are open."""

import json
import random

from slamon.orders.event import DAY, Instant, rfc3339
from tests.builders import T0
from tests.forecast_history import CHANNELS, moves_of

A_DAY = 8


def recorded(seed: int, orders: int) -> tuple[list[bytes], Instant]:
    """The lines of everything that happened by the last order's start, and that instant."""
    rng, start = random.Random(seed), T0
    told: list[tuple[Instant, bytes]] = []
    for number in range(orders):
        start += int(rng.expovariate(A_DAY) * DAY)
        channel = rng.choice(list(CHANNELS))
        for at, status in moves_of(rng, start, CHANNELS[channel]):
            line = {"order_id": f"o-{number:04}", "system": "mes", "status": status, "channel": channel}
            told.append((at, json.dumps(line | {"occurred_at": rfc3339(at)}).encode()))
    return [line for at, line in told if at <= start], start
