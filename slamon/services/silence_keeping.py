"""Keeps what is known of the sources with the partitions, and lets the owner of the shared one tell of silences.

Every worker looks at all sources (`slamon.services.silence`), so each keeps what it knows with each of its partitions:
whoever takes one up goes on from there, with the model that takes weeks to learn and the silence that lasts.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from slamon.metrics.sources import SourceMetrics
from slamon.notices.notice import NoticeKind
from slamon.notices.routing import NO_PARTIES
from slamon.notices.system import SystemNotice, of_silence
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.silence import SilenceWatch
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED, SystemRows, Table, system_key
from slamon.sla.silence import Heard, SourceState, decode_heard, encode_heard
from slamon.stream import Effects, PartitionLostError, Rows

_log = structlog.get_logger("slamon.silence")
_NAME = "heard/"
_EVERY = 1.0
_MODEL_KEPT: Span = 600 * SECOND
"""What was learnt meanwhile may be lost with a worker; a change of state is kept at once."""


class Engine(Table, Protocol):
    """The engine, as far as the keeping of silences needs it."""

    def partitions(self) -> frozenset[int]:
        """The partitions of the table that this worker owns and has recovered."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be done about the notices: those that stand no more, and those to tell."""

    over: tuple[SystemNotice, ...]
    new: tuple[SystemNotice, ...]


@dataclass(slots=True)
class SilenceKeeping:
    """The loop beside the watch: keeps, tells, shows."""

    watch: SilenceWatch
    engine: Engine
    notices: SystemNotices
    metrics: SourceMetrics
    clock: Callable[[], Instant]
    _kept: dict[tuple[int, str], Heard] = field(default_factory=dict)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, partition: int, rows: Rows) -> None:
        """Take up what was kept with a partition that is ours from now on."""
        found = {}
        for source in self.watch.sources:
            self._kept.pop((partition, source), None)
            stored = rows.get(system_key(_NAME + source))
            heard = None if stored is None else decode_heard(stored)
            if heard is not None:
                found[source] = heard
        self.watch.take(found)
        self._begun.set()

    async def look(self) -> None:
        """Look for ever, once there is a partition: a look before would take the source for one never heard of."""
        await self._begun.wait()
        await self.watch.run()

    async def run(self) -> None:
        """Keep and tell for ever; nothing that goes wrong here may end the watch over promises."""
        while True:
            try:
                await self.step()
            except Exception:  # noqa: BLE001  # without it silences are not told, deadlines fire all the same
                _log.exception("silence.not_kept")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await self.watch.stirred.wait()
            self.watch.stirred.clear()

    async def step(self) -> None:
        """Write what is new, tell what has changed, show how it stands."""
        owned = self.engine.partitions()
        self._show(is_ours=SHARED in owned)
        for partition in sorted(owned):
            await self._keep(partition)
        if SHARED in owned:
            await self._tell()

    async def _keep(self, partition: int) -> None:
        new = {
            source: heard
            for source, heard in self.watch.heard.items()
            if _is_news(heard, self._kept.get((partition, source)))
        }
        if not new:
            return
        rows: Mapping[str, bytes | None] = {_NAME + source: encode_heard(heard) for source, heard in new.items()}
        if await SystemRows(self.engine, partition).put(rows):
            self._kept |= {(partition, source): heard for source, heard in new.items()}

    async def _tell(self) -> None:
        rows = self.engine.rows(SHARED)
        told = None if rows is None else self._changes(rows)
        if told is None or not (told.over or told.new):
            return
        now = self.clock()

        def step(rows: Rows, effects: Effects) -> None:
            for notice in told.over:
                self.notices.end(notice, rows, effects, now)
            for notice in told.new:
                self.notices.declare(notice, rows, effects)

        with contextlib.suppress(PartitionLostError):  # its new owner tells
            await self.engine.write(SHARED, step)

    def _changes(self, rows: Rows) -> Told:
        """Compare what is told with what is silent.

        Two workers may differ by a moment in when a silence began: it is the same while no record has come.
        """
        standing = self.notices.standing(rows, NoticeKind.SOURCE_SILENT)
        over = tuple(notice for source, notice in standing.items() if self._is_over(source, notice))
        left = standing.keys() - {notice.subject for notice in over}
        now = self.clock()
        routes = self.notices.rules().orders.notices.routing.routes(NoticeKind.SOURCE_SILENT, NO_PARTIES, now)
        new = tuple(
            of_silence(silent, self.watch.heard[silent.source].total, routes, now)
            for silent in self.watch.silences()
            if silent.source not in left
        )
        return Told(over, new)

    def _is_over(self, source: str, notice: SystemNotice) -> bool:
        heard = self.watch.heard.get(source)
        if heard is None:
            return source not in self.watch.sources
        has_spoken = notice.silence is not None and heard.total != notice.silence.total
        return has_spoken or heard.state == SourceState.FLOWING

    def _show(self, *, is_ours: bool) -> None:
        """Set the metrics; the owner of the shared partition shows them, so that workers add up."""
        found = self.watch.heard if is_ours else {}
        now = self.clock()
        self.metrics.show(
            {s: h.state == SourceState.SILENT for s, h in found.items() if h.state != SourceState.UNKNOWN},
            {source: max(0, now - heard.heard_at) / SECOND for source, heard in found.items()},
        )


def _is_news(heard: Heard, kept: Heard | None) -> bool:
    return kept is None or heard.state != kept.state or heard.looked_at - kept.looked_at >= _MODEL_KEPT
