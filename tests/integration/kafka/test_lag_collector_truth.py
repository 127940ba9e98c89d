"""The truth table of the reference, §9, through collector and core on a real Kafka: what slamon says in each row."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.watching import Names, Watch
from slamon.lag.age import Age
from slamon.lag.cluster import ClusterTrack
from slamon.lag.observation import Place
from slamon.lag.policy import LagRules
from slamon.lag.records import Rewind
from slamon.lag.rows import GroupLag, PartitionLag, Snapshot
from slamon.lag.verdict import LagStatus
from slamon.orders.event import SECOND, Instant
from tests.kafkas import create_topic, new_topic, put, unique
from tests.lag_kafka import (
    commit,
    delete_group,
    delete_offsets,
    delete_records,
    delete_topic,
    stamped,
    transaction,
    transactions,
)

pytestmark = pytest.mark.kafka
MS = 1000
HOUR_MS = 3_600_000


def now() -> Instant:
    return time.time_ns() // 1000


class Monitor:
    """Collector and core, as the daemon runs them."""

    def __init__(self, bootstrap: str, *groups: str) -> None:
        watch = Watch(groups=Names(include=groups))
        self.collector = KafkaLag("here", Cluster(bootstrap, {}), watch, clock=now)
        self.track = ClusterTrack("here", LagRules())

    async def cycle(self) -> Snapshot:
        self.track.observe(await self.collector.collect())
        lookups = self.track.lookups
        for _ in range(8):
            if questions := lookups.time_questions(now(), 1_000):
                lookups.take_times(questions, await self.collector.ask(questions), now())
        if scans := lookups.scans.questions(now(), 20):
            lookups.scans.take(scans, await self.collector.scan(scans), now())
        return self.track.conclude(now())

    async def until(self, holds: Callable[[dict[str, GroupLag]], bool]) -> Snapshot:
        async with asyncio.timeout(30):
            while not holds(by_name(snapshot := await self.cycle())):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.02)
        return snapshot


@pytest.fixture
def group() -> str:
    return unique("group")


@pytest.fixture
async def monitor(bootstrap: str, group: str) -> AsyncIterator[Monitor]:
    made = Monitor(bootstrap, group)
    yield made
    await made.collector.close()


def by_name(snapshot: Snapshot) -> dict[str, GroupLag]:
    return {row.group: row for row in snapshot.groups}


def rows(group: GroupLag) -> dict[Place, PartitionLag]:
    return {Place(row.topic, row.partition): row for topic in group.topics for row in topic.partitions}


def row(snapshot: Snapshot, group: str, place: Place) -> PartitionLag:
    return rows(by_name(snapshot)[group])[place]


async def test_transactions_all_read_and_committed_by_the_last_record(
    bootstrap: str, monitor: Monitor, group: str
) -> None:
    place = Place(await new_topic(bootstrap), 0)
    async with transactions(bootstrap) as producer:
        await transaction(producer, place.topic, 10)
        await commit(bootstrap, group, {place: 10})
        snapshot = await monitor.until(lambda it: group in it and it[group].lag == 0)
        found = row(snapshot, group, place)
        assert (found.lag, found.end, found.age, found.exact) == (0, 11, Age(0, 0), True)
        await transaction(producer, place.topic, 20, is_aborted=True)
    snapshot = await monitor.until(lambda it: row_end(it[group], place) == 32 and it[group].lag == 0)
    assert row(snapshot, group, place).age == Age(0, 0)


def row_end(group: GroupLag, place: Place) -> int | None:
    return rows(group)[place].end


async def test_records_in_an_open_transaction_are_not_lag(bootstrap: str, monitor: Monitor, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await put(bootstrap, place.topic, [(None, b"x")] * 5)
    await commit(bootstrap, group, {place: 5})
    async with transactions(bootstrap) as producer:
        await producer.begin_transaction()
        for _ in range(10):
            await producer.send_and_wait(place.topic, b"x", partition=0)
        found = row(await monitor.cycle(), group, place)
        assert (found.lag, found.end) == (0, 5)
        await producer.abort_transaction()


async def test_a_low_volume_topic_with_an_idle_producer_right_after_the_start(
    bootstrap: str, monitor: Monitor, group: str
) -> None:
    topic = await new_topic(bootstrap, partitions=2, config={"retention.ms": "-1"})
    begin = now() // MS - 60 * HOUR_MS
    stamps = [begin + number * 8 * HOUR_MS + number * 777 for number in range(7)]
    await stamped(bootstrap, topic, stamps)
    await stamped(bootstrap, topic, stamps[:2], partition=1)
    await commit(bootstrap, group, {(topic, 0): 4})
    snapshot = [await monitor.cycle() for _ in range(3)][-1]
    behind = row(snapshot, group, Place(topic, 0))
    assert (behind.committed, behind.lag) == (4, 3)
    assert behind.age.is_exact
    assert behind.age.at_least == snapshot.as_of - stamps[4] * MS
    uncommitted = row(snapshot, group, Place(topic, 1))
    assert (uncommitted.committed, uncommitted.lag) == (None, 2)
    assert uncommitted.age.at_least == snapshot.as_of - stamps[0] * MS
    restarted = Monitor(bootstrap, group)
    again = [await restarted.cycle() for _ in range(3)][-1]
    assert row(again, group, Place(topic, 0)).age.at_least == again.as_of - stamps[4] * MS
    await restarted.collector.close()


async def test_forty_seven_seconds_behind_by_two_records(bootstrap: str, monitor: Monitor, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    first = now() // MS - 46_900
    await stamped(bootstrap, place.topic, [first, first + 9_000])
    await commit(bootstrap, group, {place: 0})
    snapshot = await monitor.cycle()
    found = row(snapshot, group, place)
    assert (found.lag, found.age.at_least) == (2, snapshot.as_of - first * MS)
    assert by_name(snapshot)[group].status is LagStatus.OK, "not late yet"


async def test_a_group_and_offsets_that_are_deleted(bootstrap: str, monitor: Monitor, group: str) -> None:
    kept, dropped = await new_topic(bootstrap), await new_topic(bootstrap)
    await commit(bootstrap, group, {(kept, 0): 0, (dropped, 0): 0})
    assert {topic.topic for topic in by_name(await monitor.cycle())[group].topics} == {kept, dropped}
    await delete_offsets(bootstrap, group, dropped, [0])
    assert {topic.topic for topic in by_name(await monitor.cycle())[group].topics} == {kept}
    await delete_group(bootstrap, group)
    assert by_name(await monitor.until(lambda it: group not in it)) == {}


async def test_a_topic_made_anew_under_a_consumer_that_keeps_its_position(
    bootstrap: str, monitor: Monitor, group: str
) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await put(bootstrap, place.topic, [(None, b"x")] * 9)
    await commit(bootstrap, group, {place: 9})
    assert row(await monitor.cycle(), group, place).lag == 0
    await delete_topic(bootstrap, place.topic)
    await create_topic(bootstrap, place.topic)
    await put(bootstrap, place.topic, [(None, b"x")] * 2)
    await commit(bootstrap, group, {place: 9})
    snapshot = await monitor.until(lambda it: it[group].status is LagStatus.REWOUND)
    found = row(snapshot, group, place)
    assert found.lag == 0, "never negative"
    assert found.rewind in {Rewind.RECREATED, Rewind.BEYOND_END}


async def test_records_that_were_deleted_unread(bootstrap: str, monitor: Monitor, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await put(bootstrap, place.topic, [(None, b"x")] * 10)
    await commit(bootstrap, group, {place: 3})
    await delete_records(bootstrap, place.topic, 7)
    snapshot = await monitor.cycle()
    found = row(snapshot, group, place)
    assert (found.lag, found.lost) == (3, 4)
    assert by_name(snapshot)[group].status is LagStatus.DATA_LOSS


async def test_stopped_by_age_not_by_count(bootstrap: str, monitor: Monitor, group: str) -> None:
    place = Place(await new_topic(bootstrap), 0)
    await stamped(bootstrap, place.topic, [now() // MS - 3 * HOUR_MS])
    await commit(bootstrap, group, {place: 0})
    snapshot = [await monitor.cycle() for _ in range(2)][-1]
    found = by_name(snapshot)[group]
    assert (found.status, found.lag, found.members) == (LagStatus.STOPPED, 1, 0)
    assert found.age.at_least is not None
    assert found.age.at_least >= 3 * 3600 * SECOND
