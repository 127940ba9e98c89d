"""slamon's whole cycle for the lag benchmark: the daemon's own watch over one cluster, and the exposition of it."""

import logging
from collections.abc import Callable, Mapping

import structlog

from slamon.kafka.lag.collector import KafkaLag
from slamon.lag.incidents import Changes
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.orders.event import SECOND, Instant
from slamon.services.lag_watch import LagView, LagWatch

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
        self._watch = LagWatch([collector], LagRules(), MemoryRows(), clock, _nothing)

    async def run(self) -> tuple[Snapshot, str]:
        """One cycle; the snapshot and the exposition of it."""
        await self._watch.step()
        snapshot = self._watch.view.snapshots[self.collector.name]
        return snapshot, render(snapshot)


def _nothing(_: LagView, __: Changes) -> None:
    """Nobody is told."""


def render(snapshot: Snapshot) -> str:
    """One line per group and partition, age and status per group and topic, as `/metrics` shows them."""
    lines: list[str] = []
    for group in snapshot.groups:
        name = f'{{consumergroup="{group.group}"'
        lines.append(f'slamon_consumergroup_status{name},status="{group.status}"}} 1')
        for topic in group.topics:
            there = f'{name},topic="{topic.topic}"'
            lines += [
                f'slamon_consumergroup_lag{there},partition="{row.partition}"}} {row.lag}'
                for row in topic.partitions
                if row.lag is not None
            ]
            if topic.age.at_least is not None:
                lines.append(f"slamon_consumergroup_lag_seconds{there}}} {topic.age.at_least / SECOND}")
    lines += [f'slamon_topic_messages{{topic="{topic.topic}"}} {topic.messages}' for topic in snapshot.topics]
    return "\n".join(lines)
