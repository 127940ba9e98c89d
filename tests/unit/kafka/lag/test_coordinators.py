import pytest

from slamon.kafka.lag import listing
from slamon.kafka.lag.asking import Round
from slamon.kafka.lag.coordinators import Coordinators, Roll, _to_read
from slamon.kafka.lag.wire import TAGS, count, text
from slamon.lag.observation import GroupSeen, GroupState, Reason, Unknown
from tests.fakes.lag_cluster import DESCRIBE_GROUPS, LIST_GROUPS, OFFSET_FETCH, FakeGroup, FakeLagCluster


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slamon.kafka.lag.coordinator._PAUSES", (0.0, 0.0))


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster(nodes=2)
    fake.groups = {"a": FakeGroup(1, {"t": {0: 5}}), "b": FakeGroup(2, {"t": {0: 6}}, "Stable", members=3)}
    return fake


async def look(fake: FakeLagCluster, coordinators: Coordinators | None = None) -> Roll:
    return await (coordinators or Coordinators(lambda _: True)).look(Round(fake, seconds=5), fake.nodes)


def fault(seen: GroupSeen) -> Reason | None:
    return None if seen.fault is None else seen.fault.reason


async def test_groups_of_all_nodes() -> None:
    roll = await look(cluster())
    assert roll.brokers == {"node-1:9092": None, "node-2:9092": None}
    assert roll.groups == {
        "a": GroupSeen(GroupState.EMPTY, 0, {"t": {0: 5}}, coordinator="node-1:9092"),
        "b": GroupSeen(GroupState.STABLE, 3, {"t": {0: 6}}, coordinator="node-2:9092"),
    }


async def test_a_group_that_did_not_change_is_the_same_object() -> None:
    fake, coordinators = cluster(), Coordinators(lambda _: True)
    before = await look(fake, coordinators)
    fake.groups["b"].members = 2
    after = await look(fake, coordinators)
    assert after.groups["a"] is before.groups["a"]
    assert after.groups["b"].members == 2


async def test_what_is_not_watched_is_not_asked_about() -> None:
    fake = cluster()
    roll = await look(fake, Coordinators(lambda name: name == "a"))
    assert set(roll.groups) == {"a"}
    assert [asked for asked in fake.asked if asked[0] != LIST_GROUPS] == [(OFFSET_FETCH, 1)]


async def test_many_groups_in_one_question() -> None:
    fake = FakeLagCluster()
    fake.groups = {f"g{number}": FakeGroup(1, {"t": {0: number}}) for number in range(250)}
    roll = await look(fake)
    assert {name: seen.commits["t"][0] for name, seen in roll.groups.items()} == {f"g{n}": n for n in range(250)}
    assert fake.asked.count((OFFSET_FETCH, 1)) == 3


async def test_an_older_broker_is_asked_group_by_group() -> None:
    fake, coordinators = cluster(), Coordinators(lambda _: True)
    fake.unsupported = {OFFSET_FETCH}
    fake.groups["c"] = FakeGroup(1, {"t": {1: 1}})
    for _ in range(2):
        fake.asked.clear()
        roll = await look(fake, coordinators)
        assert {name: seen.commits for name, seen in roll.groups.items()} == {
            "a": {"t": {0: 5}}, "b": {"t": {0: 6}}, "c": {"t": {1: 1}}
        }  # fmt: skip
    assert fake.asked.count((OFFSET_FETCH, 1)) == 2, "the second time it is known"


async def test_a_node_that_is_away_hides_its_own_groups_only() -> None:
    fake = cluster()
    fake.silent = {2}
    roll = await look(fake)
    assert set(roll.groups) == {"a"}
    assert roll.brokers["node-1:9092"] is None
    away = roll.brokers["node-2:9092"]
    assert isinstance(away, Unknown)
    assert away.reason is Reason.BROKER_AWAY


async def test_a_coordinator_that_is_loading() -> None:
    fake = cluster()
    fake.list_errors = {1: [14, 15], 2: [14] * 9}
    roll = await look(fake)
    assert set(roll.groups) == {"a"}
    loading = roll.brokers["node-2:9092"]
    assert isinstance(loading, Unknown)
    assert loading.reason is Reason.NO_COORDINATOR


async def test_a_group_that_moved_since_it_was_listed() -> None:
    fake = cluster()
    fake.groups["a"].is_listed_by = {1}
    fake.groups["a"].node = 2
    fake.groups["a"].is_listed_by = {1}
    roll = await look(fake)
    assert roll.groups["a"].commits == {"t": {0: 5}}
    assert roll.groups["a"].coordinator == "node-2:9092"
    fake.silent = {2}
    roll = await look(fake)
    assert fault(roll.groups["a"]) in {Reason.BROKER_AWAY, Reason.NO_COORDINATOR}


@pytest.mark.parametrize(("error", "reason"), [(30, Reason.REFUSED), (15, Reason.NO_COORDINATOR), (-1, Reason.ERROR)])
async def test_what_a_coordinator_refuses(error: int, reason: Reason) -> None:
    fake = cluster()
    fake.groups["b"].error = error
    roll = await look(fake)
    assert (fault(roll.groups["b"]), roll.groups["b"].commits) == (reason, {})
    assert fault(roll.groups["a"]) is None


async def test_a_group_that_went_between_listing_and_asking_is_gone() -> None:
    fake = cluster()
    fake.groups["b"].error = 69
    assert set((await look(fake)).groups) == {"a"}


async def test_groups_without_members_are_not_described() -> None:
    fake = cluster()
    fake.groups["b"].state = "Empty"
    roll = await look(fake)
    assert DESCRIBE_GROUPS not in {key for key, _ in fake.asked}
    assert roll.groups["b"].members == 0


async def test_members_are_unknown_where_the_group_can_not_be_described() -> None:
    class Mute(FakeLagCluster):
        def _describe_groups(self, asked: object, _: int) -> bytes:  # noqa: ARG002
            return b""

    fake = Mute()
    fake.groups = {"b": FakeGroup(1, {"t": {0: 6}}, "Stable", members=3)}
    roll = await look(fake)
    assert (roll.groups["b"].state, roll.groups["b"].members) == (GroupState.STABLE, None)
    assert roll.groups["b"].commits == {"t": {0: 6}}


async def test_a_group_that_looks_dead_to_an_old_question(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(FakeLagCluster):
        def _list_groups(self, _: object, node: int) -> bytes:
            names = [name for name, group in self.groups.items() if group.node == node]
            each = b"".join(text(name, flexible=True) + text("consumer", flexible=True) + TAGS for name in names)
            return bytes(6) + count(len(names), flexible=True) + each + TAGS

    monkeypatch.setattr(listing, "_API", listing._API._replace(newest=3))
    fake = Old(nodes=2)
    fake.groups = cluster().groups
    fake.groups["b"].state = "Dead"
    roll = await look(fake)
    assert (roll.groups["b"].state, roll.groups["b"].members) == (GroupState.UNKNOWN, None)
    assert (roll.groups["a"].state, roll.groups["a"].members) == (GroupState.EMPTY, 0)


def test_the_changelogs_of_a_groups_own_state_are_nobodys_backlog() -> None:
    """Faust and Kafka Streams assign them to the group and never commit."""
    assigned = frozenset({"orders", "mes-orders-changelog", "users-changelog", "mes-orders"})
    assert _to_read("mes", assigned) == {"orders", "users-changelog", "mes-orders"}
    plain = frozenset({"orders"})
    assert _to_read("mes", plain) is plain
