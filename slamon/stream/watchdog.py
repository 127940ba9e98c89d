"""Ends the process when nothing moves although the broker answers: recovery, batches, the consumer itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from slamon.errors import EngineError
from slamon.stream.fencing import awake_clock

if TYPE_CHECKING:
    from slamon.stream.core import Core

_TICK = 1.0


class Watchdog:
    """Looks once a second; a broker's absence and a long event-loop pause (a stopped process) are forgiven."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._patience = core.options.stall_timeout
        self._suspicious_since: float | None = None
        self._last_tick: float | None = None

    async def run(self) -> None:
        """Raises EngineError when the engine stands still."""
        while True:
            await asyncio.sleep(_TICK)
            self._core.alive_at = awake_clock()
            self.tick(self._core.now())

    def tick(self, now: float) -> None:
        """One look at `now` (monotonic seconds)."""
        paused = self._last_tick is not None and now - self._last_tick > 5 * _TICK
        self._last_tick = now
        complaint = None if paused or not self._core.membership.valid else self._complaint(now)
        if complaint is None:
            self._suspicious_since = None
            return
        if self._suspicious_since is None:
            self._suspicious_since = now
        if now - self._suspicious_since > self._patience / 2:
            raise EngineError(f"the engine stands still although the broker answers: {complaint}")

    def _complaint(self, now: float) -> str | None:
        core, patience = self._core, self._patience / 2
        progress = core.progress
        if progress.phase in {"recovering", "handing over"}:
            idle = now - progress.at
            return f"{progress.phase}, nothing moved for {idle:.0f} s" if idle > patience else None
        if progress.phase != "running":
            return None
        if now - progress.looked_at > patience:
            return f"the consumer has not answered for {now - progress.looked_at:.0f} s"
        return self._stuck_work(now - patience)

    def _stuck_work(self, since: float) -> str | None:
        """Work that began before `since` and is not done, or records that are there and not fetched."""
        core = self._core
        for lane in core.lanes.values():
            if lane.flushing_since is not None and lane.flushing_since < since:
                return f"partition {lane.partition} waits for acknowledgements"
        if core.progress.at < since:
            for tp, highwater in core.highwaters.items():
                processed = core.ledger.processed(tp)
                if processed is not None and processed < highwater:
                    return f"{tp.topic}/{tp.partition} stands at {processed} of {highwater}"
        return None
