"""Produce records in batches and know that the broker has every one of them.

aiokafka's batch API: no future per record, the partition explicit. What a broker's absence makes wait is
waited for; what no repetition can mend (a record too large, a refused timestamp, missing rights) raises
EngineError, and the process ends before the cause is acknowledged (T1, T2).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from aiokafka.errors import KafkaError, KafkaTimeoutError, ProducerClosed, RequestTimedOutError
from aiokafka.partitioner import DefaultPartitioner

from slamon.errors import EngineError
from slamon.stream.table import REVISION_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slamon.stream.contract import Outgoing
    from slamon.stream.table import Change

log = logging.getLogger(__name__)

Entry: TypeAlias = "tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes]]]"
"""Key, value, headers."""
Place: TypeAlias = "tuple[str, int]"
"""Topic and partition."""

_BACKOFF = 0.2
_WAITING = (KafkaTimeoutError, RequestTimedOutError)


class Producing:
    """The one way by which the engine produces; `producer` gives the running AIOKafkaProducer."""

    def __init__(self, producer: Callable[[], Any]) -> None:
        self._producer = producer
        self._partitioner = DefaultPartitioner()

    async def changes(self, topic: str, partition: int, changes: Iterable[Change]) -> int:
        """Write changelog records in order; returns the offset after the last, once all are acknowledged."""
        entries = [(key, value, ((REVISION_HEADER, head),) if value is None else ()) for key, value, head in changes]
        return await self._place((topic, partition), entries)

    async def records(self, outgoing: Iterable[Outgoing]) -> None:
        """Produce records, those of a topic partition in order; returns once all are acknowledged."""
        places: dict[Place, list[Entry]] = defaultdict(list)
        for record in outgoing:
            places[await self._place_of(record)].append((record.key, record.value, record.headers))
        await gather(*(self._place(place, entries) for place, entries in places.items()))

    async def _place_of(self, record: Outgoing) -> Place:
        if record.partition is not None:
            return record.topic, record.partition
        partitions = sorted(await self._patiently(lambda: self._producer().partitions_for(record.topic), record.topic))
        return record.topic, self._partitioner(record.key, partitions, partitions)

    async def _place(self, place: Place, entries: Sequence[Entry]) -> int:
        async def attempt() -> int:
            return await self._send(place, entries)

        end: int = await self._patiently(attempt, f"{place[0]}/{place[1]}")
        return end

    async def _send(self, place: Place, entries: Sequence[Entry]) -> int:
        producer = self._producer()
        topic, partition = place
        acknowledgements = [
            (await producer.send_batch(builder, topic, partition=partition), builder.record_count())
            for builder in _builders(producer, entries)
        ]
        end = -1
        for acknowledgement, count in acknowledgements:
            end = (await acknowledgement).offset + count
        return end

    async def _patiently(self, attempt: Callable[[], Any], what: str) -> Any:
        """Repeat while the broker is away. The records are the same each time, so nothing is applied twice."""
        while True:
            try:
                return await attempt()
            except ProducerClosed as error:
                raise EngineError(f"{what}: the producer is closed") from error
            except KafkaError as error:
                if not (error.retriable or isinstance(error, _WAITING)):
                    raise EngineError(f"{what}: the broker refused a record: {error!r}") from error
                log.warning("cannot produce to %s yet: %r", what, error)
                await asyncio.sleep(_BACKOFF)


def _builders(producer: Any, entries: Sequence[Entry]) -> Iterable[Any]:
    builder = producer.create_batch()
    for key, value, headers in entries:
        if builder.append(key=key, value=value, timestamp=None, headers=list(headers)) is None:
            yield builder
            builder = producer.create_batch()
            builder.append(key=key, value=value, timestamp=None, headers=list(headers))
    if builder.record_count():
        builder.close()  # a closed batch does not linger
        yield builder


async def gather(*awaitables: Any) -> None:
    """Wait for all; the first error is raised when all have ended, so that none goes on unseen."""
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
