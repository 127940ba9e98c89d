"""Part (c), second half: how long after its instant a notice's webhook call is received, while events pour in."""

import json
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bench.figures import Bound, Figure, Target, percentile
from bench.mixture import PER_ORDER, SPAN, Arrival, Mixture, Shares
from bench.plan import Place, Plan
from bench.throughput import Tell
from bench.topics import make_topic, producer
from bench.wiring import configuration
from slamon.app.clock import wall_clock
from slamon.demo.ports import free_port
from slamon.demo.process import ServerProcess
from slamon.demo.standins.ledger import read_ledger
from slamon.orders.event import DAY, SECOND, Instant, Span, instant, rfc3339

_TOPIC = "bench-delay-orders"
_QUIET: Span = 10 * SECOND
"""From the first event to the first deadline: the worker has found its stride."""
_LASTING: Span = 40 * SECOND
_WARN_BEFORE: Span = 5 * SECOND
_REST: Span = 5 * SECOND
"""Events go on for so long after the last deadline."""
_PATIENCE = 60.0
_SECRET = "whsec_c2xhbW9uLWRlbW8tc2VjcmV0"  # noqa: S105 - the stand-in's own
_AT_MOST = Target(Bound.AT_MOST, 1.0, "s")
_SLICE = 0.01


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Orders that are never finished, with dates spread evenly over a time; each gives two notices."""

    first: Instant
    orders: int

    def due(self, number: int) -> Instant:
        """The date of one order."""
        return self.first + _LASTING * number // self.orders

    def arrivals(self, at: Instant) -> Iterator[Arrival]:
        """Their only events."""
        for number in range(self.orders):
            order_id = f"due-{number:06d}"
            said = {"order_id": order_id, "occurred_at": rfc3339(at), "status": "SUBMITTED", "system": "shop"}
            said["promised_at"] = rfc3339(self.due(number))
            yield Arrival(at, order_id.encode(), json.dumps(said).encode())

    def expected(self) -> dict[tuple[str, str], Instant]:
        """When each (order, kind) of notice comes due."""
        dates = {f"due-{number:06d}": self.due(number) for number in range(self.orders)}
        warned = {(order_id, "at_risk"): due - _WARN_BEFORE for order_id, due in dates.items()}
        return warned | {(order_id, "breached"): due for order_id, due in dates.items()}


def delays(rows: Iterable[Mapping[str, Any]], expected: Mapping[tuple[str, str], Instant]) -> list[float]:
    """Seconds from due to received of every expected notice's first call."""
    received: dict[tuple[str, str], float] = {}
    for row in rows:
        which = (row["request"]["subject"], row["request"]["kind"])
        if which in expected and which not in received:
            received[which] = (_instant(row["at"]) - expected[which]) / SECOND
    return list(received.values())


def _instant(text: str) -> Instant:
    import datetime as dt

    return instant(dt.datetime.fromisoformat(text))


def due_to_sent(plan: Plan, place: Place, tell: Tell) -> list[Figure]:
    """Run the daemon and a receiver, keep the events coming, read the receiver's ledger."""
    make_topic(place.bootstrap, _TOPIC)
    folder = place.folder / "delay"
    folder.mkdir()
    ledger = folder / "webhook.jsonl"
    standin, hook = _receiver(folder, ledger)
    daemon, port = _daemon(place, folder, hook)
    try:
        _until(lambda: _is_ready(port), "the daemon is ready")
        deadlines = Deadlines(wall_clock() + _QUIET, plan.notices // 2)
        expected = deadlines.expected()
        rate = _keep_coming(place.bootstrap, plan.rate, deadlines, tell)
        _until(lambda: len(delays(read_ledger(ledger), expected)) == len(expected), "every notice has come")
        found = delays(read_ledger(ledger), expected)
    finally:
        daemon.stop(grace=20)
        standin.stop(grace=5)
    return [
        Figure("events coming in meanwhile", rate, "events/s"),
        Figure("notices", len(found)),
        Figure("due to sent, p50", percentile(found, 0.5), "s"),
        Figure("due to sent, p99", percentile(found, 0.99), "s", _AT_MOST),
        Figure("due to sent, longest", max(found), "s"),
    ]
