"""One worker of the daemon: its parts, wired, started in order and stopped in reverse."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from slamon import __version__
from slamon.app import build
from slamon.app.clock import wall_clock
from slamon.app.web_ports import LocalOrders, Peers, WorkerHealth
from slamon.kafka.cluster import Cluster
from slamon.kafka.offsets import Offsets
from slamon.kafka.security import client_options
from slamon.kafka.topics import OwnTopics
from slamon.metrics.registry import Metrics
from slamon.orders.event import SECOND, Instant
from slamon.services.counts import run_counts
from slamon.services.deadlines import run_deadlines
from slamon.services.dispatcher import Dispatcher
from slamon.services.gate import GateRules, LagGate
from slamon.services.ingest import Ingest
from slamon.services.instance import claim_instance
from slamon.services.logic import OrderLogic
from slamon.services.offsets import GroupOffsets
from slamon.services.orders_view import OrdersView
from slamon.services.startup import Startup
from slamon.services.tally import MetricsTally
from slamon.settings import Settings
from slamon.stream import Engine, Outgoing, TopicPartition
from slamon.web.site import Site, build_web, served

_log = structlog.get_logger("slamon.worker")
_GAUGES_EVERY = 1.0
_LAYOUT_EVERY = 30.0


class Worker:
    """Everything of one worker; `running` is its life."""

    def __init__(self, settings: Settings) -> None:
        """Build all parts; nothing is opened yet. Raises ConfigError."""
        self._settings = settings
        kafka = settings.kafka
        security = client_options(kafka.security.model_dump())
        self._own = OwnTopics(kafka.app_id)
        self._topics = build.topics_of(self._own)
        self._cluster = Cluster(kafka.bootstrap_servers, security)
        self._instance = claim_instance(Path(settings.data_dir), kafka.instance_id)
        self._receivers = build.receivers(settings)
        self._keyed: set[str] = set()
        self._misplaced: set[str] = set()
        self._metrics = Metrics(
            version=__version__,
            sources=settings.sources,
            receivers=[receiver.sink.name for receiver in self._receivers],
            statuses=settings.sla_policy().lifecycle.statuses,
        )
        self._startup = Startup(self._cluster, build.surroundings(settings, self._own), wall_clock)
        self._offsets = GroupOffsets(Offsets(self._cluster), kafka.app_id)
        options = build.engine_options(
            settings,
            self._own,
            security,
            instance_id=self._instance.name,
            url=build.own_url(settings),
        )
        self._logic = self._order_logic()
        self.engine = Engine(options, self._logic)
        self.engine.before_revoke(self.dispatcher.drain)
        self.gate = LagGate(
            GateRules((), repartition=self._topics.repartition), self._offsets, self.engine, wall_clock
        )
        rules = build.partition_rules(settings, self._receivers, self._topics).orders
        self._view = OrdersView(self.engine, rules, kafka.partitions, self.gate.slowest, wall_clock)

    def _order_logic(self) -> OrderLogic:
        settings = self._settings
        tally = MetricsTally(self._metrics)
        self.dispatcher = Dispatcher(
            self._receivers,
            self,
            self._offsets,
            self._topics,
            partitions=settings.kafka.partitions,
            tally=tally,
            clock=wall_clock,
        )
        return OrderLogic(
            build.partition_rules(settings, self._receivers, self._topics),
            Ingest(build.ingest_rules(settings, self._topics), tally, wall_clock, self._distrust),
            self._topics,
            tally=tally,
            outbox=self.dispatcher,
            now=self.now,
            clock=wall_clock,
        )

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Produce and wait for the acknowledgements; the dispatcher's way to the engine, which is built after it."""
        await self.engine.send(records)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Serve, wait for the broker, work; gives the tasks of which none may end. Stops in reverse order.

        Raises ConfigError when the surroundings must not be run with.
        """
        web = self._settings.web
        async with AsyncExitStack() as stack:
            stack.callback(self._instance.release)
            stack.push_async_callback(self._cluster.close)
            for receiver in self._receivers:
                stack.push_async_callback(receiver.sink.close)
            grace = self._settings.shutdown_grace.span / SECOND / 4
            port = await stack.enter_async_context(served(build_web(self._site()), web.host, web.port, grace=grace))
            _log.info("worker.serving", host=web.host, port=port, instance=self._instance.name)
            tasks: list[asyncio.Task[None]] = []
            stack.push_async_callback(_cancel, tasks)
            tasks.append(asyncio.create_task(self._work(stack), name="work"))
            yield tasks

    async def _work(self, stack: AsyncExitStack) -> None:
        await self._startup.run()
        await self._learn_layout()
        await self.engine.start()
        stack.push_async_callback(self.engine.stop)
        parts: dict[str, Coroutine[Any, Any, None]] = {
            "gate": self.gate.run(),
            "deadlines": run_deadlines(self.gate, self.engine, self._logic.partitions),
            "outbox": self.dispatcher.run(),
            "counts": run_counts(self._view, self.engine.partitions, self._metrics),
            "gauges": self._show_gauges(),
            "layout": self._keep_layout(),
        }
        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(part, name=name)

    async def _learn_layout(self) -> None:
        """Which partitions may hold any order's events: all of every topic that is not known to be keyed."""
        topics = build.source_topics(self._settings)
        described = await self._cluster.describe(topics)
        counts = {topic: len(described.topics[topic].partitions) for topic in topics}
        self._keyed = {
            topic
            for topic in build.keyed_topics(self._settings) - self._misplaced
            if counts[topic] == self._settings.kafka.partitions
        }
        trusted = self._keyed
        shared = [TopicPartition(topic, p) for topic in topics if topic not in trusted for p in range(counts[topic])]
        self.gate.rules = GateRules(tuple(shared), tuple(sorted(self._keyed)), self._topics.repartition)

    def _distrust(self, topic: str) -> None:
        """A record was found on the wrong partition: from now on deadlines wait for the whole topic."""
        if topic in self._keyed:
            self._misplaced.add(topic)
            self._keyed.discard(topic)
            _log.warning("source.not_keyed", topic=topic, remedy="set keyed: false, or key every record by order id")
            whole = [TopicPartition(topic, p) for p in range(self._settings.kafka.partitions)]
            rules = self.gate.rules
            self.gate.rules = GateRules((*rules.shared, *whole), tuple(sorted(self._keyed)), rules.repartition)

    async def _keep_layout(self) -> None:
        while True:
            await asyncio.sleep(_LAYOUT_EVERY)
            try:
                await self._learn_layout()
            except Exception as fault:  # noqa: BLE001  # the broker is away: the last layout still holds
                _log.debug("layout.unknown", error=str(fault))

    async def _show_gauges(self) -> None:
        while True:
            ready, _ = self._health().ready()
            self._metrics.set_ready(ready=ready)
            self._metrics.worker.set_partitions(len(self.engine.partitions()))
            safe = self.gate.slowest()
            self._metrics.worker.set_safe_time_age(None if safe is None else (wall_clock() - safe) / SECOND)
            self._metrics.orders.set_due_orders(sum(len(p.due) for p in self._logic.partitions.values()))
            for name, channel in self.dispatcher.channels.items():
                self._metrics.notices.set_queue_length(name, len(channel.waiting) + len(channel.in_flight))
            await asyncio.sleep(_GAUGES_EVERY)

    def _health(self) -> WorkerHealth:
        return WorkerHealth(self.engine, self.gate, lambda: self._startup.waiting_for)

    def _site(self) -> Site:
        local = LocalOrders(self._view)
        peers = Peers(self.engine, self._settings.kafka.partitions, build.own_url(self._settings))
        return Site(
            orders=local,
            notices=local,
            cluster=peers,
            health=self._health(),
            metrics=self._metrics,
            clock=wall_clock,
            version=__version__,
        )

    def now(self, partition: int) -> Instant | None:
        """The lag gate's word about a partition."""
        return self.gate.now(partition)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
