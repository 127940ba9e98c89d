"""`slamon.kafka` against a real Kafka: topics, offsets, commits, checks."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from slamon.demo.kafka.broker import Broker
from slamon.errors import SourceError
from slamon.kafka.clock import PROBE, measure_skew
from slamon.kafka.cluster import Cluster
from slamon.kafka.finding import Severity
from slamon.kafka.offsets import Offsets
from slamon.kafka.partitioner import partition_of
from slamon.kafka.preflight import Surroundings, preflight
from slamon.kafka.topics import OwnTopics, TopicSpec, ensure_topics, own_topic_specs
from slamon.orders.event import DAY, Instant
from tests.kafkas import new_topic, put, read_all, unique

pytestmark = pytest.mark.kafka
N = 4


def now() -> Instant:
    return time.time_ns() // 1000


@pytest.fixture
async def cluster(bootstrap: str) -> AsyncIterator[Cluster]:
    async with Cluster(bootstrap, {}) as opened:
        yield opened


async def own_topics(cluster: Cluster) -> tuple[OwnTopics, tuple[TopicSpec, ...]]:
    names = OwnTopics(unique("app"))
    specs = own_topic_specs(names.app_id, partitions=N, replication=1)
    assert await ensure_topics(cluster, specs) == []
    return names, specs


async def test_own_topics_are_made_as_specified_and_only_once(cluster: Cluster) -> None:
    names, specs = await own_topics(cluster)
    assert await ensure_topics(cluster, specs) == []
    described = await cluster.describe([spec.name for spec in specs])
    found = {name: len(topic.partitions) for name, topic in described.topics.items()}
    assert found == {spec.name: 1 if spec.name == names.policies else N for spec in specs}
    settings = await cluster.settings(spec.name for spec in specs)
    for spec in specs:
        assert {key: settings[spec.name][key] for key in spec.config} == spec.config
    assert settings[names.changelog]["cleanup.policy"] == "compact"


async def test_two_workers_that_start_at_once(bootstrap: str) -> None:
    specs = own_topic_specs(unique("app"), partitions=N, replication=1)
    async with Cluster(bootstrap, {}) as one, Cluster(bootstrap, {}) as other:
        found = await asyncio.gather(ensure_topics(one, specs), ensure_topics(other, specs))
    assert list(found) == [[], []]


async def test_what_kafka_refuses_to_make_is_a_finding(cluster: Cluster) -> None:
    specs = own_topic_specs(unique("app"), partitions=N, replication=3)
    findings = await ensure_topics(cluster, specs)
    assert [finding.subject for finding in findings] == [spec.name for spec in specs]
    assert "replication factor" in findings[0].what.lower()


async def test_asking_for_a_topic_never_makes_it() -> None:
    with Broker(heap="384m", settings={"auto.create.topics.enable": "true"}) as willing:
        async with Cluster(willing.bootstrap, {}) as cluster:
            assert (await cluster.describe(["orders.events"])).topics["orders.events"].is_missing
            with pytest.raises(SourceError, match="does not exist"):
                await Offsets(cluster).ends([TopicPartition("orders.events", 0)])
            await new_topic(willing.bootstrap)  # by the time this one is there, that one would be as well
            assert (await cluster.describe(["orders.events"])).topics["orders.events"].is_missing


async def test_offsets(cluster: Cluster, bootstrap: str) -> None:
    topic = await new_topic(bootstrap, partitions=N)
    partitions = [TopicPartition(topic, number) for number in range(N)]
    offsets = Offsets(cluster)
    assert await offsets.ends(partitions) == dict.fromkeys(partitions, 0)
    keys = [f"o-{number}".encode() for number in range(50)]
    await put(bootstrap, topic, [(key, b"x") for key in keys])
    expected = {place: sum(partition_of(key, N) == place.partition for key in keys) for place in partitions}
    assert await offsets.ends(partitions) == await offsets.ends(partitions, stable=True) == expected
    assert await offsets.starts(partitions) == dict.fromkeys(partitions, 0)


async def test_an_open_transaction_holds_the_stable_end(cluster: Cluster, bootstrap: str) -> None:
    topic = await new_topic(bootstrap)
    place = TopicPartition(topic, 0)
    offsets = Offsets(cluster)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=unique("tx")) as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"x")
        assert await offsets.ends([place], stable=True) == {place: 0}
        assert await offsets.ends([place]) == {place: 1}
        await producer.commit_transaction()
    while await offsets.ends([place], stable=True) == {place: 0}:  # noqa: ASYNC110 - the marker comes soon after
        await asyncio.sleep(0.05)
    assert await offsets.ends([place], stable=True) == {place: 2}


async def test_commits_of_a_group(cluster: Cluster, bootstrap: str) -> None:
    topic, group = await new_topic(bootstrap, partitions=2), unique("group")
    places = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
    offsets = Offsets(cluster)
    assert await offsets.committed(group) == {}
    await put(bootstrap, topic, [(None, b"x")] * 3, partition=1)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign(places)
        await consumer.commit({places[1]: 2})
    assert await offsets.committed(group) == {places[1]: 2}


async def test_a_ready_cluster_and_what_can_be_wrong_with_it(cluster: Cluster, bootstrap: str) -> None:
    names, specs = await own_topics(cluster)
    source = await new_topic(bootstrap, config={"retention.ms": "604800000"})
    expected = Surroundings(specs, (source,), 7 * DAY, names.deliveries)
    assert await preflight(cluster, expected, clock=now) == []

    others = own_topic_specs(names.app_id, partitions=N + 1, replication=1)
    stricter = Surroundings(others, (source, "no.such.topic"), 21 * DAY, names.deliveries)
    findings = await preflight(cluster, stricter, clock=lambda: now() + 90_000_000)
    assert [(finding.severity, finding.check, finding.subject) for finding in findings] == [
        *(("refuse", "partitions", spec.name) for spec in specs if spec.name != names.policies),
        ("refuse", "clock", names.deliveries),
        ("wait", "source_topic", "no.such.topic"),
        ("warn", "retention", source),
    ]
    assert "90.0 s ahead of the broker's" in findings[len(specs) - 1].what


async def test_a_changelog_that_forgets_is_refused(cluster: Cluster, bootstrap: str) -> None:
    names, specs = await own_topics(cluster)
    forgetful = await new_topic(bootstrap, partitions=N, config={"cleanup.policy": "compact,delete"})
    spec = TopicSpec(forgetful, N, 1, specs[0].config)
    findings = await preflight(cluster, Surroundings((spec,), (), DAY, None), clock=now)
    assert findings[0].severity is Severity.REFUSE
    assert findings[0].what.startswith("cleanup.policy is compact,delete, must be compact alone")
    assert names.changelog != forgetful


async def test_the_probe_of_the_clock(cluster: Cluster, bootstrap: str) -> None:
    names, _ = await own_topics(cluster)
    measured = await measure_skew(cluster, names.deliveries, clock=now)
    assert measured is not None
    assert measured.at_least < 1_000_000, "both run on this machine"
    hour = 3_600_000_000
    fast = await measure_skew(cluster, names.deliveries, clock=lambda: now() + 3 * hour)
    assert fast is not None, "a record of a fast clock is taken all the same"
    assert abs(fast.ahead + 3 * hour) < 1_000_000
    assert [(record.partition, record.key, record.value) for record in await read_all(bootstrap, names.deliveries)] == [
        (0, None, PROBE)
    ] * 2
    assert await measure_skew(cluster, await new_topic(bootstrap), clock=now) is None
