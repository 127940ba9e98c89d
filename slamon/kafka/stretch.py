"""Reads a stretch of a partition beside the engine: bounded, read_committed, over one connection that is kept."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster

_POLL_MS: Final = 200
_SECONDS: Final = 5.0


class Stretch(NamedTuple):
    """What was read: all records of [since, `reached`)."""

    reached: int
    records: list[ConsumerRecord]


class StretchReader:
    """Reads one stretch at a time; `seconds` is how long one may take."""

    def __init__(self, cluster: Cluster, *, seconds: float = _SECONDS) -> None:
        self._cluster, self._seconds = cluster, seconds
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()

    async def read(self, topic: str, partition: int, since: int, until: int, most: int) -> Stretch:
        """The records of [since, until), about `most` of them; less when time is over. Raises SourceError."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            ends_at = loop.time() + self._seconds
            try:
                async with asyncio.timeout_at(ends_at + self._cluster.timeout):
                    return await self._read(TopicPartition(topic, partition), (since, until), most, _until(ends_at))
            except TimeoutError:
                await self._close()
                raise SourceError(f"{topic}: no answer within {self._seconds:g} s") from None
            except (KafkaError, OSError) as error:
                await self._close()
                raise SourceError(f"{topic}: {error.args[0] if error.args else type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connection."""
        async with self._lock:
            await self._close()

    async def _read(
        self, place: TopicPartition, wanted: tuple[int, int], most: int, is_over: Callable[[], bool]
    ) -> Stretch:
        consumer = await self._connected()
        since, until = wanted
        consumer.assign([place])
        consumer.seek(place, since)
        found: list[ConsumerRecord] = []
        reached = since
        while reached < until and len(found) < most and not is_over():
            for batch in (await consumer.getmany(place, timeout_ms=_POLL_MS)).values():
                found += [record for record in batch if record.offset < until]
            reached = min(until, await consumer.position(place))
        return Stretch(reached, found)

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._cluster.bootstrap_servers,
                client_id="slamon-orders",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                request_timeout_ms=int(self._cluster.timeout * 1000),
                **self._cluster.options,
            )
            self._consumer = consumer
            await consumer.start()
        return self._consumer

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError):
                await consumer.stop()


def _until(ends_at: float) -> Callable[[], bool]:
    loop = asyncio.get_running_loop()
    return lambda: loop.time() >= ends_at
