import pytest

from slamon.kafka.lag.asking import NotAnswered, Round
from slamon.kafka.lag.commits import Committed
from slamon.kafka.lag.coordinator import Coordinator
from slamon.lag.observation import GroupState, Reason, Unknown
from tests.fakes.lag_cluster import LIST_GROUPS, OFFSET_FETCH, FakeGroup, FakeLagCluster


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.kafka.lag.coordinator._PAUSES", (0.0, 0.0))


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster(nodes=2)
    fake.groups = {"a": FakeGroup(1, {"t": {0: 5}}), "b": FakeGroup(2, {"t": {0: 6}}, "Stable", members=3)}
    return fake


async def test_a_list_is_asked_for_again_while_the_coordinator_loads() -> None:
    fake = cluster()
    fake.list_errors = {1: [14, 16]}
    listed = await Coordinator().listed(Round(fake, seconds=5), 1)
    assert [(one.name, one.state) for one in listed] == [("a", GroupState.EMPTY)]
    assert fake.asked == [(LIST_GROUPS, 1)] * 3
    fake.list_errors = {1: [29]}
    with pytest.raises(NotAnswered):
        await Coordinator().listed(Round(fake, seconds=5), 1)


async def test_commits_of_a_group_that_the_node_leaves_out() -> None:
    class Silent(FakeLagCluster):
        def _offset_fetch(self, _: object, __: int) -> bytes:
            return bytes(4) + b"\x01\x00"

    found = await Coordinator().committed(Round(Silent(), seconds=5), 1, ["a"])
    assert found == {"a": Unknown(Reason.ERROR, "left out of the answer")}


async def test_a_coordinator_is_found_anew() -> None:
    fake = cluster()
    node, committed = await Coordinator().found_anew(Round(fake, seconds=5), "b")
    assert (node, committed) == (2, Committed({"t": {0: 6}}, {}, {}, 0))
    fake.asked.clear()
    nobody, why = await Coordinator().found_anew(Round(fake, seconds=5), "gone")
    assert isinstance(why, Unknown)
    assert (nobody, why.reason) == (-1, Reason.NO_COORDINATOR)
    assert (OFFSET_FETCH, -1) not in fake.asked


async def test_only_groups_with_members_are_described() -> None:
    fake = cluster()
    listed = [
        *await Coordinator().listed(Round(fake, seconds=5), 1),
        *await Coordinator().listed(Round(fake, seconds=5), 2),
    ]
    found = await Coordinator().described(Round(fake, seconds=5), 2, listed)
    assert {group: one.members for group, one in found.items()} == {"b": 3}
