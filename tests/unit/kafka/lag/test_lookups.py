from slamon.kafka.lag.asking import Round
from slamon.kafka.lag.lookups import look_up
from slamon.lag.observation import Found, Place, Reason, Unknown
from tests.fakes.lag_cluster import LIST_OFFSETS, FakeLagCluster, FakeLog


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster()
    fake.topics = {"t": {0: FakeLog(start=5, end=8, stamps=(10, 20, 30)), 1: FakeLog(leader=2), 2: FakeLog(error=29)}}
    return fake


async def test_records_and_reasons() -> None:
    asked = {Place("t", 0): 11_000, Place("t", 1): 0, Place("t", 2): 0, Place("gone", 0): 0}
    found = await look_up(Round(cluster(), seconds=5), 1, asked)
    assert found[Place("t", 0)] == Found(6, 20_000)
    faults = {place: answer.reason for place, answer in found.items() if isinstance(answer, Unknown)}
    assert faults == {
        Place("t", 1): Reason.NO_LEADER, Place("t", 2): Reason.REFUSED, Place("gone", 0): Reason.NO_LEADER
    }  # fmt: skip


async def test_no_record_is_that_young() -> None:
    place = Place("t", 0)
    assert await look_up(Round(cluster(), seconds=5), 1, {place: 31_000}) == {place: Found()}


async def test_many_are_asked_for_in_portions_and_what_there_is_no_time_for_is_left_out() -> None:
    fake = FakeLagCluster()
    fake.topics = {"t": {number: FakeLog(end=1, stamps=(7,)) for number in range(2_500)}}
    wanted = {Place("t", number): 0 for number in range(2_500)}
    found = await look_up(Round(fake, seconds=60), 1, wanted)
    assert found == dict.fromkeys(wanted, Found(0, 7_000))
    assert fake.asked == [(LIST_OFFSETS, 1)] * 3
    assert await look_up(Round(fake, seconds=-1), 1, wanted) == {}


async def test_a_leader_that_is_away() -> None:
    fake = cluster()
    fake.silent = {1}
    [answer] = (await look_up(Round(fake, seconds=5), 1, {Place("t", 0): 0})).values()
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.BROKER_AWAY
