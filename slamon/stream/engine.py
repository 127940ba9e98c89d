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
from slamon.stream.core import Core
from slamon.stream.fencing import Membership, awake_clock
from slamon.stream.jobs import Write
from slamon.stream.producing import Producing
from slamon.stream.readiness import readiness
from slamon.stream.running import FaustRun
from slamon.stream.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from slamon.stream.contract import Outgoing, PartitionLogic, Rows, Step
    from slamon.stream.ground import Progress
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
        """`die` ends the process; `clock` tells seconds that also pass while the process is stopped."""
        self.options = options
        self._faust = FaustRun()
        membership = Membership(options.session_timeout, clock=clock)
        self._core = Core(options, logic, membership, producing=Producing(self._faust.producer), die=die)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin; returns at once. `ready` says what is still waited for."""
        audit, watchdog = Audit(self._core, self._faust.end_offsets), Watchdog(self._core)
        work = {"engine": lambda: self._faust.run(self._core), "watchdog": watchdog.run, "audit": audit.run}
        self._tasks = [asyncio.create_task(self._guarded(run), name=f"engine-{what}") for what, run in work.items()]

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, going on is not safe
            self._core.failed(error)

    async def stop(self) -> None:
        """Finish what has begun, write, commit, leave. A static member keeps its partitions for a session."""
        self._core.progress.phase = "stopping"
        await self._faust.hand_over(self._core)
        self._core.progress.phase = "stopped"
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._faust.stop(self.options.drain_timeout)
        except EngineError as error:  # everything is written; but threads would keep the process alive
            self._core.failed(error)

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
        """Call `hook` before partitions are handed over or the engine stops; `write` and `send` work in it."""
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
        return self._faust.owners(self.options.changelog)

    @property
    def progress(self) -> Progress:
        """Counters and times of what moved last."""
        return self._core.progress

    def ready(self) -> tuple[bool, dict[str, str]]:
        """Whether partitions are worked on, and per part of the engine `ok` or what it waits for."""
        return readiness(self._core, self._faust.waiting_for)
