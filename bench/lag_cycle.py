"""slamon's whole cycle for the lag benchmark: the daemon's own watch over one cluster, and the exposition of it."""

import logging
from collections.abc import Callable, Mapping

import structlog

from slamon.kafka.lag.collector import KafkaLag
from slamon.lag.incidents import Changes
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.metrics.lag_form import LagForm
from slamon.orders.event import Instant
from slamon.services.lag_ports import LagView
from slamon.services.lag_watch import LagWatch

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


class MemoryRows:
    """What the daemon would keep in its table."""

    is_ours = True

    def __init__(self) -> None:
        self._rows: dict[str, bytes | None] = {}

    def get(self, name: str) -> bytes | None:
        return self._rows.get(name)

    async def put(self, changed: Mapping[str, bytes | None]) -> bool:
        self._rows |= changed
        return True


class WholeCycle:
    """One cluster, watched from cycle to cycle: collect, look up ages, read what may be markers, judge, render."""

    def __init__(self, collector: KafkaLag, clock: Callable[[], Instant]) -> None:
        self.collector = collector
        self.metrics = LagMetrics(LagForm(own_cluster=collector.name))
        self._watch = LagWatch([collector], LagRules(), MemoryRows(), clock, _nothing)

    async def run(self) -> tuple[Snapshot, bytes]:
        """One cycle; the snapshot and the exposition of it."""
        await self._watch.step()
        snapshot = self._watch.view.snapshots[self.collector.name]
        self.metrics.show(LagFigures({snapshot.cluster: snapshot}))
        return snapshot, self.metrics.render()


def _nothing(_: LagView, __: Changes) -> None:
    """Nobody is told."""
