"""The stream engine as the rest of slamon sees it."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from slamon.errors import EngineError
from slamon.stream.audit import Audit
from slamon.stream.contract import PartitionLostError
from slamon.stream.core import Core, Progress
from slamon.stream.faust_app import StreamApp, build_app
from slamon.stream.fencing import Membership, awake_clock
from slamon.stream.lanes import Write
from slamon.stream.preflight import wait_for_topics
from slamon.stream.readiness import readiness
from slamon.stream.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from slamon.stream.contract import Outgoing, PartitionLogic, Rows, Step
    from slamon.stream.options import EngineOptions

log = logging.getLogger(__name__)


def end_process(reason: str) -> None:
    """End at once, before anything can acknowledge what is not written; a supervisor starts slamon again."""
    log.critical("slamon ends: %s", reason)
    logging.shutdown()
    os._exit(1)


class Engine:
    """Runs a `PartitionLogic` on the consumer group's partitions; lives in the running event loop."""

    def __init__(
        self,
        options: EngineOptions,
        logic: PartitionLogic,
        *,
        die: Callable[[str], None] = end_process,
        clock: Callable[[], float] = awake_clock,
    ) -> None:
        """`die` must not return to go on working; `clock` tells seconds that pass during a stop of the process, too."""
        self.options = options
        self._app: StreamApp | None = None
        self._core = Core(
            options, logic, Membership(options.session_timeout, clock=clock), producer=self._producer, die=die
        )
        self._audit = Audit(self._core, self._changelog_ends)
        self._waiting_for = "not started"
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    # --- life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin; returns at once. `ready` says what is still waited for."""
        self._tasks = [
            asyncio.create_task(self._guarded(self._run), name="engine"),
            asyncio.create_task(self._guarded(Watchdog(self._core).run), name="engine-watchdog"),
            asyncio.create_task(self._guarded(self._audit.run), name="engine-audit"),
        ]

    async def stop(self) -> None:
        """Finish what has begun, write, commit, leave. With static membership partitions stay ours for a session."""
        self._stopping = True
        self._core.progress.phase = "stopping"
        app = self._app
        if app is not None and app.started:
            app.consumer.stop_flow()
            await self._core.release()
            await app.consumer.maybe_wait_for_commit_to_finish()
            await app.consumer.force_commit()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._core.progress.phase = "stopped"
        if app is not None:
            await self._stop_faust(app)

    async def _stop_faust(self, app: StreamApp) -> None:
        """Everything is written by now; a broker that is away must not keep the process."""
        try:
            await asyncio.wait_for(app.stop(), self.options.drain_timeout)
        except TimeoutError:
            self._core.failed(EngineError("the Kafka clients did not stop in time"))

    async def _run(self) -> None:
        await wait_for_topics(self.options, self._tell)
        self._tell("")
        self._app = app = build_app(self._core)
        self._core.counts = self._partition_counts
        crashed = asyncio.ensure_future(app._crashed.wait())  # noqa: SLF001 - mode has no public way to wait for it
        starting = asyncio.ensure_future(app.start())
        try:
            await asyncio.wait([starting, crashed], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
            await crashed
        finally:
            starting.cancel()
            crashed.cancel()
        if not self._stopping:
            raise app.crash_reason or RuntimeError("Faust crashed without a reason")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, going on is not safe
            self._core.failed(error)

    def _tell(self, waiting_for: str) -> None:
        if waiting_for and waiting_for != self._waiting_for:
            log.warning("%s", waiting_for)
        self._waiting_for = waiting_for

    def _producer(self) -> object:
        assert self._app is not None  # noqa: S101 - lanes only exist while the app runs
        return self._app.producer._producer  # noqa: SLF001 - Faust has no batch API

    def _partition_counts(self) -> dict[str, int]:
        assert self._app is not None  # noqa: S101 - asked from the app's own recovery
        return self._app.consumer._thread.partition_counts(self.options.topics)  # noqa: SLF001 - our own thread class

    async def _changelog_ends(self) -> dict[TopicPartition, int]:
        assert self._app is not None  # noqa: S101 - asked while partitions are open
        tps = [TopicPartition(self.options.changelog, partition) for partition in self._core.open_partitions]
        return await self._app.consumer._thread.end_offsets(tps)  # noqa: SLF001 - our own thread class

    # --- rows ------------------------------------------------------------------------------------

    async def write(self, partition: int, step: Step) -> None:
        """Run a step on an open partition; returns when the changelog and its effects are acknowledged.

        PartitionLostError when the partition is not ours or is handed over meanwhile (then the step may or
        may not have been done). What the step raises is raised here, and nothing was changed.
        """
        if partition not in self._core.open_partitions:
            raise PartitionLostError(f"partition {partition} is not ours now")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._core.lanes[partition].add(Write(step, future))
        await future

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Produce records that belong to no step (marks of deliveries); returns when all are acknowledged."""
        await self._core.may_write()
        await self._core.records(list(records))

    def rows(self, partition: int) -> Rows | None:
        """The rows of an open partition, to read; None when it is not ours now."""
        return self._core.lanes[partition].table if partition in self._core.open_partitions else None

    def partitions(self) -> frozenset[int]:
        """Table partitions that are ours and recovered."""
        return self._core.open_partitions

    def before_revoke(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Call `hook` before partitions are handed over and before a stop; `write` and `send` still work in it."""
        self._core.before_revoke.append(hook)

    # --- where we stand --------------------------------------------------------------------------

    def processed(self, topic: str, partition: int) -> int | None:
        """The next offset whose effects are not all acknowledged; None when unknown or not ours.

        Gaps and transaction markers count as processed when the consumer has passed them.
        """
        return self._core.ledger.processed(TopicPartition(topic, partition))

    def owned_sources(self) -> frozenset[TopicPartition]:
        """The consumed topic partitions that are ours now."""
        return frozenset(self._core.ledger)

    def owners(self) -> dict[int, str]:
        """Which worker (its `advertised_url`) has each table partition, as the last assignment said."""
        if self._app is None:
            return {}
        distribution = self._app.assignor.tables_metadata()
        return {
            partition: url
            for url, topics in distribution.items()
            for partition in topics.get(self.options.changelog, ())
        }

    @property
    def progress(self) -> Progress:
        """Counters and times of what moved last."""
        return self._core.progress

    def ready(self) -> tuple[bool, dict[str, str]]:
        """Whether partitions are worked on, and per part of the engine `ok` or what it waits for."""
        return readiness(self._core, self._waiting_for)
