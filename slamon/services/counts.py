"""The gauges about orders: counted anew every now and then from the rows, a small share of the time."""

import asyncio
from collections import Counter
from collections.abc import Callable

import structlog

from slamon.metrics.orders import OrderCounts
from slamon.metrics.registry import Metrics
from slamon.orders.event import SECOND, Instant
from slamon.services.orders_view import Head, OrdersView

_log = structlog.get_logger("slamon.counts")
_LEAST_PAUSE = 1.0
_SHARE = 20
"""A count may take one part in so many of the time."""


class Counting:
    """Adds orders up."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.open_orders: Counter[tuple[str | None, str | None]] = Counter()
        self.by_verdict: Counter[tuple[str, str | None]] = Counter()
        self.since: dict[str | None, int] = {}
        self.divergences: Counter[tuple[str, str | None]] = Counter()
        self.unclaimed: dict[str, Instant] = {}
        self.blocked: Counter[str] = Counter()

    def add(self, head: Head) -> None:
        """Count one order."""
        self.by_verdict[(str(head.verdict), head.channel)] += 1
        if head.finished_at is None and head.verdict.is_open:
            self.open_orders[(head.status, head.channel)] += 1
            before = self.since.get(head.status)
            if head.status_at and (before is None or head.status_at < before):
                self.since[head.status] = head.status_at
            self.divergences.update(head.divergences)
            if head.cause is not None:
                self.blocked[str(head.cause)] += 1
            for stage, since in head.waiting:
                self.unclaimed[stage] = min(since, self.unclaimed.get(stage, since))


async def run_counts(view: OrdersView, partitions: Callable[[], frozenset[int]], metrics: Metrics) -> None:
    """Count for ever; between two batches everybody else has a turn."""
    while True:
        try:
            await count_once(view, partitions(), metrics)
        except Exception:  # noqa: BLE001  # gauges must not end the watch over promises
            _log.exception("counts.broke")
        await asyncio.sleep(_LEAST_PAUSE)


async def count_once(view: OrdersView, partitions: frozenset[int], metrics: Metrics) -> None:
    """Count all orders of these partitions and set the gauges as a whole.

    Every batch is followed by a pause of so many times its length: at no moment does counting take more than its share.
    """
    loop, counting = asyncio.get_running_loop(), Counting()
    began = loop.time()
    async for heads in view.heads(partitions):
        for head in heads:
            counting.add(head)
        await asyncio.sleep(_SHARE * (loop.time() - began))
        began = loop.time()
    now = view.now()
    ages = {status: max(0, now - since) / SECOND for status, since in counting.since.items()}
    waiting = {stage: max(0, now - since) / SECOND for stage, since in counting.unclaimed.items()}
    metrics.orders.set_order_counts(
        OrderCounts(
            dict(counting.open_orders),
            dict(counting.by_verdict),
            ages,
            dict(counting.divergences),
            waiting,
            dict(counting.blocked),
        )
    )
