import pytest

from slamon.kafka.lag.collector import KafkaLag
from slamon.kafka.lag.nodes import COMMITS_TOPIC
from slamon.kafka.lag.watching import Names, Watch
from slamon.lag.observation import Found, Isolation, PartitionSeen, Place, Reason, Unknown
from tests.fakes.lag_cluster import (
    LIST_GROUPS,
    LIST_OFFSETS,
    METADATA,
    OFFSET_FETCH,
    FakeGroup,
    FakeLagCluster,
    FakeLog,
)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.kafka.lag.leaders._PAUSES", (0.0, 0.0))
    monkeypatch.setattr("slamon.kafka.lag.coordinator._PAUSES", (0.0, 0.0))
    monkeypatch.setattr("slamon.kafka.lag.collector.Retention.refresh", _nothing)


async def _nothing(*_: object) -> None:
    """Retention has tests of its own."""


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster(nodes=2)
    fake.topics = {
        COMMITS_TOPIC: {0: FakeLog(1), 1: FakeLog(2, replicas=(2,))},
        "t": {0: FakeLog(1, 0, 9), 1: FakeLog(2, 0, 4)},
        "t.dlq": {0: FakeLog(1, 0, 3)},
    }
    fake.groups = {"b": FakeGroup(1, {"t": {0: 5}}), "a": FakeGroup(2, {"t": {0: 9}})}
    return fake


def watch(fake: FakeLagCluster, **options: object) -> KafkaLag:
    ticks = iter(range(1_000))
    return KafkaLag("here", fake, Watch(**options), clock=lambda: next(ticks))  # type: ignore[arg-type]


async def test_commits_first_ends_after() -> None:
    fake = cluster()
    seen = await watch(fake).collect()
    assert list(seen.groups) == ["a", "b"]
    assert seen.topics["t"].partitions == {0: PartitionSeen(0, 9, None, 5), 1: PartitionSeen(0, 4, None, 5)}
    assert set(seen.topics) == {"t"}
    assert seen.is_complete
    assert seen.began_at <= seen.commits_at < seen.ends_at
    keys = [key for key, _ in fake.asked]
    assert max(at for at, key in enumerate(keys) if key == OFFSET_FETCH) < keys.index(LIST_OFFSETS)


async def test_a_warm_cycle_asks_each_node_four_things() -> None:
    fake = cluster()
    collector = watch(fake)
    await collector.collect()
    fake.asked.clear()
    await collector.collect()
    questions = [LIST_GROUPS, OFFSET_FETCH, LIST_OFFSETS, LIST_OFFSETS]
    assert sorted(fake.asked, key=str) == sorted(
        [(METADATA, None), *((key, node) for key in questions for node in (1, 2))], key=str
    )


async def test_dead_letters_by_name_and_groups_of_another_isolation() -> None:
    fake = cluster()
    seen = await watch(fake, topics=Names((r".*\.dlq",)), isolations={"b": Isolation.READ_UNCOMMITTED}).collect()
    assert seen.topics["t.dlq"].partitions == {0: PartitionSeen(0, 3, None, 5)}
    assert seen.topics["t"].partitions[0] == PartitionSeen(0, 9, 9, 5)


async def test_a_topic_by_name_that_came_later() -> None:
    fake = cluster()
    collector = watch(fake, topics=Names((r".*\.dlq",)))
    await collector.collect()
    fake.topics["u.dlq"] = {0: FakeLog(1, 0, 1)}
    del fake.topics["t.dlq"]
    seen = [await collector.collect() for _ in range(4)][-1]
    assert set(seen.topics) == {"t", "u.dlq"}


async def test_nobody_answers() -> None:
    fake = cluster()
    collector = watch(fake)
    fake.silent = {1, 2}
    for closed in (1, 2):
        seen = await collector.collect()
        assert seen.fault is not None
        assert (seen.fault.reason, seen.groups, seen.topics, seen.is_complete) == (Reason.BROKER_AWAY, {}, {}, False)
        assert fake.closed == closed, "it starts anew from the configured addresses"
    fake.silent = set()
    assert (await collector.collect()).is_complete


async def test_a_node_that_left_with_commits_nobody_else_has() -> None:
    fake = cluster()
    collector = watch(fake)
    await collector.collect()
    del fake.nodes[2]
    fake.topics[COMMITS_TOPIC][1].leader = -1
    del fake.groups["a"]
    [await collector.collect() for _ in range(2)]
    seen = await collector.collect()
    assert set(seen.groups) == {"b"}
    assert not seen.is_complete
    assert isinstance(seen.brokers["node-2:9092"], Unknown)


async def test_questions_go_to_the_leaders() -> None:
    fake = cluster()
    fake.topics["t"][0].stamps = (7, 8)
    fake.topics["t"][1].leader = -1
    collector = watch(fake)
    await collector.collect()
    answers = await collector.ask({Place("t", 0): 8_000, Place("t", 1): 0, Place("x", 0): 0})
    assert answers[Place("t", 0)] == Found(1, 8_000)
    faults = [answers[place] for place in (Place("t", 1), Place("x", 0))]
    assert [isinstance(fault, Unknown) and fault.reason for fault in faults] == [Reason.NO_LEADER] * 2
    scans = await collector.scan({Place("t", 1): (0, 1)})
    assert [isinstance(fault, Unknown) and fault.reason for fault in scans.values()] == [Reason.NO_LEADER]


async def test_topics_whose_metadata_do_not_come_are_unknown() -> None:
    class Half(FakeLagCluster):
        async def ask(self, request: object, *, node: int | None = None) -> object:
            if node is None and self.asked and OFFSET_FETCH in {key for key, _ in self.asked}:
                self.silent = {1, 2}
            return await super().ask(request, node=node)

    fake = Half(nodes=2)
    fake.topics, fake.groups = cluster().topics, cluster().groups
    seen = await watch(fake).collect()
    assert set(seen.groups) == {"a", "b"}
    assert seen.topics["t"].fault is not None
    assert seen.topics["t"].fault.reason is Reason.BROKER_AWAY


async def test_close() -> None:
    fake = cluster()
    await watch(fake).close()
    assert fake.closed == 1
