"""The lag watch as the configuration asks for it: its collectors, its rules, where it keeps what it knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from slamon.app.clock import wall_clock
from slamon.app.queues import orders_behind
from slamon.app.rabbitmq import rabbit_collectors
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Names, Watch
from slamon.kafka.security import client_options
from slamon.kafka.stretch import StretchReader
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.orders.event import SECOND
from slamon.rabbitmq import RabbitLag
from slamon.services.ingest import Ingest
from slamon.services.lag_orders import OrdersBehind
from slamon.services.lag_ports import LagView
from slamon.services.lag_queues import KnownQueues, QueueKeeping
from slamon.services.lag_telling import LagTelling
from slamon.services.lag_watch import After, LagWatch
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED, SystemRows, Table
from slamon.settings import Settings
from slamon.settings.kafka import Security
from slamon.settings.lag import Names as NamesGiven
from slamon.settings.lag_checks import OWN_CLUSTER
from slamon.settings.watch import Lag


@dataclass(slots=True)
class LagParts:
    """The watch and what is closed with it; `orders` None where there are no sources of orders."""

    watch: LagWatch
    collectors: Sequence[KafkaLag | RabbitLag]
    orders: OrdersBehind | None = None
    keeping: QueueKeeping | None = None
    stretches: StretchReader | None = None

    async def close(self) -> None:
        """Close the collectors' connections."""
        for collector in self.collectors:
            await collector.close()
        if self.stretches is not None:
            await self.stretches.close()

    def taken_up(self, partition: int) -> None:
        """A partition is ours from now on: others may have read and written in between."""
        if self.orders is not None:
            self.orders.index.interrupt()
        if partition == SHARED:
            self.watch.taken_up()
            if self.keeping is not None:
                self.keeping.laid_down()


def lag_parts(
    settings: Settings,
    table: Table,
    metrics: LagMetrics,
    notices: SystemNotices,
    *,
    known: KnownQueues,
    ingest: Ingest,
) -> LagParts | None:
    """Everything that watches lag, fed by `ingest`; None where `lag` is not configured. Raises ConfigError."""
    lag = settings.lag
    if lag is None:
        return None
    collectors: list[KafkaLag | RabbitLag] = [*kafka_collectors(settings, lag), *rabbit_collectors(lag, wall_clock)]
    rows = SystemRows(table, SHARED)
    metrics.is_ours = lambda: rows.is_ours
    after: list[After] = [LagTelling(table, notices, OWN_CLUSTER, wall_clock)]
    behind = orders_behind(settings, ingest.rules)
    orders, stretches = (None, None) if behind is None else behind
    ingest.index = None if orders is None else orders.index
    keeping = None if orders is None else QueueKeeping(orders, rows, known, wall_clock)
    if keeping is not None:
        after.append(keeping)
    watch = LagWatch(
        collectors,
        lag.to_rules(),
        rows,
        wall_clock,
        lambda view, _: metrics.show(_figures(view)),
        orders,
        after,
        interval=lag.interval.span / SECOND,
        expected=_expected(lag),
    )
    return LagParts(watch, collectors, orders, keeping, stretches)


def _expected(lag: Lag) -> dict[str, frozenset[str]]:
    """Which groups or queues have to be there, by cluster."""
    clusters = {name: frozenset(cluster.expected) for name, cluster in lag.clusters.items()}
    queues = {name: frozenset(one.expected) for name, one in lag.rabbitmq.items()}
    return {OWN_CLUSTER: frozenset(lag.expected), **clusters, **queues}


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
