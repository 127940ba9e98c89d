"""The parts of one worker, built from its configuration and wired to each other; nothing is opened yet."""

import gc
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from slamon import __version__
from slamon.app import build
from slamon.app.clock import wall_clock
from slamon.app.lag import lag_parts
from slamon.errors import SourceError
from slamon.kafka.cluster import OK, Cluster
from slamon.kafka.log import TopicLog
from slamon.kafka.offsets import Offsets
from slamon.kafka.security import client_options
from slamon.kafka.topics import OwnTopics
from slamon.metrics.registry import Metrics
from slamon.orders.event import Instant
from slamon.services.answering import Answering
from slamon.services.dispatcher import Dispatcher
from slamon.services.forecasts import Forecasts
from slamon.services.gate import GateRules, LagGate
from slamon.services.ingest import Ingest
from slamon.services.instance import claim_instance
from slamon.services.lag_queues import KnownQueues
from slamon.services.layout import SourceLayout
from slamon.services.logic import OrderLogic
from slamon.services.offsets import GroupOffsets
from slamon.services.orders_view import OrdersView
from slamon.services.partition import PartitionRules
from slamon.services.policies import Policies
from slamon.services.silence import SilenceWatch
from slamon.services.silence_keeping import SilenceKeeping
from slamon.services.startup import Startup
from slamon.services.tally import MetricsTally
from slamon.settings import Settings
from slamon.stream import Engine, Outgoing, Rows

_GC_AFTER = 100_000
"""Rows are bytes and structs without cycles: looking for cycles every 700 objects costs and finds nothing."""


class Parts:
    """Everything that a worker is made of."""

    def __init__(self, settings: Settings) -> None:
        """Build all parts; nothing is opened yet. Raises ConfigError."""
        gc.set_threshold(_GC_AFTER, 50, 100)
        self.settings = settings
        kafka = settings.kafka
        security = client_options(kafka.security.model_dump())
        self.own = OwnTopics(kafka.app_id)
        self.topics = build.topics_of(self.own)
        self.cluster = Cluster(kafka.bootstrap_servers, security)
        self.instance = claim_instance(Path(settings.data_dir), kafka.instance_id)
        self.receivers = build.receivers(settings)
        self.metrics = Metrics(
            version=__version__,
            sources=settings.sources,
            receivers=list(dict.fromkeys(receiver.sink.name for receiver in self.receivers)),
            statuses=settings.sla_policy().lifecycle.statuses,
            lag=None if settings.lag is None else settings.lag.metrics.to_form(),
        )
        self.startup = Startup(self.cluster, build.surroundings(settings, self.own), wall_clock)
        self.policies = Policies(TopicLog(self.cluster, self.own.policies), build.own_terms(settings), wall_clock)
        self.offsets = GroupOffsets(Offsets(self.cluster), kafka.app_id)
        self.decoders = build.decoders(settings)
        self.silence = SilenceWatch(build.watched(settings), self.offsets, self._partition_counts, wall_clock)
        self.forecasts = Forecasts(settings.sla_terms().lifecycle)
        self.logic = self._order_logic()
        url = build.own_url(settings)
        options = build.engine_options(settings, self.own, security, instance_id=self.instance.name, url=url)
        self.engine = Engine(options, self.logic)
        self.engine.before_revoke(self.dispatcher.drain)
        notices = self.logic.system
        self.silence_keeping = SilenceKeeping(self.silence, self.engine, notices, self.metrics.sources, wall_clock)
        self.answering = Answering(
            self.engine,
            self.logic.partitions,
            notices,
            self.own.answers,
            build.promise_topics(settings),
            kafka.partitions,
        )
        self._build_readers()

    def _build_readers(self) -> None:
        settings, partitions = self.settings, self.settings.kafka.partitions
        notices, shown = self.logic.system, self.metrics.lag
        self.lag = lag_parts(settings, self.engine, shown, notices, known=self.queues, ingest=self.ingest)
        self.gate = LagGate(GateRules((), repartition=self.topics.repartition), self.offsets, self.engine, wall_clock)
        self.layout = SourceLayout(
            build.source_topics(settings),
            frozenset(build.keyed_topics(settings)),
            partitions,
            self.topics.repartition,
            self._partition_counts,
            self.gate,
        )
        self.view = OrdersView(
            self.engine,
            lambda: self.rules.orders,
            partitions,
            self.gate.slowest,
            wall_clock,
            outlooks=self.forecasts,
            queues=self.queues,
        )

    @cached_property
    def rules(self) -> PartitionRules:
        """What orders follow. Raises RuntimeError before the policies are learnt."""
        found = build.partition_rules(self.settings, self.receivers, self.topics, self.policies.book, self.forecasts)
        return replace(found, queues=self.queues)

    def _order_logic(self) -> OrderLogic:
        settings, tally = self.settings, MetricsTally(self.metrics)
        self.queues = KnownQueues(settings.kafka.app_id)
        self.dispatcher = Dispatcher(
            self.receivers,
            self,
            self.offsets,
            self.topics,
            partitions=settings.kafka.partitions,
            tally=tally,
            clock=wall_clock,
        )
        self.ingest = Ingest(build.ingest_rules(settings, self.topics, self.decoders), tally, wall_clock, self.distrust)
        return OrderLogic(
            lambda: self.rules,
            self.ingest,
            self.topics,
            tally=tally,
            outbox=self.dispatcher,
            now=self.now,
            clock=wall_clock,
            silences=self.silence.as_of,
            opening=self.taken_up,
        )

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Produce and wait for the acknowledgements; the dispatcher's way to the engine, which is built after it."""
        await self.engine.send(records)

    def distrust(self, topic: str) -> None:
        """A record was found on the wrong partition; the layout is built after the logic that finds it."""
        self.layout.distrust(topic)

    def taken_up(self, partition: int, rows: Rows) -> None:
        """A partition is ours; what keeps things with partitions is built after the logic that takes them up."""
        self.silence_keeping.opened(partition, rows)
        if self.lag is not None:
            self.lag.taken_up(partition)

    def now(self, partition: int) -> Instant | None:
        """The lag gate's word about a partition; the gate is built after the logic that asks it."""
        return self.gate.now(partition)

    async def _partition_counts(self, topics: Iterable[str]) -> Mapping[str, int]:
        return await _counted(self.cluster, topics)


async def _counted(cluster: Cluster, topics: Iterable[str]) -> Mapping[str, int]:
    described = await cluster.describe(list(topics))
    unknown = [topic for topic, found in described.topics.items() if found.error != OK]
    if unknown:  # a topic taken for one without partitions would be waited for no more
        raise SourceError(f"{', '.join(unknown)}: can't be described")
    return {topic: len(found.partitions) for topic, found in described.topics.items()}
