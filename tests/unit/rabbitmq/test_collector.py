"""One cycle over one RabbitMQ; and what the lag core makes of it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from slamon.demo.ports import free_port
from slamon.errors import ConfigError
from slamon.lag.cluster import ClusterTrack
from slamon.lag.observation import BrokerKind, Observation, Place, Reason, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.rows import GroupLag, Snapshot
from slamon.lag.troubles import TroubleKind, troubles
from slamon.lag.verdict import LagStatus
from slamon.orders.event import SECOND
from slamon.rabbitmq import QueueNames, RabbitLag, RabbitTarget
from slamon.services.lag_watch import LagWatch
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeRows
from tests.fakes.management_api import LOGIN, FakeManagementApi, hanging, queue, saying

NOT_ALLOWED = "User not authorised to access virtual host"


@pytest.fixture
async def fake() -> AsyncIterator[FakeManagementApi]:
    fake = FakeManagementApi(shop=[queue("orders")])
    await fake.start()
    yield fake
    await fake.stop()


def _lag(fake: FakeManagementApi, **changes: Any) -> RabbitLag:
    return RabbitLag("rabbit", fake.target(**changes), clock=lambda: fake.now)


async def _seen(fake: FakeManagementApi, **changes: Any) -> Observation:
    return await _lag(fake, **changes).collect()


def _refuse(fake: FakeManagementApi, vhost: str) -> None:
    fake.odd[f"queues/{vhost}"] = saying(401, {"reason": NOT_ALLOWED})


async def test_queues_of_all_virtual_hosts(fake: FakeManagementApi) -> None:
    fake.vhosts["/"] = [queue("orders", messages_ready=7)]
    found = await _seen(fake)
    assert {name: seen.ready for name, seen in found.queues.items()} == {"orders": 7, "shop/orders": 2}
    assert (found.kind, found.brokers) == (BrokerKind.RABBITMQ, {"vhost /": None, "vhost shop": None})
    assert (found.cluster, found.commits_at, found.ends_at) == ("rabbit", T0, T0)


async def test_only_the_virtual_hosts_that_are_configured(fake: FakeManagementApi) -> None:
    found = await _seen(fake, vhosts=("shop",))
    assert (list(found.queues), found.brokers) == (["shop/orders"], {"vhost shop": None})
    assert "queues/%2F" not in fake.asked


async def test_only_the_queues_that_are_meant_and_no_streams(fake: FakeManagementApi) -> None:
    fake.vhosts["shop"] = [queue("orders"), queue("orders.tmp"), queue("log", type="stream"), queue("mail")]
    found = await _seen(fake, queues=QueueNames(("orders.*", "log"), (r".*\.tmp",)))
    assert list(found.queues) == ["shop/orders"]


async def test_a_virtual_host_without_permission_is_unknown_and_hides_no_other(fake: FakeManagementApi) -> None:
    _refuse(fake, "%2F")
    found = await _seen(fake)
    assert found.brokers == {"vhost /": Unknown(Reason.REFUSED, NOT_ALLOWED), "vhost shop": None}
    assert (list(found.queues), found.fault) == (["shop/orders"], None)


async def test_one_that_is_configured_and_not_there_is_said(fake: FakeManagementApi) -> None:
    found = await _seen(fake, vhosts=("nowhere",))
    assert found.brokers == {"vhost nowhere": Unknown(Reason.NO_TOPIC, "there is no such virtual host")}


async def test_one_that_hangs_ends_with_the_cycle_s_time_and_hides_no_other(fake: FakeManagementApi) -> None:
    fake.odd["queues/%2F"] = hanging
    found = await _seen(fake, deadline=0.5)
    assert found.brokers["vhost /"] == Unknown(Reason.DEADLINE, "the time of the cycle was over")
    assert list(found.queues) == ["shop/orders"]


async def test_one_call_that_hangs_ends_before_the_cycle_does(fake: FakeManagementApi) -> None:
    fake.odd["queues/%2F"] = hanging
    found = await _seen(fake, timeout=0.3)
    assert found.brokers["vhost /"] == Unknown(Reason.BROKER_AWAY, "no answer within 0.3 s")


async def test_a_virtual_host_that_does_not_run(fake: FakeManagementApi) -> None:
    fake.states["shop"] = {"rabbit@a": "stopped"}
    found = (await _seen(fake)).queues["shop/orders"]
    assert (found.ready, found.fault) == (
        None,
        Unknown(Reason.NO_LEADER, "its virtual host is stopped on rabbit@a"),
    )


@pytest.mark.parametrize("overview", [{"rates_mode": "none"}, {}, [], "x", {"rates_mode": 1}])
async def test_where_it_is_not_said_that_it_counts_there_are_no_counters(
    fake: FakeManagementApi, overview: Any
) -> None:
    fake.odd["overview"] = saying(200, overview if overview != "x" else '"x"')
    found = (await _seen(fake)).queues["shop/orders"]
    assert (found.ready, found.published, found.settled) == (2, None, None)


@pytest.mark.parametrize("vhosts", [{}, [{}], ["shop"], [{"name": 5}]])
async def test_a_list_of_virtual_hosts_of_no_known_form_is_no_empty_list(fake: FakeManagementApi, vhosts: Any) -> None:
    fake.odd["vhosts"] = saying(200, vhosts)
    found = await _seen(fake)
    assert found.fault == Unknown(Reason.ERROR, "the list of virtual hosts is of no form that is known")


async def test_odd_states_of_a_virtual_host_are_no_states(fake: FakeManagementApi) -> None:
    fake.odd["vhosts"] = saying(200, [{"name": "shop", "cluster_state": []}, {"name": "/", "cluster_state": {"a": 1}}])
    assert (await _seen(fake)).queues["shop/orders"].ready == 2


@pytest.mark.parametrize(
    ("path", "reason"), [("overview", Reason.DEADLINE), ("vhosts", Reason.DEADLINE)], ids=["overview", "vhosts"]
)
async def test_a_broker_that_hangs(fake: FakeManagementApi, path: str, reason: Reason) -> None:
    fake.odd[path] = hanging
    found = await _seen(fake, deadline=0.3)
    assert (found.fault is not None and found.fault.reason, found.queues, found.brokers) == (reason, {}, {})


async def test_a_wrong_login(fake: FakeManagementApi) -> None:
    found = await _seen(fake, password="wrong")
    assert (found.fault, found.kind) == (Unknown(Reason.REFUSED, "Login failed"), BrokerKind.RABBITMQ)


async def test_nobody_there() -> None:
    target = RabbitTarget(f"http://127.0.0.1:{free_port()}", *LOGIN)
    found = await RabbitLag("rabbit", target, clock=lambda: T0).collect()
    assert found.fault == Unknown(Reason.BROKER_AWAY, "can't be reached: Connection refused")


async def test_many_virtual_hosts_are_listed_each(fake: FakeManagementApi) -> None:
    fake.vhosts |= {f"v{number}": [queue("orders")] for number in range(40)}
    assert len((await _seen(fake)).queues) == 41


async def test_questions_about_logs_have_no_answer(fake: FakeManagementApi) -> None:
    place = Place("orders", 0)
    lag = _lag(fake)
    for answers in (await lag.ask({place: T0}), await lag.scan({place: (0, 1)})):
        found: Mapping[Place, Any] = answers
        assert found[place].reason is Reason.UNSUPPORTED
    await lag.close()


async def test_the_password_does_not_show(fake: FakeManagementApi) -> None:
    assert LOGIN[1] not in repr(_lag(fake))
    with pytest.raises(ConfigError):
        _lag(fake, ca_file=__file__)


# --- through the core ---------------------------------------------------------------------------------------------


class Watched:
    """A RabbitMQ that is looked at once a minute."""

    def __init__(self, fake: FakeManagementApi, rules: LagRules | None = None, **changes: Any) -> None:
        self.fake, self.rules = fake, rules or LagRules()
        self.lag = _lag(fake, **changes)
        self.track = ClusterTrack("rabbit", self.rules)

    async def cycle(self, after: int = MINUTE) -> Snapshot:
        self.fake.now += after
        self.track.observe(await self.lag.collect())
        return self.track.conclude(self.fake.now)

    async def group(self, name: str = "shop/orders", after: int = MINUTE) -> GroupLag:
        (found,) = (group for group in (await self.cycle(after)).groups if group.group == name)
        return found

    def shows(self, **fields: Any) -> None:
        self.fake.vhosts["shop"] = [queue("orders", **fields)]


async def test_a_queue_without_consumers_stops(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    watched.shows(consumers=0, message_stats={"publish": 3})
    said = [(await watched.group()).status for _ in range(7)]
    assert said == [LagStatus.OK] * 5 + [LagStatus.STOPPED] * 2


async def test_consumers_that_settle_nothing_are_stuck(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    assert [(await watched.group()).status for _ in range(7)][-1] is LagStatus.STUCK


async def test_consumers_that_are_slower_than_what_comes(fake: FakeManagementApi) -> None:
    watched, said = Watched(fake), list[GroupLag]()
    for turn in range(6):
        head = (T0 - HOUR) // SECOND + turn
        stats = {"publish": 100 + 50 * turn, "ack": 10 * turn}
        watched.shows(messages_ready=100 + 40 * turn, head_message_timestamp=head, message_stats=stats)
        said.append(await watched.group())
    found = said[-1]
    assert (found.status, found.eta) == (LagStatus.FALLING_BEHIND, None)
    assert found.age.at_least is not None
    assert HOUR <= found.age.at_least < HOUR + 10 * MINUTE


async def test_consumers_that_are_faster(fake: FakeManagementApi) -> None:
    watched, said = Watched(fake), list[GroupLag]()
    for turn in range(6):
        stats = {"publish": 100 + 10 * turn, "ack": 30 * turn}
        head = (T0 - HOUR) // SECOND
        watched.shows(messages_ready=200 - 20 * turn, head_message_timestamp=head, message_stats=stats)
        said.append(await watched.group())
    assert said[-1].status is LagStatus.CATCHING_UP
    assert said[-1].eta is not None


async def test_an_empty_queue_rests(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    watched.shows(messages_ready=0, messages_unacknowledged=0)
    assert ((await watched.group()).lag, (await watched.group(after=HOUR)).status) == (0, LagStatus.IDLE)


async def test_a_purge_is_no_rewind_and_nothing_was_read(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    watched.shows(messages_ready=500, message_stats={"publish": 600, "ack": 99})
    await watched.group()
    watched.shows(messages_ready=0, messages_unacknowledged=0, message_stats={"publish": 600, "ack": 99})
    snapshot = await watched.cycle()
    assert (snapshot.groups[0].lag, snapshot.groups[0].status) == (0, LagStatus.OK)
    assert (snapshot.topics[0].per_second_in, snapshot.topics[0].per_second_out) == (0.0, 0.0)


async def test_a_broker_that_began_to_count_anew(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    watched.shows(message_stats={"publish": 600, "ack": 597})
    await watched.group()
    watched.shows(message_stats=None)
    assert ((found := await watched.group()).lag, found.status) == (3, LagStatus.OK)


async def test_a_deleted_queue_goes_when_it_was_missed_twice(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    await watched.group()
    fake.vhosts["shop"] = []
    assert len((await watched.cycle()).groups) == 1
    snapshot = await watched.cycle()
    assert (snapshot.groups, snapshot.topics) == ((), ())


async def test_a_deleted_queue_goes_although_another_virtual_host_is_refused(fake: FakeManagementApi) -> None:
    _refuse(fake, "%2F")
    watched = Watched(fake)
    await watched.group()
    fake.vhosts["shop"] = []
    await watched.cycle()
    assert (await watched.cycle()).groups == ()


async def test_an_expected_queue_that_is_deleted_is_missing(fake: FakeManagementApi) -> None:
    watched = Watched(fake, LagRules(expected=frozenset({"shop/orders"})))
    await watched.group()
    fake.vhosts["shop"] = []
    await watched.cycle()
    assert ((found := await watched.group()).status, found.lag) == (LagStatus.MISSING, None)


async def test_what_can_not_be_listed_is_not_gone(fake: FakeManagementApi) -> None:
    watched = Watched(fake, LagRules(expected=frozenset({"shop/orders", "shop/never-seen"})))
    await watched.group()
    _refuse(fake, "shop")
    assert (await watched.group()).lag == 3, "what was read a minute ago may still be said"
    snapshot = await watched.cycle()
    (found,) = (row for row in snapshot.groups if row.group == "shop/orders")
    assert (found.status, found.lag, found.unknown) == (LagStatus.UNKNOWN, None, Unknown(Reason.REFUSED, NOT_ALLOWED))
    assert snapshot.away == {"vhost shop": NOT_ALLOWED}
    told = {trouble.subject: trouble.is_silenced for trouble in troubles(snapshot, watched.rules, {})}
    assert told["rabbit/vhost shop"] is False
    assert told["shop/orders"] is True


async def test_a_virtual_host_that_the_user_no_longer_sees_is_asked_for(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    await watched.group()
    fake.odd["vhosts"] = saying(200, [{"name": "/"}])
    _refuse(fake, "shop")
    found = [await watched.group() for _ in range(3)][-1]
    assert found.unknown == Unknown(Reason.REFUSED, NOT_ALLOWED)


async def test_a_virtual_host_that_was_deleted_takes_its_queues_with_it_and_is_no_trouble(
    fake: FakeManagementApi,
) -> None:
    watched = Watched(fake)
    await watched.group()
    del fake.vhosts["shop"]
    await watched.cycle()
    snapshot = await watched.cycle()
    assert (snapshot.groups, snapshot.away) == ((), {})
    fake.asked.clear()
    await watched.cycle()
    assert "queues/shop" not in fake.asked


async def test_a_broker_that_is_away_makes_its_queues_unknown_and_nothing_else(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    await watched.group()
    fake.odd["overview"] = saying(503)
    await watched.cycle()
    snapshot = await watched.cycle()
    assert [(row.group, row.status, row.lag) for row in snapshot.groups] == [("shop/orders", LagStatus.UNKNOWN, None)]
    assert (snapshot.topics[0].messages, snapshot.topics[0].status) == (None, LagStatus.UNKNOWN)
    found = troubles(snapshot, watched.rules, {})
    assert [trouble.kind for trouble in found if not trouble.is_silenced] == [TroubleKind.BROKER_AWAY]
    del fake.odd["overview"]
    assert (await watched.group()).lag == 3


async def test_a_queue_that_is_down_is_unknown_with_the_reason(fake: FakeManagementApi) -> None:
    watched = Watched(fake)
    await watched.group()
    watched.shows(state="down")
    await watched.group()
    found = await watched.group()
    assert (found.status, found.lag) == (LagStatus.UNKNOWN, None)
    assert found.unknown == Unknown(Reason.NO_LEADER, "the queue is down")


async def test_dead_letters_are_known_by_their_names(fake: FakeManagementApi) -> None:
    fake.vhosts["shop"] = [queue("orders"), queue("orders-dlq")]
    snapshot = await Watched(fake).cycle()
    assert {flow.topic: flow.is_dead_letters for flow in snapshot.topics} == {
        "shop/orders": False,
        "shop/orders-dlq": True,
    }


async def test_the_lag_watch_takes_it_beside_others(fake: FakeManagementApi) -> None:
    fake.odd["overview"] = saying(503)
    other = FakeManagementApi(shop=[queue("orders")])
    await other.start()
    collectors = [_lag(fake), RabbitLag("other", other.target(), clock=lambda: fake.now)]
    watch = LagWatch(collectors, LagRules(), FakeRows(), lambda: fake.now, lambda _view, _changes: None)
    try:
        await watch.step()
    finally:
        await other.stop()
    assert [(row["cluster"], row["group"], row["status"], row["lag"]) for row in watch.view.json()["groups"]] == [
        ("other", "shop/orders", "OK", 3)
    ]
    assert [incident.subject for incident in watch.view.incidents] == ["rabbit"]
