"""A topic of one partition as a log: read from its start to its end, and written to one record at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.topics import LARGEST_RECORD

_POLL_MS: Final = 200
_PATIENCE: Final = 4
"""So many times as long as one question to the cluster may take."""


class LogRecord(NamedTuple):
    """One record; `value` is None for one that takes back the others of its key."""

    offset: int
    key: bytes
    value: bytes | None


class TopicLog:
    """Reads and writes one log; nothing stays open between two calls."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        """`topic` has one partition."""
        self.topic = topic
        self._cluster = cluster
        self._place = TopicPartition(topic, 0)

    async def read(self) -> list[LogRecord]:
        """Every record up to the end that the log has now. Raises SourceError."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._cluster.bootstrap_servers,
            client_id="slamon-log",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=int(self._cluster.timeout * 1000),
            **self._cluster.options,
        )
        found: list[LogRecord] = []
        async with self._in_time():
            try:
                await consumer.start()
                consumer.assign([self._place])
                end = (await consumer.end_offsets([self._place]))[self._place]
                while await consumer.position(self._place) < end:
                    batches = await consumer.getmany(self._place, timeout_ms=_POLL_MS)
                    found += [LogRecord(r.offset, r.key or b"", r.value) for batch in batches.values() for r in batch]
            finally:
                await consumer.stop()
        return [record for record in found if record.offset < end]

    async def append(self, key: bytes, value: bytes) -> None:
        """Write a record; returns when all replicas in sync have it. Raises SourceError: they may have it then too."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._cluster.bootstrap_servers,
            client_id="slamon-log",
            acks="all",
            max_request_size=LARGEST_RECORD,
            request_timeout_ms=int(self._cluster.timeout * 1000),
            **self._cluster.options,
        )
        async with self._in_time():
            try:
                await producer.start()
                await producer.send_and_wait(self.topic, value, key, partition=0)
            finally:
                await producer.stop()

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        limit = self._cluster.timeout * _PATIENCE
        try:
            async with asyncio.timeout(limit):
                yield
        except TimeoutError:
            raise SourceError(f"{self.topic}: no answer within {limit:g} s") from None
        except (KafkaError, OSError) as error:
            raise SourceError(f"{self.topic}: {error.args[0] if error.args else type(error).__name__}") from error
