import pytest

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.bounds import Bound
from slamon.kafka.lag.leaders import Leaders
from slamon.lag.observation import PartitionSeen, Reason, TopicSeen, Unknown
from tests.fakes.lag_cluster import LIST_OFFSETS, METADATA, FakeLagCluster, FakeLog

NEED = frozenset({Bound.START, Bound.STABLE_END})


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.kafka.lag.leaders._PAUSES", (0.0, 0.0))


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster(nodes=2)
    fake.topics = {"t": {0: FakeLog(1, 2, 9), 1: FakeLog(2, 0, 4)}, "u": {0: FakeLog(1, 0, 3)}}
    return fake


async def look(
    fake: FakeLagCluster, leaders: Leaders, needs: frozenset[Bound] = NEED, **retention: int | None
) -> dict[str, TopicSeen]:
    leaders.turn()
    asked = Round(fake, seconds=5)
    places = (await leaders.describe(asked, list(fake.topics))).topics
    fake.asked.clear()
    return await leaders.look(asked, places, dict.fromkeys(places, needs), retention)


async def test_starts_and_ends_in_one_question_per_leader_and_bound() -> None:
    fake = cluster()
    seen = await look(fake, Leaders(), t=60_000)
    assert seen["t"].partitions == {0: PartitionSeen(2, 9, None, 5), 1: PartitionSeen(0, 4, None, 5)}
    assert (seen["t"].retention_ms, seen["u"].retention_ms) == (60_000, None)
    assert sorted(fake.asked, key=str) == [(LIST_OFFSETS, 1)] * 2 + [(LIST_OFFSETS, 2)] * 2


async def test_the_watermark_where_a_group_needs_it() -> None:
    seen = await look(cluster(), Leaders(), NEED | {Bound.END})
    assert seen["u"].partitions[0] == PartitionSeen(0, 3, 3, 5)


async def test_a_topic_that_did_not_change_is_the_same_object() -> None:
    fake, leaders = cluster(), Leaders()
    before = await look(fake, leaders)
    fake.topics["t"][1].end += 1
    after = await look(fake, leaders)
    assert after["u"] is before["u"]
    assert after["t"].partitions[0] is before["t"].partitions[0]
    assert after["t"].partitions[1] == PartitionSeen(0, 5, None, 5)
    fake.ids["u"] = 2
    assert (await look(fake, leaders))["u"].topic_id != before["u"].topic_id


async def test_a_leader_that_moved_is_found_within_the_cycle() -> None:
    fake, leaders = cluster(), Leaders()
    asked = Round(fake, seconds=5)
    places = (await leaders.describe(asked, ["t", "u"])).topics
    fake.topics["t"][0].leader = 2
    fake.asked.clear()
    seen = await leaders.look(asked, places, dict.fromkeys(places, NEED), {})
    assert seen["t"].partitions[0] == PartitionSeen(2, 9, None, 5)
    assert fake.asked.count((METADATA, None)) == 1


async def test_a_leader_that_died_is_replaced_within_the_cycle() -> None:
    fake, leaders = cluster(), Leaders()
    asked = Round(fake, seconds=5)
    places = (await leaders.describe(asked, ["t"])).topics
    fake.silent = {2}
    fake.topics["t"][1].leader = 1
    seen = await leaders.look(asked, places, {"t": NEED}, {})
    assert seen["t"].partitions[1] == PartitionSeen(0, 4, None, 5)


async def test_what_is_not_known_is_so_at_its_own_partition() -> None:
    fake = cluster()
    fake.topics["t"] |= {2: FakeLog(-1), 3: FakeLog(1, error=29), 4: FakeLog(1, error=6)}
    fake.silent = {2}
    seen = await look(fake, Leaders())
    faults = {number: log.fault and log.fault.reason for number, log in seen["t"].partitions.items()}
    assert faults == {
        0: None, 1: Reason.BROKER_AWAY, 2: Reason.NO_LEADER, 3: Reason.REFUSED, 4: Reason.NO_LEADER
    }  # fmt: skip
    assert seen["t"].partitions[1].stable_end is None
    assert seen["u"].partitions[0].stable_end == 3


async def test_only_metadata_tell_that_a_topic_is_gone() -> None:
    fake, leaders = cluster(), Leaders()
    asked = Round(fake, seconds=5)
    places = (await leaders.describe(asked, ["t", "gone"])).topics
    fake.topics["t"][0].error = 3
    seen = await leaders.look(asked, places, dict.fromkeys(places, NEED), {})
    assert seen["gone"].fault is not None
    assert seen["gone"].fault.reason is Reason.NO_TOPIC
    assert seen["t"].fault is None
    assert seen["t"].partitions[0].fault == Unknown(Reason.NO_LEADER, "UnknownTopicOrPartition (3)")


async def test_no_node_answers() -> None:
    fake = cluster()
    fake.silent = {1, 2}
    with pytest.raises(NotAnswered):
        await Leaders().describe(Round(fake, seconds=5), ["t"])
