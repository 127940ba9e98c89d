"""Looks for records that somebody else wrote to the changelog of a partition that is ours.

A compacted log keeps the last record of a key, not the one with the highest revision. A former owner's late
record must therefore be written over before compaction may drop ours (`min.compaction.lag.ms`, a day), not
only at the next recovery, which may be weeks away. Two signs lead here: our own records do not follow each
other without a gap, or the log has grown while we wrote nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from slamon.errors import EngineError
from slamon.stream.contract import PartitionLostError
from slamon.stream.replay import Replay, revision_of_record
from slamon.stream.table import CLAIM_KEY, epoch_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import TypeAlias

    from slamon.stream.contract import Record, TopicPartition
    from slamon.stream.core import Core
    from slamon.stream.lanes import Lane

    Ends: TypeAlias = Callable[[str, frozenset[int]], Awaitable[dict[TopicPartition, int]]]

log = logging.getLogger(__name__)


class Audit:
    """Runs beside the lanes; what it finds is written again through them."""

    def __init__(self, core: Core, ends: Ends) -> None:
        """`ends` asks the broker for the end offsets of partitions of a topic."""
        self._core = core
        self._ends = ends
        self._replay = Replay(core.options, lambda _records: None)

    async def run(self) -> None:
        """Every `audit_interval`; EngineError when another worker has claimed a partition of ours."""
        while True:
            await asyncio.sleep(self._core.options.audit_interval)
            if self._core.progress.phase != "running" or not self._core.open_partitions:
                continue
            try:
                await self.look()
            except (KafkaError, PartitionLostError) as error:
                log.info("changelog not audited this time: %s", error)

    async def look(self) -> None:
        """Look once at every gap and every unexpected end."""
        before = {partition: lane.end for partition, lane in self._core.lanes.items()}
        for tp, end in (await self._ends(self._core.options.changelog, self._core.open_partitions)).items():
            known = before.get(tp.partition)
            lane = self._core.lanes.get(tp.partition)
            if known is not None and lane is not None and lane.end == known < end and lane.flushing_since is None:
                self._core.stranger(tp.partition, known, end)
                lane.end = end
        found, self._core.strangers = self._core.strangers, []
        for partition, start, end in found:
            await self._inspect(partition, start, end)

    async def _inspect(self, partition: int, start: int, end: int) -> None:
        lane = self._core.lanes.get(partition)
        if lane is None or not self._ours(partition, lane):
            return
        records = await self._replay.between(partition, start, end)
        if not self._ours(partition, lane):
            return  # handed over meanwhile: the heir's records are rightly there
        keys = foreign_keys(records, lane.epoch)
        if keys:
            log.warning("partition %d: %d keys of another writer at %d..%d", partition, len(keys), start, end)
            lane.mend(keys)

    def _ours(self, partition: int, lane: Lane) -> bool:
        return partition in self._core.open_partitions and self._core.lanes.get(partition) is lane


def foreign_keys(records: Iterable[Record], epoch: int) -> set[bytes]:
    """Keys of records with an epoch below ours; EngineError when one has an epoch above it: we are the zombie."""
    keys: set[bytes] = set()
    for record in records:
        if record.key is None:
            continue
        theirs = record.offset if record.key == CLAIM_KEY else epoch_of(revision_of_record(record))
        if theirs > epoch:
            raise EngineError(f"another worker has claimed partition {record.partition} (offset {record.offset})")
        if theirs < epoch and record.key != CLAIM_KEY:
            keys.add(record.key)
    return keys
