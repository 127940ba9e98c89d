"""What the tests of the lag collector do to a real Kafka besides producing: commits, transactions, deletions."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.protocol.admin import DeleteGroupsRequest
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest

from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.wire import TAGS, Answer, Api, Question, Reader, count, text, texts
from tests.kafkas import unique

NO_ERROR = 0
_OFFSET_DELETE = Api(key=47, oldest=0, newest=0, flexible=1)
_HEARTBEAT = Api(key=68, oldest=0, newest=0, flexible=0)
_CREATE_ACLS = Api(key=30, oldest=2, newest=3, flexible=2)


async def commit(bootstrap: str, group: str, offsets: Mapping[tuple[str, int], int], *, beside: str = "") -> None:
    """Commits as a consumer without a group membership does."""
    by_topic: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for (topic, number), offset in offsets.items():
        by_topic[topic].append((number, offset, beside))
    topics = list(by_topic.items())
    async with Cluster(bootstrap, {}) as cluster:
        while True:
            node = await _coordinator(cluster, group)
            answer = await cluster.ask(OffsetCommitRequest(group, -1, "", -1, topics), node=node)
            errors = {error for _, numbers in answer.topics for _, error in numbers}
            if errors == {NO_ERROR}:
                return
            assert errors <= {14, 15, 16}, errors
            await asyncio.sleep(0.05)


async def stamped(bootstrap: str, topic: str, stamps_ms: Iterable[int], *, partition: int = 0) -> None:
    """Records with these timestamps, one after the other."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for stamp in stamps_ms:
            await producer.send_and_wait(topic, b"x", partition=partition, timestamp_ms=stamp)


@asynccontextmanager
async def transactions(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer with a transactional id of its own."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=unique("tx"), acks="all") as producer:
        yield producer


async def transaction(
    producer: AIOKafkaProducer, topic: str, records: int, *, is_aborted: bool = False, partition: int = 0
) -> None:
    """So many records and their marker."""
    await producer.begin_transaction()
    for _ in range(records):
        await producer.send_and_wait(topic, b"x", partition=partition)
    await (producer.abort_transaction() if is_aborted else producer.commit_transaction())


async def delete_records(bootstrap: str, topic: str, before: int, *, partition: int = 0) -> None:
    """Moves the start of the log."""
    async with _admin(bootstrap) as admin:
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=before)})


async def delete_topic(bootstrap: str, topic: str) -> None:
    """Returns when the broker knows it no more."""
    async with _admin(bootstrap) as admin, Cluster(bootstrap, {}) as cluster:
        await admin.delete_topics([topic])
        while not (await cluster.describe([topic])).topics[topic].is_missing:  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.02)


async def delete_group(bootstrap: str, group: str) -> None:
    """Deletes a group without members."""
    async with Cluster(bootstrap, {}) as cluster:
        answer = await cluster.ask(DeleteGroupsRequest([group]), node=await _coordinator(cluster, group))
    assert [error for _, error in answer.results] == [NO_ERROR]


async def delete_offsets(bootstrap: str, group: str, topic: str, partitions: Sequence[int]) -> None:
    """Deletes what a group has committed of one topic (kafka-consumer-groups --delete-offsets)."""
    numbers = count(len(partitions), flexible=False) + b"".join(number.to_bytes(4) for number in partitions)
    body = text(group, flexible=False) + count(1, flexible=False) + text(topic, flexible=False) + numbers
    async with Cluster(bootstrap, {}) as cluster:
        answer: Answer = await cluster.ask(
            Question(_OFFSET_DELETE, lambda _: body), node=await _coordinator(cluster, group)
        )
    assert Reader(answer.data, flexible=False).int16() == NO_ERROR


async def join_new(cluster: Cluster, group: str, topic: str) -> None:
    """A member of a group of KIP-848 that subscribes to a topic; it stays until its session ends (45 s)."""
    nothing = b"\x00"
    body = (
        text(group, flexible=True)
        + text("", flexible=True)
        + (0).to_bytes(4)  # the member's epoch: joins
        + nothing * 2
        + (60_000).to_bytes(4)
        + texts([topic], flexible=True)
        + nothing
        + count(0, flexible=True)
        + TAGS
    )
    answer: Answer = await cluster.ask(Question(_HEARTBEAT, lambda _: body), node=await _coordinator(cluster, group))
    reader = Reader(answer.data, flexible=True, at=4)
    assert reader.int16() == NO_ERROR, reader.text()


async def allow(bootstrap: str, principal: str, rights: Iterable[tuple[int, str, int]]) -> None:
    """ACLs: resource type (2 topic, 3 group, 4 cluster), name, operation (3 read, 8 describe, 10 describe configs)."""
    literal, allowed = b"\x03", b"\x03"
    each = [
        bytes([kind])
        + text(name, flexible=True)
        + literal
        + text(principal, flexible=True)
        + text("*", flexible=True)
        + bytes([operation])
        + allowed
        + TAGS
        for kind, name, operation in rights
    ]
    body = count(len(each), flexible=True) + b"".join(each) + TAGS
    async with Cluster(bootstrap, {}) as cluster:
        answer: Answer = await cluster.ask(Question(_CREATE_ACLS, lambda _: body))
    reader = Reader(answer.data, flexible=True, at=4)
    for _ in range(reader.count()):
        error, why = reader.int16(), reader.text()
        assert error == NO_ERROR, why
        reader.tags()


async def _coordinator(cluster: Cluster, group: str) -> int:
    while True:
        answer = await cluster.ask(FindCoordinatorRequest(group, 0))
        if answer.error_code == NO_ERROR:
            return int(answer.coordinator_id)
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
