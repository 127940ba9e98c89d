"""What is wrong by a snapshot: which kinds, since when, on which record, and what a broker's outage silences."""

from slamon.lag.observation import GroupState, Place, Reason, Unknown
from slamon.lag.order_index import OrderIndex, Standing
from slamon.lag.policy import LagRules
from slamon.lag.troubles import Backlog, Spot, Trouble, TroubleKind, troubles
from slamon.lag.verdict import LagStatus, Level
from slamon.lag.waiting import waiting_behind
from slamon.orders.event import SECOND
from tests.builders import HOUR, MINUTE, T0, day
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed, group_of

A0, A1 = Place("a", 0), Place("a", 1)
FIRST = T0 + 15 * SECOND


def followed(*ago: int, committed: int = 0, rules: LagRules | None = None) -> Followed:
    broker = FakeBroker(mes=FakeGroup({A0: committed}))
    broker.logs[A0] = FakeLog([FIRST - span for span in ago])
    return Followed(broker, rules)


def found(cluster: Followed, after: int = 15 * SECOND, index: OrderIndex | None = None) -> list[Trouble]:
    snapshot = cluster.cycle(after)
    waiting = {}
    if index is not None:
        behind = waiting_behind(group_of(snapshot), index, snapshot.as_of)
        assert behind is not None
        waiting["mes"] = behind
    return troubles(snapshot, cluster.rules, waiting, index)


def test_nothing_is_wrong_with_a_group_that_keeps_up() -> None:
    assert found(followed(MINUTE)) == []


def test_a_group_that_is_late_since_its_first_unread_record_waits() -> None:
    (trouble,) = found(followed(20 * MINUTE, HOUR, MINUTE, committed=1))
    assert (trouble.kind, trouble.status, trouble.level) == (
        TroubleKind.LAG, LagStatus.FALLING_BEHIND, Level.CRITICAL,
    )  # fmt: skip
    assert (trouble.started_at, trouble.anchor) == (FIRST - HOUR, "a:0:1")
    assert trouble.spot == Spot("a", 0, 1)
    assert trouble.backlog == Backlog(lag=2, age=HOUR)


def test_the_record_that_a_group_stands_on_and_its_order() -> None:
    index = OrderIndex({"o-2": Standing("SUBMITTED", day(1))}.get)
    for offset, order_id in enumerate(["o-1", "o-2", "o-3"]):
        index.append(A0, offset, order_id, FIRST - HOUR)
    (trouble,) = found(followed(HOUR, HOUR, HOUR, committed=1), index=index)
    assert trouble.spot == Spot("a", 0, 1, "o-2")
    assert (trouble.backlog.orders, trouble.backlog.soonest, trouble.level) == (2, "o-2", Level.CRITICAL)
    assert trouble.backlog.due_at == day(1)


def test_one_failed_cycle_is_no_trouble_a_minute_of_them_is() -> None:
    cluster = followed(MINUTE)
    found(cluster)
    cluster.broker.groups["mes"].fault = Unknown(Reason.REFUSED, "not allowed to describe the group")
    assert found(cluster, MINUTE) == []
    (trouble,) = found(cluster, 30 * SECOND)
    assert trouble.is_new
    (trouble,) = found(cluster, MINUTE)
    assert not trouble.is_new
    assert (trouble.kind, trouble.cause) == (TroubleKind.UNREADABLE, "not allowed to describe the group")


def test_each_kind() -> None:
    lost = followed(MINUTE)
    lost.broker.logs[A0].start = 4
    beyond = followed(MINUTE, committed=9)
    missing = Followed(FakeBroker(), LagRules(expected=frozenset({"mes"}), gone_after=0))
    silent = followed(MINUTE, committed=1, rules=LagRules(silent_after=[("a", HOUR)]))
    found(silent)
    assert [trouble.kind for cluster in (lost, beyond, missing) for trouble in found(cluster)] == [
        TroubleKind.DATA_LOSS, TroubleKind.REWOUND, TroubleKind.MISSING,
    ]  # fmt: skip
    assert found(silent, HOUR - 1) == []
    (trouble,) = found(silent, 1)
    assert (trouble.kind, trouble.subject, trouble.started_at) == (TroubleKind.PRODUCER_SILENT, "a", FIRST)


def test_a_broker_that_is_away_silences_the_groups_under_it() -> None:
    cluster = followed(HOUR)
    found(cluster)
    cluster.broker.away = Unknown(Reason.BROKER_AWAY, "no answer")
    outage, group = found(cluster, 5 * MINUTE)
    assert (outage.kind, outage.subject, outage.cause) == (TroubleKind.BROKER_AWAY, "shop", "no answer")
    assert (group.kind, group.is_silenced) == (TroubleKind.UNREADABLE, True)


def test_one_broker_of_several_silences_only_what_hangs_on_it() -> None:
    cluster = followed(HOUR)
    broker = cluster.broker
    broker.groups["other"] = FakeGroup({A1: 0}, GroupState.EMPTY)
    broker.logs[A1] = FakeLog([FIRST - HOUR])
    broker.groups["mes"].commits[A1] = 1
    found(cluster)
    broker.brokers["2"] = Unknown(Reason.BROKER_AWAY, "no answer")
    assert [(trouble.subject, trouble.is_silenced) for trouble in found(cluster)] == [
        ("shop/2", False), ("mes", False), ("other", False),
    ]  # fmt: skip
    broker.faults[A0] = Unknown(Reason.NO_LEADER)
    assert [(trouble.subject, trouble.is_silenced) for trouble in found(cluster)] == [
        ("shop/2", False), ("mes", True), ("other", True),
    ]  # fmt: skip
