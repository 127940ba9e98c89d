"""Orders whose dates come while the benchmark watches, and how late their notices are."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.mixture import Arrival
from slamon.orders.event import SECOND, Instant, Span, instant, rfc3339


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Orders that are never finished, with dates spread evenly from `first` over `lasting`."""

    first: Instant
    lasting: Span
    orders: int

    def due(self, number: int) -> Instant:
        """The date of one order."""
        return self.first + self.lasting * number // self.orders

    def arrivals(self, at: Instant) -> Iterator[Arrival]:
        """Their only events."""
        for number in range(self.orders):
            said = {
                "order_id": _order_id(number),
                "occurred_at": rfc3339(at),
                "status": "SUBMITTED",
                "system": "shop",
                "promised_at": rfc3339(self.due(number)),
            }
            yield Arrival(at, said["order_id"].encode(), json.dumps(said).encode())

    def expected(self) -> dict[str, Instant]:
        """When the notice of each order comes due."""
        return {_order_id(number): self.due(number) for number in range(self.orders)}


def _order_id(number: int) -> str:
    return f"due-{number:06d}"


def delays(calls: Iterable[Mapping[str, Any]], expected: Mapping[str, Instant]) -> list[float]:
    """Seconds from due to received of every order's `breached`, by its first call in a receiver's ledger."""
    received: dict[str, float] = {}
    for call in calls:
        order_id = call["request"]["subject"]
        if call["request"]["kind"] == "breached" and order_id in expected and order_id not in received:
            at = instant(dt.datetime.fromisoformat(call["at"]))
            received[order_id] = (at - expected[order_id]) / SECOND
    return list(received.values())
