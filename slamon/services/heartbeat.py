"""The heartbeat: calls a dead man's switch while the whole path works, so that silence itself is an alarm.

The owner of the shared partition calls. What does not work withholds the call; nothing waits for it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from slamon.errors import SinkError
from slamon.metrics.heartbeat import HeartbeatMetrics
from slamon.notices.words import span_words
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.channel import Channel
from slamon.sinks.failure import FailureReason

_log = structlog.get_logger("slamon.heartbeat")
_EVERY = 1.0
_SOONEST: Span = 10 * SECOND
FRESH: Span = 60 * SECOND
"""So far may what is known be behind the clock."""
STUCK_AFTER = 5
"""So many failures in a row make a receiver one that is stuck: with their pauses half a minute."""


class Caller(Protocol):
    """What calls the configured URL."""

    async def get(self, *, now: Instant) -> None:
        """Call once. Raises SinkError for everything that is no 2xx."""

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(slots=True)
class Heartbeat:
    """The loop. `works` names what does not work, None: all does; `is_ours` says whether this worker calls."""

    caller: Caller
    interval: Span
    is_ours: Callable[[], bool]
    works: Callable[[], str | None]
    metrics: HeartbeatMetrics
    clock: Callable[[], Instant]
    _next_at: Instant = 0
    _fault: str | None = None

    async def run(self) -> None:
        """Beat for ever; nothing that goes wrong here may end the watch over promises."""
        try:
            while True:
                try:
                    await self.step()
                except Exception:  # noqa: BLE001  # the heartbeat fails, and that is what it is for
                    _log.exception("heartbeat.broke")
                await asyncio.sleep(_EVERY)
        finally:
            await self.caller.close()

    async def step(self) -> None:
        """Call where it is time and all works."""
        if not self.is_ours():
            self.metrics.show(withheld=None)
            self._next_at, self._fault = 0, None
            return
        fault = self.works()
        self.metrics.show(withheld=fault is not None)
        if fault is not None and self._fault is None:
            _log.warning("heartbeat.withheld", reason=fault)
        self._fault = fault
        now = self.clock()
        if fault is None and now >= self._next_at:
            await self._call(now)

    async def _call(self, now: Instant) -> None:
        self._next_at = now + min(self.interval, _SOONEST)
        try:
            await self.caller.get(now=now)
        except SinkError as fault:
            self.metrics.failed(fault.reason)
            _log.warning("heartbeat.failed", reason=fault.reason, permanent=fault.permanent)
        else:
            self._next_at = now + self.interval
            self.metrics.succeeded(now / SECOND)


@dataclass(frozen=True, slots=True)
class WholePath:
    """The way from an event to a person, as far as this worker sees it."""

    ready: Callable[[], tuple[bool, Mapping[str, str]]]
    as_of: Callable[[], Instant | None]
    receivers: Callable[[], str | None]
    clock: Callable[[], Instant]

    def fault(self) -> str | None:
        """What does not work, in words; None where all does."""
        is_ready, checks = self.ready()
        if not is_ready:
            reasons = (f"{name}: {said}" for name, said in checks.items() if said != "ok")
            return next(reasons, "not ready")
        as_of = self.as_of()
        if as_of is None:
            return "how fresh the orders are is not known"
        behind = self.clock() - as_of
        if behind > FRESH:
            return f"the orders are {span_words(behind)} behind"
        return self.receivers()


def stuck(channels: Mapping[str, Channel]) -> str | None:
    """The first receiver that takes nothing any more, in words; None where there is none."""
    for name, channel in channels.items():
        is_bypassed = "|" in name and channel.refused == FailureReason.NOT_FOUND  # its notices go to the receiver's own
        if channel.refused is not None and not is_bypassed:
            return f"receiver {name} refuses everything ({channel.refused})"
        if channel.failures >= STUCK_AFTER:
            return f"receiver {name} has failed {channel.failures} times in a row"
    return None
