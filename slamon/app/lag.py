"""The lag watch as the configuration asks for it: its collectors, its rules, where it keeps what it knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from slamon.app.clock import wall_clock
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Names, Watch
from slamon.kafka.security import client_options
from slamon.lag.incidents import Changes
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.orders.event import SECOND
from slamon.services.lag_ports import LagView
from slamon.services.lag_watch import Applied, LagWatch
from slamon.services.system_rows import SHARED, SystemRows, Table
from slamon.settings import Settings
from slamon.settings.kafka import Security
from slamon.settings.lag import Names as NamesGiven
from slamon.settings.lag_checks import OWN_CLUSTER
from slamon.settings.watch import Lag


@dataclass(slots=True)
class LagParts:
    """The watch and what is closed with it; `told` are called after every cycle."""

    watch: LagWatch
    collectors: Sequence[KafkaLag]
    told: list[Applied] = field(default_factory=list)

    async def close(self) -> None:
        """Close the collectors' connections."""
        for collector in self.collectors:
            await collector.close()


def lag_parts(settings: Settings, table: Table, metrics: LagMetrics) -> LagParts | None:
    """Everything that watches lag; None where `lag` is not configured. Raises ConfigError."""
    lag = settings.lag
    if lag is None:
        return None
    collectors = kafka_collectors(settings, lag)
    told: list[Applied] = [lambda view, _: metrics.show(_figures(view))]
    rows = SystemRows(table, SHARED)
    metrics.is_ours = lambda: rows.is_ours

    def applied(view: LagView, changes: Changes) -> None:
        for tell in told:
            tell(view, changes)

    watch = LagWatch(
        collectors,
        lag.to_rules(),
        rows,
        wall_clock,
        applied,
        interval=lag.interval.span / SECOND,
    )
    return LagParts(watch, collectors, told)


def _figures(view: LagView) -> LagFigures:
    cycles = {name: (cycle.seconds, cycle.failures) for name, cycle in view.cycles.items()}
    return LagFigures(view.snapshots, view.waiting, view.incidents, view.rules, cycles)


def kafka_collectors(settings: Settings, lag: Lag) -> list[KafkaLag]:
    """The cluster of `kafka` first, then the others; each over connections of its own, so that none waits."""
    kafka = settings.kafka
    found = [_collector(OWN_CLUSTER, kafka.bootstrap_servers, kafka.security, watch_of(lag))]
    for name, cluster in lag.clusters.items():
        found.append(_collector(name, cluster.bootstrap_servers, cluster.security, watch_of(lag, cluster.groups)))
    return found


def watch_of(lag: Lag, groups: NamesGiven | None = None) -> Watch:
    """What to look at; `groups` where a cluster has its own."""
    names, topics = groups or lag.groups, lag.watched_topics
    return Watch(
        Names(names.include, names.exclude),
        Names((*topics.include, topics.dead_letters, *topics.silent_after), topics.exclude),
        isolation=lag.isolation,
        isolations={override.groups: override.isolation or lag.isolation for override in lag.overrides},
        deadline=lag.deadline.span / SECOND,
    )


def _collector(name: str, servers: str, security: Security, watch: Watch) -> KafkaLag:
    cluster = Cluster(servers, client_options(security.model_dump()))
    return KafkaLag(name, cluster, watch, clock=wall_clock)
