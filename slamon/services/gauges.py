"""The gauges about this worker itself, shown anew every second."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slamon.metrics.registry import Metrics
from slamon.orders.event import SECOND, Instant
from slamon.services.channel import Channel
from slamon.services.gate import LagGate
from slamon.services.partition import OrderPartition

_EVERY = 1.0


class Work(Protocol):
    """How far the engine's work has come."""

    batches: int
    phase: str


class LeavesOut(Protocol):
    """A decoder, as far as it leaves attributes out."""

    attributes_left_out: int


class Working(Protocol):
    """The engine, as far as its gauges go."""

    @property
    def progress(self) -> Work:
        """Counters since the start."""

    def partitions(self) -> frozenset[int]:
        """Partitions that are ours and recovered."""


@dataclass(slots=True)
class Gauges:
    """Reads what is known and sets the metrics; `ready` is the answer of /-/ready."""

    metrics: Metrics
    engine: Working
    gate: LagGate
    partitions: Mapping[int, OrderPartition]
    channels: Mapping[str, Channel]
    ready: Callable[[], bool]
    clock: Callable[[], Instant]
    decoders: Mapping[str, LeavesOut] = field(default_factory=dict)
    _batches: int = 0
    _away_since: Instant | None = None
    _left_out: dict[str, int] = field(default_factory=dict)

    async def handing_over(self) -> None:
        """A rebalance begins: the engine calls this before it gives partitions up."""
        self.metrics.worker.rebalanced()
        self._away_since = self.clock()

    async def run(self) -> None:
        """Show for ever."""
        if self._away_since is None:
            self._away_since = self.clock()
        while True:
            self.show()
            await asyncio.sleep(_EVERY)

    def show(self) -> None:
        """Set every gauge once."""
        now, owned = self.clock(), self.engine.partitions()
        progress = self.engine.progress
        # While partitions are handed over they are still ours: that is no recovery.
        if owned and self._away_since is not None and progress.phase == "running":
            self.metrics.worker.recovered((now - self._away_since) / SECOND)
            self._away_since = None
        self.metrics.set_ready(ready=self.ready())
        self.metrics.worker.set_partitions(len(owned))
        self.metrics.worker.batches_done(progress.batches - self._batches)
        self._batches = progress.batches
        safe = self.gate.slowest()
        self.metrics.worker.set_safe_time_age(None if safe is None else max(0, now - safe) / SECOND)
        self.metrics.orders.set_due_orders(sum(len(orders.due) for orders in self.partitions.values()))
        self.metrics.orders.set_held_orders(sum(len(orders.held.keys) for orders in self.partitions.values()))
        self._show_queues()
        for source, decoder in self.decoders.items():
            count = decoder.attributes_left_out
            self.metrics.events.attributes_left_out(source, count - self._left_out.get(source, 0))
            self._left_out[source] = count

    def _show_queues(self) -> None:
        queued: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        for channel in self.channels.values():
            queued[channel.receiver] += len(channel.waiting) + len(channel.in_flight)
            refused[channel.receiver] += channel.refused is not None
        for receiver, length in queued.items():
            self.metrics.notices.set_queue_length(receiver, length)
            self.metrics.notices.set_queues_refused(receiver, refused[receiver])
