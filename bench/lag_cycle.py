"""slamon's whole cycle for the lag benchmark: collect, look up ages, read what may be markers, judge, render."""

from collections.abc import Callable

from slamon.kafka.lag.collector import KafkaLag
from slamon.lag.cluster import ClusterTrack
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.orders.event import SECOND, Instant

ROUNDS = 8
"""Look-ups of each partition in one cycle; what is open then goes on in the next."""
_AT_MOST = 1_000
_SCANS = 64


class WholeCycle:
    """One cluster, followed from cycle to cycle as the daemon does it."""

    def __init__(self, collector: KafkaLag, clock: Callable[[], Instant]) -> None:
        self.collector = collector
        self._clock = clock
        self.track = ClusterTrack(collector.name, LagRules())
        self.looked_up = 0
        """Timestamps asked so far."""

    async def run(self, rounds: int = ROUNDS) -> tuple[Snapshot, str]:
        """One cycle; the snapshot and the exposition of it."""
        self.track.observe(await self.collector.collect())
        lookups = self.track.lookups
        for _ in range(rounds):
            asked = lookups.time_questions(self._clock(), _AT_MOST)
            if not asked:
                break
            self.looked_up += len(asked)
            lookups.take_times(asked, await self.collector.ask(asked), self._clock())
        scans = lookups.scans.questions(self._clock(), _SCANS)
        if scans:
            lookups.scans.take(scans, await self.collector.scan(scans), self._clock())
        snapshot = self.track.conclude(self._clock())
        return snapshot, render(snapshot)


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
