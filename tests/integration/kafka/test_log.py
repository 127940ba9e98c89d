"""A topic of one partition as a log, on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka.errors import KafkaError

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.log import LogRecord, TopicLog
from slamon.kafka.preflight import Surroundings, preflight
from slamon.kafka.topics import OwnTopics, ensure_topics, own_topic_specs
from slamon.orders.event import DAY
from tests.kafkas import create_topic, put, unique

pytestmark = pytest.mark.kafka


@pytest.fixture
async def cluster(bootstrap: str) -> AsyncIterator[Cluster]:
    async with Cluster(bootstrap, {}) as opened:
        yield opened


async def policies_log(cluster: Cluster) -> TopicLog:
    """The log of policies of a new application."""
    names = OwnTopics(unique("app"))
    specs = [s for s in own_topic_specs(names.app_id, partitions=4, replication=1) if s.name == names.policies]
    assert await ensure_topics(cluster, specs) == []
    return TopicLog(cluster, names.policies)


async def test_what_was_written_is_read_in_its_order_by_everybody(cluster: Cluster, bootstrap: str) -> None:
    log = await policies_log(cluster)
    assert await log.read() == []
    await log.append(b"a", b"1")
    large = b"x" * 2_000_000
    await log.append(b"b", large)
    await put(bootstrap, log.topic, [(b"a", None)])
    wanted = [LogRecord(0, b"a", b"1"), LogRecord(1, b"b", large), LogRecord(2, b"a", None)]
    assert await log.read() == wanted
    async with Cluster(bootstrap, {}) as other:
        assert await TopicLog(other, log.topic).read() == wanted


async def test_two_that_write_at_once_read_the_same(cluster: Cluster) -> None:
    log = await policies_log(cluster)
    await asyncio.gather(log.append(b"a", b"1"), log.append(b"b", b"2"))
    one, other = await asyncio.gather(log.read(), log.read())
    assert one == other
    assert {record.key for record in one} == {b"a", b"b"}


async def test_a_record_without_a_key_is_not_taken(cluster: Cluster, bootstrap: str) -> None:
    """By a compacted topic: whatever stands in the log can be taken back."""
    log = await policies_log(cluster)
    with pytest.raises(KafkaError):
        await put(bootstrap, log.topic, [(None, b"stray")])
    assert await log.read() == []


async def test_a_topic_that_is_not_there(cluster: Cluster) -> None:
    cluster.timeout = 0.5
    with pytest.raises(SourceError, match="no-such-topic"):
        await TopicLog(cluster, unique("no-such-topic")).read()


async def test_more_than_one_partition_is_refused_whatever_kafka_partitions_is(
    cluster: Cluster, bootstrap: str
) -> None:
    names = OwnTopics(unique("app"))
    await create_topic(bootstrap, names.policies, partitions=4, config={"cleanup.policy": "compact"})
    specs = tuple(s for s in own_topic_specs(names.app_id, partitions=4, replication=1) if s.name == names.policies)
    findings = await preflight(cluster, Surroundings(specs, (), DAY), clock=lambda: 0)
    assert [(str(found.severity), found.what) for found in findings if found.check == "partitions"] == [
        ("refuse", "has 4 partitions, must have 1: its records need one order")
    ]
