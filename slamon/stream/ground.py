"""What the lanes stand on: the logic, the producer, the proof of membership, and the way out when all fails."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slamon.stream.contract import Outgoing, PartitionLogic
    from slamon.stream.fencing import Membership
    from slamon.stream.options import EngineOptions
    from slamon.stream.producing import Producing
    from slamon.stream.table import Change

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """What moved last; times in the loop's seconds."""

    at: float = 0.0
    """When a batch was finished, a changelog record read or a partition opened."""
    looked_at: float = 0.0
    """When the consumer last answered at all."""
    batches: int = 0
    records: int = 0
    replayed: int = 0
    """Changelog records read since the start."""
    phase: str = "starting"
    """starting, recovering, running, handing over, stopping or stopped."""


class Ground:
    """Shared by all lanes of an engine."""

    def __init__(
        self,
        options: EngineOptions,
        logic: PartitionLogic,
        membership: Membership,
        *,
        producing: Producing,
        die: Callable[[str], None],
    ) -> None:
        """`die` ends the process."""
        self.options = options
        self.logic = logic
        self.membership = membership
        self.producing = producing
        self.progress = Progress()
        self.failure: str | None = None
        self.strangers: list[tuple[int, int, int]] = []
        """Partition, start, end: changelog records that are not ours, for `audit` to look at."""
        self._die = die

    def now(self) -> float:
        """The loop's monotonic seconds."""
        return asyncio.get_running_loop().time()

    async def may_write(self) -> None:
        """Hold writes while the group may have given us up (a zombie must not write, T23)."""
        if self.membership.valid:
            return
        log.warning("no proof of membership for %.1f s: writes are held back", self.membership.age)
        await self.membership.proven()
        log.info("membership proven again: writes go on")

    async def changes(self, partition: int, changes: Sequence[Change]) -> int:
        """Write changelog records; returns the offset after the last when all are acknowledged."""
        return await self.producing.changes(self.options.changelog, partition, changes)

    async def records(self, outgoing: Sequence[Outgoing]) -> None:
        """Produce records and wait for their acknowledgements."""
        if outgoing:
            await self.producing.records(outgoing)

    def stranger(self, partition: int, start: int, end: int) -> None:
        """Somebody else wrote these offsets of the partition's changelog."""
        self.strangers.append((partition, start, end))

    def failed(self, error: BaseException) -> None:
        """End the process before anything more can be acknowledged."""
        if self.failure is not None:
            return
        self.failure = f"{type(error).__name__}: {error}"
        log.critical("the engine can't go on safely", exc_info=error)
        self._die(self.failure)
