"""When the group coordinator last counted this worker as a member: without that nothing may be written.

A worker that slept (SIGSTOP, a suspended machine) past its session does not know that others own its
partitions. So before every changelog write it asks this clock, not its own opinion.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, SyncGroupRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_BOOTTIME: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_REBALANCE_IN_PROGRESS = 27
_EXPELLED = {22, 25, 82}  # ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
_POLL = 0.1
_MEMBERSHIP = (HeartbeatRequest, JoinGroupRequest, SyncGroupRequest)


def awake_clock() -> float:
    """Seconds that also pass while the process is stopped or the machine sleeps.

    Not the loop's time: uvloop reads the clock once per turn, so that the first turn after a stop would
    still see the time before it.
    """
    return time.clock_gettime(_BOOTTIME)


class Membership:
    """The last proof of membership: the *sending* time of the last request the coordinator granted."""

    def __init__(self, session_timeout: float, *, clock: Callable[[], float] = awake_clock) -> None:
        """`session_timeout` in seconds, as given to the coordinator."""
        self._session_timeout = session_timeout
        self._clock = clock
        self._proof: float | None = None

    @property
    def age(self) -> float:
        """Seconds since the last proof; infinite before the first."""
        return float("inf") if self._proof is None else self._clock() - self._proof

    @property
    def valid(self) -> bool:
        """Whether the coordinator can't have given our partitions away yet."""
        return self.age < self._session_timeout

    async def proven(self) -> None:
        """Return once membership is proven."""
        while not self.valid:  # noqa: ASYNC110 - the proof comes from another thread
            await asyncio.sleep(_POLL)

    def watch(self, coordinator: Any) -> None:
        """Listen to what aiokafka's GroupCoordinator sends and gets back."""
        send: Callable[[Any], Awaitable[Any]] = coordinator._send_req  # noqa: SLF001 - the only place that sees replies

        async def send_and_note(request: Any) -> Any:
            sent = self._clock()
            response = await send(request)
            if isinstance(request, _MEMBERSHIP):
                self._note(request, response.error_code, sent)
            return response

        coordinator._send_req = send_and_note  # noqa: SLF001

    def _note(self, request: Any, code: int, sent: float) -> None:
        if code == 0 or (code == _REBALANCE_IN_PROGRESS and isinstance(request, HeartbeatRequest)):
            self._proof = sent
        elif code in _EXPELLED:
            self._proof = None
