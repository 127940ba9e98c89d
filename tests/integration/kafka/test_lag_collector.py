"""The lag collector against a real Kafka: the special cases of docs/reference/lag.md, each with its truth."""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.admin import CreatePartitionsRequest

from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Names, Watch
from slamon.lag.age import Search
from slamon.lag.observation import (
    BrokerKind,
    Found,
    GroupState,
    Isolation,
    Observation,
    PartitionSeen,
    Place,
    Reason,
    Scan,
    Unknown,
)
from slamon.lag.records import lag_of
from slamon.orders.event import Instant
from tests.kafkas import create_topic, new_topic, put, unique
from tests.lag_kafka import (
    commit,
    delete_group,
    delete_offsets,
    delete_records,
    delete_topic,
    join_new,
    stamped,
    transaction,
    transactions,
)

pytestmark = pytest.mark.kafka
MS = 1000
HOUR = 3_600_000

Collectors: TypeAlias = Callable[..., KafkaLag]


def now() -> Instant:
    return time.time_ns() // 1000


@pytest.fixture
async def watching(bootstrap: str) -> AsyncIterator[Collectors]:
    """Makes collectors that see the groups named, and closes them."""
    made: list[KafkaLag] = []

    def make(*groups: str, **options: object) -> KafkaLag:
        watch = Watch(groups=Names(include=groups), **options)  # type: ignore[arg-type]
        made.append(KafkaLag("here", Cluster(bootstrap, {}), watch, clock=now))
        return made[-1]

    yield make
    for collector in made:
        await collector.close()


@pytest.fixture
def group() -> str:
    return unique("group")


def lag(seen: Observation, group: str, place: Place) -> int:
    """Lag in records, by the core's own formula."""
    partition = seen.topics[place.topic].partitions[place.partition]
    end = partition.end(Isolation.READ_COMMITTED)
    assert partition.start is not None
    assert end is not None
    return lag_of(seen.groups[group].commits[place.topic].get(place.partition), partition.start, end).lag


async def until(collector: KafkaLag, holds: Callable[[Observation], bool]) -> Observation:
    """Collects until something holds."""
    async with asyncio.timeout(30):
        while not holds(seen := await collector.collect()):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.02)
    return seen


async def stamp_of_unread(collector: KafkaLag, place: Place, x: int) -> tuple[int | None, int]:
    """The timestamp (ms) of the record at x, found by the core's search, and how many look-ups it took."""
    search, start = Search(x), 0
    while (at := search.question(now(), start, ())) is not None:
        answer = (await collector.ask({place: at}))[place]
        assert isinstance(answer, Found)
        search.asked += 1
        search.take(at, answer, now())
    return (None if search.stamp is None else search.stamp // MS), search.asked


async def scan(collector: KafkaLag, place: Place, since: int, until: int) -> Scan | Unknown:
    return (await collector.scan({place: (since, until)}))[place]


# --- lag in records ---------------------------------------------------------------------------------------------------


async def test_commits_ends_and_partitions_without_a_commit(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap, partitions=3)
    await put(bootstrap, topic, [(None, b"x")] * 5, partition=0)
    await put(bootstrap, topic, [(None, b"x")] * 2, partition=1)
    await commit(bootstrap, group, {(topic, 0): 2})
    seen = await watching(group).collect()
    assert (seen.cluster, seen.kind, seen.fault, seen.is_complete) == ("here", BrokerKind.KAFKA, None, True)
    assert seen.brokers == {bootstrap: None}
    assert seen.began_at <= seen.commits_at <= seen.ends_at <= now()
    [(name, found)] = seen.groups.items()
    assert (name, found.state, found.members, found.fault) == (group, GroupState.EMPTY, 0, None)
    assert (found.commits, found.unknown, found.coordinator) == ({topic: {0: 2}}, {}, bootstrap)
    [(name, logs)] = seen.topics.items()
    assert (name, logs.fault) == (topic, None)
    assert logs.topic_id
    assert logs.partitions == {
        0: PartitionSeen(0, 5, None, 0),
        1: PartitionSeen(0, 2, None, 0),
        2: PartitionSeen(0, 0, None, 0),
    }
    assert [lag(seen, group, Place(topic, number)) for number in range(3)] == [3, 2, 0]


async def test_a_cycle_sees_what_changed_and_keeps_what_did_not(
    bootstrap: str, watching: Collectors, group: str
) -> None:
    moving, still = await new_topic(bootstrap, partitions=2), await new_topic(bootstrap)
    await commit(bootstrap, group, {(moving, 0): 0, (still, 0): 0})
    other = unique("group")
    await commit(bootstrap, other, {(still, 0): 0})
    collector = watching(group, other)
    before = await collector.collect()
    await put(bootstrap, moving, [(None, b"x")] * 3, partition=0)
    await commit(bootstrap, group, {(moving, 0): 1})
    after = await collector.collect()
    assert lag(after, group, Place(moving, 0)) == 2
    assert after.groups[group].commits[moving] == {0: 1}
    assert after.groups[other] is before.groups[other]
    assert after.topics[still] is before.topics[still]
    assert after.topics[moving].partitions[1] is before.topics[moving].partitions[1]
    fresh = await watching(group, other).collect()
    assert (fresh.groups, fresh.topics, fresh.brokers) == (after.groups, after.topics, after.brokers), "after a restart"


async def test_records_that_were_deleted_unread(bootstrap: str, watching: Collectors, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await put(bootstrap, place.topic, [(None, b"x")] * 10)
    await commit(bootstrap, group, {place: 3})
    await delete_records(bootstrap, place.topic, 7)
    seen = await watching(group).collect()
    assert seen.topics[place.topic].partitions[0] == PartitionSeen(7, 10, None, 0)
    assert lag_of(3, 7, 10).lost == 4
    assert lag(seen, group, place) == 3


async def test_what_consumers_write_beside_their_commits(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap, partitions=3)
    await commit(bootstrap, group, {(topic, 0): 0, (topic, 2): 0})
    await commit(bootstrap, group, {(topic, 1): 0}, beside="a note")
    found = (await watching(group).collect()).groups[group]
    assert found.commits == {topic: {0: 0, 1: 0, 2: 0}}
    assert found.metadata == {Place(topic, 1): "a note"}


# --- transactions -----------------------------------------------------------------------------------------------------


async def test_transactions_all_read_by_either_way_of_committing(
    bootstrap: str, watching: Collectors, group: str
) -> None:
    place = Place(await new_topic(bootstrap), 0)
    async with transactions(bootstrap) as producer:
        await transaction(producer, place.topic, 10)
    by_position, by_record = unique("group"), group
    await commit(bootstrap, by_position, {place: 11})
    await commit(bootstrap, by_record, {place: 10})
    collector = watching(by_position, by_record)
    seen = await until(collector, lambda it: it.topics[place.topic].partitions[0].stable_end == 11)
    assert [lag(seen, by_position, place), lag(seen, by_record, place)] == [0, 1]
    assert await scan(collector, place, 10, 11) == Scan(up_to=11), "only the marker: nothing is unread"
    assert await scan(collector, place, 0, 11) == Scan(1, 0, (await first_stamp(collector, place)) * MS)


async def first_stamp(collector: KafkaLag, place: Place) -> int:
    stamp, _ = await stamp_of_unread(collector, place, 0)
    assert stamp is not None
    return stamp


async def test_an_aborted_tail(bootstrap: str, watching: Collectors, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    async with transactions(bootstrap) as producer:
        await transaction(producer, place.topic, 3)
        await transaction(producer, place.topic, 20, is_aborted=True)
    await commit(bootstrap, group, {place: 3})
    collector = watching(group)
    seen = await until(collector, lambda it: it.topics[place.topic].partitions[0].stable_end == 25)
    assert lag(seen, group, place) == 22, "offsets, not records"
    assert await scan(collector, place, 3, 25) == Scan(up_to=25), "a marker, 20 aborted records and theirs"
    await put(bootstrap, place.topic, [(None, b"x")])
    await until(collector, lambda it: it.topics[place.topic].partitions[0].stable_end == 26)
    found = await scan(collector, place, 3, 26)
    assert isinstance(found, Scan)
    assert (found.first, found.up_to) == (25, 26)


async def test_a_commit_in_the_middle_of_an_aborted_transaction(
    bootstrap: str, watching: Collectors, group: str
) -> None:
    place = Place(await new_topic(bootstrap), 0)
    async with transactions(bootstrap) as producer:
        await transaction(producer, place.topic, 6, is_aborted=True)
        await transaction(producer, place.topic, 2)
    await commit(bootstrap, group, {place: 4})
    collector = watching(group)
    await until(collector, lambda it: it.topics[place.topic].partitions[0].stable_end == 10)
    found = await scan(collector, place, 4, 10)
    assert isinstance(found, Scan)
    assert found.first == 7, "the same producer's next transaction was committed"


async def test_an_open_transaction(bootstrap: str, watching: Collectors, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await put(bootstrap, place.topic, [(None, b"x")] * 5)
    hasty = unique("group")
    await commit(bootstrap, group, {place: 5})
    async with transactions(bootstrap) as producer:
        await producer.begin_transaction()
        for _ in range(10):
            await producer.send_and_wait(place.topic, b"x", partition=0)
        collector = watching(group, hasty, isolations={hasty: Isolation.READ_UNCOMMITTED})
        seen = await collector.collect()
        assert seen.topics[place.topic].partitions[0] == PartitionSeen(0, 5, None, 0), "nobody needs the watermark"
        await commit(bootstrap, hasty, {place: 5})
        seen = await collector.collect()
        assert seen.topics[place.topic].partitions[0] == PartitionSeen(0, 5, 15, 0)
        assert lag(seen, group, place) == 0
        await producer.abort_transaction()


# --- lag in time ------------------------------------------------------------------------------------------------------


async def test_the_age_at_a_few_records_a_day_with_an_idle_producer(
    bootstrap: str, watching: Collectors, group: str
) -> None:
    place = Place(await new_topic(bootstrap, config={"retention.ms": "-1"}), 0)
    begin = now() // MS - 20 * HOUR
    stamps = [begin + number * 3 * HOUR + number * 1_234 for number in range(7)]
    await stamped(bootstrap, place.topic, stamps)
    await commit(bootstrap, group, {place: 3})
    collector = watching(group)
    seen = await collector.collect()
    assert lag(seen, group, place) == 4
    stamp, asked = await stamp_of_unread(collector, place, 3)
    assert stamp == stamps[3], "to the millisecond"
    assert asked <= 24
    restarted = watching(group)
    await restarted.collect()
    assert (await stamp_of_unread(restarted, place, 3))[0] == stamps[3]


async def test_what_the_broker_says_of_a_time(bootstrap: str, watching: Collectors, group: str) -> None:
    place, empty = Place(await new_topic(bootstrap), 0), Place(await new_topic(bootstrap), 0)
    await stamped(bootstrap, place.topic, [1_000, 2_000, 5_000])
    await commit(bootstrap, group, {place: 0, empty: 0})
    collector = watching(group)
    await collector.collect()
    for at, answer in {
        0: Found(0, 1_000_000), 1_000_000: Found(0, 1_000_000), 1_001_000: Found(1, 2_000_000),
        2_001_000: Found(2, 5_000_000), 5_001_000: Found(),
    }.items():  # fmt: skip
        assert await collector.ask({place: at, empty: at}) == {place: answer, empty: Found()}
    nowhere = Place("no-such-topic", 0)
    answers = await collector.ask({nowhere: 0, place: 0})
    assert answers[place] == Found(0, 1_000_000)
    assert isinstance(answers[nowhere], Unknown)


# --- what goes and comes ----------------------------------------------------------------------------------------------


async def test_a_deleted_group_is_gone(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap)
    await commit(bootstrap, group, {(topic, 0): 0})
    collector = watching(group)
    assert group in (await collector.collect()).groups
    await delete_group(bootstrap, group)
    seen = await collector.collect()
    assert (seen.groups, seen.topics, seen.is_complete) == ({}, {}, True)


async def test_deleted_offsets_of_one_topic(bootstrap: str, watching: Collectors, group: str) -> None:
    kept, dropped = await new_topic(bootstrap), await new_topic(bootstrap)
    await commit(bootstrap, group, {(kept, 0): 0, (dropped, 0): 0})
    collector = watching(group)
    assert (await collector.collect()).groups[group].commits == {kept: {0: 0}, dropped: {0: 0}}
    await delete_offsets(bootstrap, group, dropped, [0])
    seen = await collector.collect()
    assert seen.groups[group].commits == {kept: {0: 0}}
    assert set(seen.topics) == {kept}


async def test_a_topic_made_anew(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap)
    await put(bootstrap, topic, [(None, b"x")] * 9)
    await commit(bootstrap, group, {(topic, 0): 9})
    collector = watching(group)
    before = await collector.collect()
    await delete_topic(bootstrap, topic)
    await create_topic(bootstrap, topic)
    await put(bootstrap, topic, [(None, b"x")] * 2)
    await commit(bootstrap, group, {(topic, 0): 9})  # as a consumer does that kept its position
    after = await until(collector, lambda it: it.topics[topic].partitions[0].stable_end == 2)
    assert before.topics[topic].topic_id != after.topics[topic].topic_id
    assert lag(after, group, Place(topic, 0)) == 0


async def test_a_topic_that_is_gone_while_members_subscribe_to_it(
    bootstrap: str, watching: Collectors, group: str
) -> None:
    topic = await new_topic(bootstrap)
    collector = watching(group)
    async with Cluster(bootstrap, {}) as cluster:
        await join_new(cluster, group, topic)
        await until(collector, lambda it: topic in it.topics)
        await delete_topic(bootstrap, topic)
        seen = await until(collector, lambda it: topic in it.topics and it.topics[topic].fault is not None)
    fault = seen.topics[topic].fault
    assert fault is not None
    assert fault.reason is Reason.NO_TOPIC


async def test_more_partitions(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap)
    await commit(bootstrap, group, {(topic, 0): 0})
    collector = watching(group)
    await collector.collect()
    await collector._cluster.ask(more_partitions(topic, 3))
    seen = await until(collector, lambda it: len(it.topics[topic].partitions) == 3)
    assert all(partition.fault is None for partition in seen.topics[topic].partitions.values())


def more_partitions(topic: str, total: int) -> object:
    return CreatePartitionsRequest([(topic, (total, None))], 5_000, False)


# --- groups -----------------------------------------------------------------------------------------------------------


async def test_members_and_what_they_read(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap, partitions=2)
    collector = watching(group)
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group) as consumer:
        await consumer.getmany(timeout_ms=10)
        seen = await until(collector, lambda it: group in it.groups and it.groups[group].state is GroupState.STABLE)
        found = seen.groups[group]
        assert (found.members, set(found.assigned), dict(found.commits)) == (1, {topic}, {})
        assert set(seen.topics[topic].partitions) == {0, 1}, "read, although nothing is committed"


async def test_a_group_of_the_new_protocol(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap)
    collector = watching(group)
    async with Cluster(bootstrap, {}) as cluster:
        await join_new(cluster, group, topic)
        seen = await until(collector, lambda it: bool(it.groups[group].assigned))
    found = seen.groups[group]
    assert (found.members, set(found.assigned)) == (1, {topic})
    assert found.state in {GroupState.STABLE, GroupState.RECONCILING, GroupState.ASSIGNING}


async def test_filters_match_the_whole_name(bootstrap: str, watching: Collectors) -> None:
    topic, name = await new_topic(bootstrap), unique("team")
    for group in (name, f"{name}-a", f"{name}-b", f"x-{name}"):
        await commit(bootstrap, group, {(topic, 0): 0})
    assert set((await watching(f"{name}.*").collect()).groups) == {name, f"{name}-a", f"{name}-b"}
    watch = Watch(groups=Names(include=(name, f"{name}-.*"), exclude=(f"{name}-b", "a")))
    collector = KafkaLag("here", Cluster(bootstrap, {}), watch, clock=now)
    assert set((await collector.collect()).groups) == {name, f"{name}-a"}
    await collector.close()


async def test_topics_that_no_group_reads_and_how_long_they_keep_records(bootstrap: str, watching: Collectors) -> None:
    name = unique("failed")
    dead = await new_topic(bootstrap, f"{name}.dlq", config={"retention.ms": "86400000"})
    await new_topic(bootstrap, f"{name}.else")
    kept = await new_topic(bootstrap, f"{name}.dlq", config={"cleanup.policy": "compact", "retention.ms": "86400000"})
    await put(bootstrap, dead, [(None, b"x")] * 4)
    collector = watching(topics=Names(include=(f"{name}\\.dlq.*",)))
    seen = await collector.collect()
    assert {topic: logs.partitions[0] for topic, logs in seen.topics.items()} == {
        dead: PartitionSeen(0, 4, None, 0),
        kept: PartitionSeen(0, 0, None, 0),
    }
    seen = await until(collector, lambda it: it.topics[dead].retention_ms is not None)
    assert (seen.topics[dead].retention_ms, seen.topics[kept].retention_ms) == (86_400_000, None)


# --- older brokers ----------------------------------------------------------------------------------------------------

OLDER: list[tuple[str, str, range]] = [
    ("listing", "_API", range(6)),
    ("members", "_CLASSIC", range(6)),
    ("bounds", "_API", range(2, 8)),
    ("metadata", "_API", range(4, 13)),
    ("commits", "_ONE", range(2, 8)),
]


@pytest.mark.parametrize(
    ("module", "api", "version"), [(module, api, version) for module, api, those in OLDER for version in those]
)
async def test_every_version_tells_the_same(
    bootstrap: str,
    watching: Collectors,
    group: str,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    api: str,
    version: int,
) -> None:
    place = f"slamon.kafka.lag.{module}.{api}"
    topic = await new_topic(bootstrap, partitions=2)
    await put(bootstrap, topic, [(None, b"x")] * 3, partition=1)
    idle = unique("group")
    await commit(bootstrap, idle, {(topic, 0): 0, (topic, 1): 2})
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group) as consumer:
        await consumer.getmany(timeout_ms=10)
        await consumer.commit(dict.fromkeys(consumer.assignment(), 0))
        stable = lambda it: group in it.groups and it.groups[group].state is GroupState.STABLE  # noqa: E731
        expected = await until(watching(group, idle), stable)
        known = getattr(importlib.import_module(f"slamon.kafka.lag.{module}"), api)
        monkeypatch.setattr(place, known._replace(newest=version))
        if module == "commits":
            monkeypatch.setattr("slamon.kafka.lag.commits._MANY", known._replace(oldest=90, newest=90))
        seen = await watching(group, idle).collect()
    ids = module == "metadata" and version < 10
    epochs = module == "bounds" and version < 4
    for name, logs in expected.topics.items():
        assert seen.topics[name].topic_id == (None if ids else logs.topic_id)
        for number, log in logs.partitions.items():
            found = seen.topics[name].partitions[number]
            assert (found.start, found.stable_end) == (log.start, log.stable_end)
            assert found.leader_epoch == (None if epochs else log.leader_epoch)
    assert seen.groups[group] == expected.groups[group]
    assert seen.groups[idle].commits == expected.groups[idle].commits
    assert seen.is_complete


async def test_aiokafka_itself_does_not_take_all_topics_apart(bootstrap: str, watching: Collectors, group: str) -> None:
    topic = await new_topic(bootstrap)
    await commit(bootstrap, group, {(topic, 0): 0})
    collector = watching(group)
    await collector.collect()
    client = collector._cluster._client
    await client.force_metadata_update()
    assert client.cluster.topics(exclude_internal_topics=False) == {"__consumer_offsets"}
    assert (await collector.collect()).is_complete


async def test_both_wait(watching: Collectors) -> None:
    """Two collectors of one cluster do not disturb each other, and each ends."""
    both: list[Awaitable[Observation]] = [watching(".*").collect(), watching(".*").collect()]
    one, other = await asyncio.gather(*both)
    assert one.groups == other.groups
