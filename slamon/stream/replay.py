"""Read the changelog of partitions from where we stand to its end, keeping the highest revision of each key.

A consumer of its own, outside the group: nothing of the group's flow, seeks and pauses reaches it (T16, T17).
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from slamon.errors import EngineError
from slamon.stream.table import (
    CLAIM_KEY,
    NO_REVISION,
    REVISION_HEADER,
    REVISION_SIZE,
    PartitionRows,
    revision_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slamon.stream.contract import Record
    from slamon.stream.options import EngineOptions

log = logging.getLogger(__name__)

_CHUNK = 5_000
_POLL = 0.7
"""Seconds; longer than a broker holds back an empty answer (fetch_max_wait_ms)."""
_EMPTY_ANSWERS = 3
_BACKOFF = 1.0


class Fold:
    """The state of one partition while its changelog is read."""

    def __init__(self, rows: PartitionRows, *, start: int | None, top: bytes = NO_REVISION) -> None:
        """`start`: the first offset new to us (None: from the beginning), `top`: the highest revision so far."""
        self.rows = rows
        self.start = start
        self.top = top
        self.stale: set[bytes] = set()
        """Keys whose last record in the log is not the highest: they must be written again."""
        self.claim = -1
        """The offset of the last claim read."""
        self.read = 0
        self._graves: dict[bytes, bytes] = {}

    def apply(self, records: Iterable[Record]) -> None:
        """Apply changelog records in the order of the log."""
        stored, top = self.rows.stored, self.top
        for record in records:
            key, value = record.key, record.value
            self.read += 1
            if key == CLAIM_KEY or key is None:
                self.claim = record.offset
                continue
            head = revision_of_record(record)
            if head >= top:
                top = head
            elif self._newer_known(key, head):
                self.stale.add(key)
                continue
            self.stale.discard(key)
            if value is None:
                stored.pop(key, None)
                self._graves[key] = head
            else:
                stored[key] = value
        self.top = top

    def _newer_known(self, key: bytes, head: bytes) -> bool:
        row = self.rows.stored.get(key)
        known = self._graves.get(key, NO_REVISION) if row is None else row[:REVISION_SIZE]
        return head < known


def revision_of_record(record: Record) -> bytes:
    """The revision of a changelog record: from its value, or from the header of a tombstone."""
    if record.value is not None:
        return revision_of(record.value)
    for name, value in record.headers:
        if name == REVISION_HEADER:
            return revision_of(value)
    return NO_REVISION  # not ours: someone deleted a row by hand


class Replay:
    """Reads folds up to the end of the changelog as it is when the reading begins."""

    def __init__(self, options: EngineOptions, progressed: Callable[[int], None]) -> None:
        """`progressed` is told the number of records after every chunk."""
        self._options = options
        self._progressed = progressed

    async def read(self, folds: Mapping[int, Fold]) -> dict[int, int]:
        """Bring all folds up to date; returns the end offset per partition. Waits for an absent broker."""
        consumer = await self._connected()
        try:
            return await self._read(consumer, {self._tp(p): fold for p, fold in folds.items()})
        except KafkaError as error:
            raise EngineError(f"the changelog can't be read: {error!r}") from error
        finally:
            await consumer.stop()

    async def between(self, partition: int, start: int, end: int) -> list[Record]:
        """The records at these offsets. Raises KafkaError."""
        tp = self._tp(partition)
        consumer = await self._connected()
        records: list[Record] = []
        silence = Silence()
        try:
            consumer.assign([tp])
            consumer.seek(tp, start)
            while await consumer.position(tp) < end and silence.empty_answers < _EMPTY_ANSWERS:
                chunk = await consumer.getmany(timeout_ms=int(_POLL * 1000))
                records += (record for record in chunk.get(tp, ()) if record.offset < end)
                silence.note(anything=bool(chunk), answered_at=consumer.last_poll_timestamp(tp))
        finally:
            await consumer.stop()
        return records

    def _tp(self, partition: int) -> TopicPartition:
        return TopicPartition(self._options.changelog, partition)

    async def _connected(self) -> AIOKafkaConsumer:
        while True:
            consumer = AIOKafkaConsumer(
                client_id=self._options.client_id,
                bootstrap_servers=self._options.bootstrap,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                max_partition_fetch_bytes=4 * self._options.partition_fetch_bytes,
                request_timeout_ms=int(self._options.request_timeout * 1000),
                **self._options.security,
            )
            try:
                await consumer.start()
            except KafkaConnectionError as error:
                log.warning("no broker to read the changelog from yet: %s", error)
                await consumer.stop()
                await asyncio.sleep(_BACKOFF)
            else:
                return consumer

    async def _read(self, consumer: AIOKafkaConsumer, folds: Mapping[TopicPartition, Fold]) -> dict[int, int]:
        consumer.assign(list(folds))
        ends = await _patiently(lambda: consumer.end_offsets(list(folds)))
        for tp, fold in folds.items():
            if fold.start is not None:
                consumer.seek(tp, fold.start)
        fresh = [tp for tp, fold in folds.items() if fold.start is None]
        if fresh:
            await _patiently(lambda: consumer.seek_to_beginning(*fresh))
        waiting = {tp: Silence() for tp in folds}
        reached: dict[int, int] = {}
        while True:
            await self._drop_finished(consumer, waiting, ends, reached)
            if not waiting:
                return reached
            chunk = await consumer.getmany(timeout_ms=int(_POLL * 1000), max_records=_CHUNK)
            for tp, records in chunk.items():
                folds[tp].apply(records)
                self._progressed(len(records))
            for tp, silence in waiting.items():
                silence.note(anything=bool(chunk), answered_at=consumer.last_poll_timestamp(tp))
            await asyncio.sleep(0)

    async def _drop_finished(
        self,
        consumer: AIOKafkaConsumer,
        waiting: dict[TopicPartition, Silence],
        ends: Mapping[TopicPartition, int],
        reached: dict[int, int],
    ) -> None:
        for tp in list(waiting):
            position = await consumer.position(tp)
            if position >= ends[tp] or waiting[tp].empty_answers >= _EMPTY_ANSWERS:
                reached[tp.partition] = max(position, ends[tp])
                del waiting[tp]
                consumer.pause(tp)


class Silence:
    """Tells a changelog whose tail was compacted away (T17) from a broker that does not answer.

    Only fresh answers without any record count, and only while no partition gets records: an answer may also
    be empty because others filled it up.
    """

    def __init__(self) -> None:
        self.empty_answers = 0
        self._answered_at: int | None = None

    def note(self, *, anything: bool, answered_at: int | None) -> None:
        """One poll passed; `answered_at` is when the broker last answered for the partition."""
        if anything:
            self.empty_answers = 0
        elif answered_at is not None and answered_at != self._answered_at:
            self.empty_answers += 1
        self._answered_at = answered_at


async def _patiently(ask: Callable[[], Any]) -> Any:
    while True:
        try:
            return await ask()
        except KafkaError as error:
            if not error.retriable:
                raise
            log.warning("the broker does not answer about the changelog yet: %r", error)
            await asyncio.sleep(_BACKOFF)
