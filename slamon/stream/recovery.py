"""Faust's table and its recovery service, with the changelog read by `replay` and every wait bounded or told.

Faust's assignor hands out the changelog with the topics of the same partition count, and Faust's rebalance
starts the recovery; what Faust's recovery then does is replaced: it gives up silently on a slow broker
(T16), may never end (T17), swallows what goes wrong (T18) and mixes partitions (T14).
"""
# ruff: noqa: ARG002, SLF001 - the signatures and attributes are Faust's

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import faust
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from mode import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faust.types.tuples import TP

    from slamon.stream.stream_app import StreamApp


class ChangelogTable(faust.Table[bytes, bytes]):
    """The table as Faust knows it: a changelog topic to assign. The rows are the engine's."""

    app: StreamApp

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Drop at once what went elsewhere."""
        changelog = self.changelog_topic_name
        self.app.core.keep_only({tp.partition for tp in assigned if tp.topic == changelog})

    def persisted_offset(self, tp: TP) -> int | None:
        """Nothing is kept on disk."""
        return None

    def apply_changelog_batch(self, batch: Iterable[object]) -> None:
        """Faust's own recovery must never run."""
        if list(batch):
            raise RuntimeError("Faust's recovery applied changelog records: the engine's should")


class GuardedRecovery(Recovery):
    """Opens the assigned partitions and lets the streams go on; begins anew when the group rebalances again."""

    app: StreamApp

    @Service.task
    async def _restart_recovery(self) -> None:
        """In place of Faust's recovery."""
        core = self.app.core
        while not self.should_stop:
            if await self.wait_for_stopped(self.signal_recovery_start):  # type: ignore[arg-type]  # as Faust does
                return
            self.signal_recovery_start.clear()
            work = asyncio.ensure_future(self._open(self._generation_id))
            again = asyncio.ensure_future(self.signal_recovery_start.wait())
            stop = asyncio.ensure_future(self._stopped.wait())
            try:
                await asyncio.wait([work, again, stop], return_when=asyncio.FIRST_COMPLETED)
                if work.done() and (error := work.exception()) is not None:
                    core.failed(error)
                    return
            finally:
                for future in (work, again, stop):
                    future.cancel()
                await asyncio.wait([work])

    async def _open(self, generation: int) -> None:
        app = self.app
        app.in_recovery = self.in_recovery = True
        partitions = {tp.partition for tp in self.active_tps}
        await app.core.open(partitions, lambda: app.consumer_generation_id == generation)
        app.in_recovery = self.in_recovery = False
        if app.consumer_generation_id == generation:
            await self._resume(generation)

    async def _resume(self, generation: int) -> None:
        """What Faust does after a recovery, without its silent timeouts."""
        app, consumer = self.app, self.app.consumer
        await app.on_rebalance_complete.send()
        assignment = consumer.assignment()
        await consumer.perform_seek()
        if app.consumer_generation_id != generation:
            return
        consumer.resume_partitions({tp for tp in assignment if not self._is_changelog_tp(tp)})
        self.completed.set()
        app.flow_control.resume()
        consumer.resume_flow()
        await app._fetcher.maybe_start()
        self.tables.on_actives_ready()
        self.tables.on_standbys_ready()
        app.on_rebalance_end()
        app.core.resumed()

    @Service.task
    async def _slurp_changelogs(self) -> None:
        """Off: no changelog record reaches Faust."""

    @Service.task
    async def _publish_stats(self) -> None:
        """Off: the engine tells how far it is."""


class GuardedTableManager(TableManager):
    """Faust's table manager with our recovery."""

    @property
    def recovery(self) -> Recovery:
        """The recovery service, made when first asked for."""
        if self._recovery is None:
            self._recovery = GuardedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery

    async def on_start(self) -> None:
        """Faust sleeps a second here first."""
        await self._update_channels()
        await self.recovery.start()
