"""Which records of the outbox count: only those written after this worker took their partition over.

What was offered before is void: the rows know what is unsettled and offer it again to the new owner.
"""

import asyncio
from dataclasses import dataclass, field

import structlog

from slamon.services.gate import Offsets
from slamon.services.offers import OutboxRecord
from slamon.stream import TopicPartition

_log = structlog.get_logger("slamon.outbox")
_PAUSE = 1.0


@dataclass(slots=True)
class _Held:
    """Records that came before it was known from where on they count; afterwards that offset."""

    early: list[tuple[int, OutboxRecord]] = field(default_factory=list)
    fresh_from: int | None = None


@dataclass(slots=True)
class Takeover:
    """The outbox partitions of this worker, each with the offset from which on its records count."""

    offsets: Offsets
    topic: str
    _held: dict[int, _Held] = field(default_factory=dict)

    def begin(self, partition: int) -> None:
        """Own a partition; until `complete` its records are kept back."""
        self._held[partition] = _Held()

    def owns(self, partition: int) -> bool:
        """Tell whether a partition is owned."""
        return partition in self._held

    def end(self, partition: int) -> None:
        """Give a partition up."""
        self._held.pop(partition, None)

    def counts(self, partition: int, offset: int, record: OutboxRecord) -> bool:
        """Tell whether a record counts now; one that may count later is kept for `complete`."""
        held = self._held.get(partition)
        if held is None:
            return False
        if held.fresh_from is None:
            held.early.append((offset, record))
            return False
        return offset >= held.fresh_from

    async def complete(self, partition: int) -> list[OutboxRecord] | None:
        """Learn from the broker from where on records count, however long that takes.

        Gives the records kept back that count; None when the partition was given up meanwhile.
        """
        held = self._held.get(partition)
        end = None
        while end is None and held is not None and self._held.get(partition) is held:
            end = await self._end_of(partition)
        if end is None or held is None or self._held.get(partition) is not held:
            return None
        held.fresh_from, early = end, held.early
        held.early = []
        return [record for offset, record in early if offset >= end]

    async def _end_of(self, partition: int) -> int | None:
        tp = TopicPartition(self.topic, partition)
        try:
            return (await self.offsets.end_offsets([tp]))[tp]
        except Exception as fault:  # noqa: BLE001  # the broker is away: ask until it is back
            _log.warning("outbox.takeover_delayed", partition=partition, error=str(fault))
            await asyncio.sleep(_PAUSE)
            return None
