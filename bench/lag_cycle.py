"""slamon's whole cycle for the lag benchmark: collect, look up ages, read what may be markers, judge, render."""

from collections.abc import Callable

from slamon.kafka.lag.collector import KafkaLag
from slamon.lag.cluster import ClusterTrack
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.metrics.lag_form import LagForm
from slamon.orders.event import Instant

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
        self.metrics = LagMetrics(LagForm(own_cluster=collector.name))
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
        self.metrics.show(LagFigures({snapshot.cluster: snapshot}))
        return snapshot, self.metrics.render().decode()
