"""The lag collector while brokers freeze, die and come back: what is not known is so at its own place only."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.cluster import Cluster as Nodes
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Names, Watch
from slamon.lag.observation import Observation, PartitionSeen, Place, Reason, Unknown
from slamon.orders.event import Instant
from tests.kafkas import new_topic, put, unique
from tests.lag_kafka import commit

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]
AWAY = {Reason.BROKER_AWAY, Reason.DEADLINE}
GROUPS = 12


def now() -> Instant:
    return time.time_ns() // 1000


def collector(bootstrap: str, groups: Sequence[str] = (".*",)) -> KafkaLag:
    watch = Watch(groups=Names(include=tuple(groups)), deadline=3.0)
    return KafkaLag("here", Cluster(bootstrap, {}, timeout=1.0), watch, clock=now)


async def until(watching: KafkaLag, holds: Callable[[Observation], bool]) -> Observation:
    async with asyncio.timeout(60):
        while not holds(seen := await watching.collect()):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.05)
    return seen


def is_blind(seen: Observation) -> bool:
    """Nothing could be read, and the observation says why."""
    return seen.fault is not None and seen.fault.reason in AWAY and not seen.groups and not seen.is_complete


async def test_one_node_freezes_dies_and_comes_back() -> None:
    with Broker(heap="384m") as broker:
        place, group = Place(await new_topic(broker.bootstrap), 0), unique("group")
        await put(broker.bootstrap, place.topic, [(None, b"x")] * 3)
        await commit(broker.bootstrap, group, {place: 1})
        watching = collector(broker.bootstrap)
        healthy = await watching.collect()
        assert healthy.topics[place.topic].partitions == {0: PartitionSeen(0, 3, None, 0)}

        broker.pause()
        assert is_blind(await until(watching, lambda it: it.fault is not None))
        assert is_blind(await watching.collect())
        assert isinstance((await watching.ask({place: 0}))[place], Unknown)
        assert isinstance((await watching.scan({place: (0, 3)}))[place], Unknown)
        broker.resume()
        seen = await until(watching, lambda it: it.is_complete)
        assert (seen.groups, seen.topics) == (healthy.groups, healthy.topics)

        broker.kill()
        assert is_blind(await watching.collect())
        await asyncio.to_thread(broker.start)
        seen = await until(watching, lambda it: it.is_complete and group in it.groups)
        assert seen.groups[group].commits == {place.topic: {0: 1}}
        assert seen.topics[place.topic].partitions[0].stable_end == 3
        await watching.close()


async def test_a_collector_that_starts_before_its_broker() -> None:
    with Broker(heap="384m") as broker:
        broker.kill()
        watching = collector(broker.bootstrap)
        assert is_blind(await watching.collect())
        await asyncio.to_thread(broker.start)
        seen = await until(watching, lambda it: it.fault is None)
        assert (seen.is_complete, seen.groups) == (True, {})
        await watching.close()


@pytest.fixture(scope="module")
def three() -> Iterator[Nodes]:
    """Each group's commits and each partition of a plain topic are with one node only."""
    nodes = Nodes(3, settings={"offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "6"})
    try:
        yield nodes.start()
    finally:
        nodes.close()


async def test_one_of_three_nodes_dies(three: Nodes) -> None:
    topic = await new_topic(three.bootstrap, partitions=6)
    copied = await new_topic(three.bootstrap, partitions=6, replicas=3)
    groups = [unique("group") for _ in range(GROUPS)]
    for name in (topic, copied):
        for partition in range(6):
            await put(three.bootstrap, name, [(None, b"x")] * 2, partition=partition)
    for group in groups:
        await commit(three.bootstrap, group, {(name, p): 1 for name in (topic, copied) for p in range(6)})
    watching = collector(three.bootstrap, groups)
    healthy = await until(watching, lambda it: it.is_complete and len(it.groups) == GROUPS)
    by_node = {seen.coordinator for seen in healthy.groups.values()}
    assert by_node == {broker.bootstrap for broker in three.brokers}

    dead = three.brokers[1]
    dead.kill()
    seen = await until(watching, lambda it: it.fault is None and _all_known(it, copied))
    assert not seen.is_complete, "groups that nobody lists may be with the node that is away"
    assert seen.brokers[dead.bootstrap] is not None
    assert [why for name, why in seen.brokers.items() if name != dead.bootstrap] == [None, None]
    living = {group for group, found in healthy.groups.items() if found.coordinator != dead.bootstrap}
    assert {group for group, found in seen.groups.items() if found.fault is None} == living
    assert all(seen.groups[group].commits == healthy.groups[group].commits for group in living)
    faults = {number: log.fault for number, log in seen.topics[topic].partitions.items() if log.fault}
    assert 0 < len(faults) < 6
    assert {fault.reason for fault in faults.values()} <= {Reason.NO_LEADER, *AWAY}
    known = [log for number, log in seen.topics[topic].partitions.items() if number not in faults]
    assert {(log.start, log.stable_end) for log in known} == {(0, 2)}
    later = await watching.collect()
    assert later.brokers[dead.bootstrap] is not None, "for as long as commits are without a leader"

    await asyncio.to_thread(dead.start)
    back = await until(watching, lambda it: it.is_complete and len(it.groups) == GROUPS and _all_known(it, topic))
    assert {group: found.commits for group, found in back.groups.items()} == {
        group: found.commits for group, found in healthy.groups.items()
    }
    await watching.close()


async def test_a_frozen_node_costs_the_others_nothing(three: Nodes) -> None:
    topic = await new_topic(three.bootstrap, partitions=6)
    groups = [unique("group") for _ in range(GROUPS)]
    for group in groups:
        await commit(three.bootstrap, group, dict.fromkeys([(topic, p) for p in range(6)], 0))
    watching = collector(three.bootstrap, groups)
    healthy = await until(watching, lambda it: it.is_complete and len(it.groups) == GROUPS)
    frozen = three.brokers[2]
    frozen.pause()
    seen = await watching.collect()
    frozen.resume()
    living = {group for group, found in healthy.groups.items() if found.coordinator != frozen.bootstrap}
    assert living <= {group for group, found in seen.groups.items() if found.fault is None}
    assert not seen.is_complete
    assert any(log.fault is None for log in seen.topics[topic].partitions.values())
    await until(watching, lambda it: it.is_complete and len(it.groups) == GROUPS)
    await watching.close()


def _all_known(seen: Observation, topic: str) -> bool:
    return topic in seen.topics and all(log.fault is None for log in seen.topics[topic].partitions.values())
