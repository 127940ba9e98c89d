"""One worker of the daemon: its parts started in order and stopped in reverse."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from aiohttp import web

from slamon import __version__
from slamon.app import build
from slamon.app.clock import wall_clock
from slamon.app.parts import Parts
from slamon.app.queues import LocalQueueAnswers
from slamon.app.upkeep import upkeep
from slamon.app.web_ports import LocalAnswers, LocalForecasts, LocalOrders, Peers, WorkerHealth
from slamon.orders.event import SECOND
from slamon.services.counts import run_counts
from slamon.services.deadlines import run_deadlines
from slamon.services.forecasts import ForecastLoop
from slamon.services.gauges import Gauges
from slamon.services.lag_queues import follow_elsewhere
from slamon.services.lag_shown import LagShown
from slamon.services.reviews import run_reviews
from slamon.settings import Settings
from slamon.web.elsewhere import LearntElsewhere
from slamon.web.interactions import NoDialogues
from slamon.web.peers import PeerClient
from slamon.web.queues import QueuesElsewhere
from slamon.web.site import INTERACTIONS, Limits, Site, build_web, served

_log = structlog.get_logger("slamon.worker")


class Worker:
    """One worker; `running` is its life."""

    def __init__(self, settings: Settings) -> None:
        """Build all parts; nothing is opened yet. Raises ConfigError."""
        self._parts = Parts(settings)
        self._views = build.slack_views(settings)
        self._peers = PeerClient(seconds=Limits().peer, failed=self._parts.metrics.http.peer_failed)
        self._queues = LocalQueueAnswers(self._parts.view, self._parts.queues)
        self._elsewhere = QueuesElsewhere(self._queues, self._peers, self._cluster())
        if self._parts.lag is not None and self._parts.lag.orders is not None:
            self._parts.lag.orders.standings = self._elsewhere

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Serve, wait for the broker, work; gives the tasks of which none may end. Stops in reverse order.

        Raises ConfigError when the surroundings must not be run with.
        """
        listen = self._parts.settings.web
        async with AsyncExitStack() as stack:
            stack.callback(self._parts.instance.release)
            stack.push_async_callback(self._parts.cluster.close)
            if self._parts.lag is not None:
                stack.push_async_callback(self._parts.lag.close)
            for receiver in self._parts.receivers:
                stack.push_async_callback(receiver.sink.close)
            grace = self._parts.settings.shutdown_grace.span / SECOND / 4
            if self._views is not None:
                stack.push_async_callback(self._views.close)
            app = build_web(self._site())
            port = await stack.enter_async_context(served(app, listen.host, listen.port, grace=grace))
            _log.info("worker.serving", host=listen.host, port=port, instance=self._parts.instance.name)
            tasks: list[asyncio.Task[None]] = []
            stack.push_async_callback(_cancel, tasks)
            tasks.append(asyncio.create_task(self._work(stack, app), name="work"))
            yield tasks

    async def _work(self, stack: AsyncExitStack, app: web.Application) -> None:
        await self._parts.startup.run()
        await self._parts.policies.learn()
        await self._parts.layout.learn_first()
        gauges = self._gauges()
        self._parts.engine.before_revoke(gauges.handing_over)
        await self._parts.engine.start()
        stack.push_async_callback(self._parts.engine.stop)
        parts: dict[str, Coroutine[Any, Any, None]] = {
            "gate": self._parts.gate.run(),
            "deadlines": run_deadlines(self._parts.gate, self._parts.engine, self._parts.logic.partitions),
            "reviews": run_reviews(self._parts.engine, self._parts.logic.partitions),
            "outbox": self._parts.dispatcher.run(),
            "counts": run_counts(self._parts.view, self._parts.engine.partitions, self._parts.metrics),
            "gauges": gauges.run(),
            "layout": self._parts.layout.run(),
            "silence": self._parts.silence_keeping.look(),
            "silence-keeping": self._parts.silence_keeping.run(),
            "forecasts": self._forecasts().run(),
            **upkeep(self._parts, self._health()),
            **self._queues_elsewhere(),
        }
        socket = build.slack_socket(self._parts.settings, app[INTERACTIONS].handle)
        if socket is not None:
            parts["slack-socket"] = socket.run()
        async with asyncio.TaskGroup() as group:
            for name, part in parts.items():
                group.create_task(part, name=name)

    def _queues_elsewhere(self) -> dict[str, Coroutine[Any, Any, None]]:
        lag = self._parts.lag
        if lag is None or lag.orders is None:
            return {}
        rows = lag.watch.rows
        return {"queues": follow_elsewhere(self._parts.queues, lambda: rows.is_ours, self._elsewhere.queues)}

    def _gauges(self) -> Gauges:
        return Gauges(
            self._parts.metrics,
            self._parts.engine,
            self._parts.gate,
            self._parts.logic.partitions,
            self._parts.dispatcher.channels,
            lambda: self._health().ready()[0],
            wall_clock,
            self._parts.decoders,
        )

    def _forecasts(self) -> ForecastLoop:
        elsewhere = LearntElsewhere(self._peers, self._cluster())
        return ForecastLoop(self._parts.forecasts, self._parts.logic.partitions, self._parts.engine, elsewhere)

    def _cluster(self) -> Peers:
        settings = self._parts.settings
        return Peers(self._parts.engine, settings.kafka.partitions, build.own_url(settings))

    def _health(self) -> WorkerHealth:
        return WorkerHealth(self._parts.engine, self._parts.gate, self._waiting_for)

    def _waiting_for(self) -> str:
        return self._parts.startup.waiting_for or self._parts.policies.waiting_for

    def _site(self) -> Site:
        local = LocalOrders(self._parts.view, self._parts.logic.system)
        return Site(
            orders=local,
            notices=local,
            cluster=self._cluster(),
            health=self._health(),
            metrics=self._parts.metrics,
            clock=wall_clock,
            version=__version__,
            forecasts=LocalForecasts(self._parts.logic.partitions),
            answers=LocalAnswers(self._parts.answering),
            lag=None if self._parts.lag is None else LagShown(self._parts.lag.watch, wall_clock),
            queues=self._queues,
            signing_secret=build.signing_secret(self._parts.settings),
            dialogues=self._views or NoDialogues(),
            peers=self._peers,
        )


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
