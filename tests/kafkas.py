"""Topics and records on a real Kafka, for tests."""

import asyncio
import itertools
import os
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

_numbers = itertools.count(1)

Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]
Pair: TypeAlias = tuple[bytes | None, bytes | None]


def unique(name: str) -> str:
    """A name that no other test of this session or of one beside it uses."""
    return f"{name}-{os.getpid()}-{next(_numbers)}"


async def new_topic(
    bootstrap: str,
    name: str = "orders",
    *,
    partitions: int = 1,
    replicas: int = 1,
    config: Mapping[str, str] | None = None,
) -> str:
    """Makes a topic with a unique name and returns the name when every partition has a leader."""
    topic = unique(name)
    await create_topic(bootstrap, topic, partitions=partitions, replicas=replicas, config=config)
    return topic


async def create_topic(
    bootstrap: str,
    topic: str,
    *,
    partitions: int = 1,
    replicas: int = 1,
    config: Mapping[str, str] | None = None,
) -> None:
    """Makes a topic of this very name and returns when every partition has a leader."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(topic, partitions, replicas, topic_configs=dict(config or {}))])
        refused = [error for error in answer.topic_errors if error[1] != 0]
        assert not refused, refused
        while not _all_led(await admin.describe_topics([topic]), partitions):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def put(bootstrap: str, topic: str, records: Iterable[Pair], *, partition: int | None = None) -> None:
    """Produces keys and values in order; returns when all are acknowledged."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5) as producer:
        sent = [await producer.send(topic, value, key, partition) for key, value in records]
        await asyncio.gather(*sent)


async def read_all(bootstrap: str, topic: str) -> list[Record]:
    """Everything that stands in a topic now, committed or not, partition after partition."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        partitions = await _partitions(consumer, topic)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        records: list[Record] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records += batch
    return sorted(
        (r for r in records if r.offset < ends[TopicPartition(topic, r.partition)]),
        key=lambda r: (r.partition, r.offset),
    )


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    await consumer._client.force_metadata_update()
    known = consumer.partitions_for_topic(topic)
    if not known:
        raise LookupError(f"no topic {topic}")
    return [TopicPartition(topic, number) for number in sorted(known)]


def _all_led(described: list[dict[str, object]], partitions: int) -> bool:
    found = described[0].get("partitions") if described else None
    return (
        isinstance(found, list)
        and len(found) == partitions
        and all(partition["error_code"] == 0 and partition["leader"] >= 0 for partition in found)
    )
