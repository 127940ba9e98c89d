"""RabbitMQ queues in the same model: depth, movement, the head message's age, verdicts."""

from typing import Any

from slamon.lag.age import Age
from slamon.lag.cluster import ClusterTrack
from slamon.lag.observation import BrokerKind, GroupState, Observation, QueueSeen, Reason, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.rows import GroupLag, Snapshot, TopicFlow
from slamon.lag.verdict import LagStatus
from tests.builders import HOUR, MINUTE, T0


class Rabbit:
    """A broker with one queue `orders`."""

    def __init__(self) -> None:
        self.track = ClusterTrack("rabbit", LagRules())
        self.now = T0

    def cycle(self, queue: QueueSeen | None, after: int = MINUTE) -> Snapshot:
        self.now += after
        queues = {} if queue is None else {"orders": queue}
        seen = Observation(
            "rabbit", self.now, self.now, self.now, BrokerKind.RABBITMQ, queues=queues, brokers={"n": None}
        )
        self.track.observe(seen)
        return self.track.conclude(self.now)

    def group(self, ready: int | None = 0, after: int = MINUTE, **fields: Any) -> GroupLag:
        (group,) = self.cycle(QueueSeen(ready, **({"unacknowledged": 0, "consumers": 1} | fields)), after).groups
        return group


def flow_of(snapshot: Snapshot) -> TopicFlow:
    (flow,) = snapshot.topics
    return flow


def test_depth_is_what_is_ready_and_what_is_not_acknowledged() -> None:
    found = Rabbit().group(3, unacknowledged=2)
    assert (found.group, found.kind, found.lag, found.members) == ("orders", BrokerKind.RABBITMQ, 5, 1)
    assert found.state is GroupState.STABLE


def test_the_head_message_tells_the_age() -> None:
    found = Rabbit().group(3, head_at=T0 + MINUTE - HOUR)
    assert (found.age, found.status) == (Age(HOUR, HOUR), LagStatus.FALLING_BEHIND)


def test_an_empty_queue() -> None:
    rabbit = Rabbit()
    assert (rabbit.group().lag, rabbit.group().status) == (0, LagStatus.OK)
    assert rabbit.group(after=HOUR).status is LagStatus.IDLE


def test_no_consumers() -> None:
    rabbit = Rabbit()
    said = [rabbit.group(1, consumers=0, published=8, settled=7).status for _ in range(7)]
    assert said == [LagStatus.OK] * 5 + [LagStatus.STOPPED] * 2


def test_consumers_that_settle_nothing() -> None:
    rabbit = Rabbit()
    said = [rabbit.group(3, unacknowledged=1, published=9, settled=5).status for _ in range(7)]
    assert said == [LagStatus.OK] * 5 + [LagStatus.STUCK] * 2


def test_without_counters_only_the_same_head_message_is_stuck() -> None:
    flowing, stuck = Rabbit(), Rabbit()
    assert {flowing.group(3).status for _ in range(9)} == {LagStatus.OK}
    said = [stuck.group(3, head_at=T0 + MINUTE).status for _ in range(9)]
    assert said[-1] is LagStatus.STUCK


def test_catching_up() -> None:
    rabbit = Rabbit()
    head = {"head_at": T0 - HOUR, "published": 100}
    found = [rabbit.group(100 - settled, settled=settled, **head) for settled in range(0, 60, 10)][-1]
    assert found.status is LagStatus.CATCHING_UP
    assert found.eta is not None


def test_counters_that_begin_anew_are_no_rewind() -> None:
    rabbit = Rabbit()
    rabbit.group(3, published=100, settled=97)
    found = rabbit.group(3, published=5, settled=2)
    assert (found.lag, found.status) == (3, LagStatus.OK)


def test_rates_are_those_of_the_queue() -> None:
    rabbit = Rabbit()
    rabbit.cycle(QueueSeen(10, 0, 1, published=100, settled=90))
    flow = flow_of(rabbit.cycle(QueueSeen(40, 5, 1, published=220, settled=150)))
    assert (flow.per_second_out, flow.ready, flow.unacknowledged, flow.messages) == (1.0, 40, 5, 45)


def test_a_queue_that_can_not_be_read_is_unknown() -> None:
    rabbit = Rabbit()
    rabbit.group(3)
    fault = Unknown(Reason.BROKER_AWAY)
    assert rabbit.group(None, fault=fault, after=MINUTE).lag == 3
    found = rabbit.group(None, fault=fault)
    assert (found.lag, found.status) == (None, LagStatus.UNKNOWN)
    assert rabbit.group(None, fault=fault).unknown == fault


def test_a_queue_without_a_depth_is_unknown_never_0() -> None:
    assert Rabbit().group(None).lag is None


def test_a_deleted_queue_goes() -> None:
    rabbit = Rabbit()
    rabbit.group(3)
    rabbit.cycle(None)
    assert rabbit.cycle(None).groups == ()


def test_messages_that_expire_leave_nothing_that_waited() -> None:
    rabbit = Rabbit()
    for _ in range(4):
        rabbit.group(3, published=10, settled=7)
    found = rabbit.group(2, published=10, settled=7)
    assert (found.age.at_least, found.status) == (None, LagStatus.OK), "another message stands at the head"


def test_a_purge_counts_neither_as_read_nor_as_never_published() -> None:
    rabbit = Rabbit()
    rabbit.cycle(QueueSeen(900, 0, 1, published=900, settled=0))
    flow = flow_of(rabbit.cycle(QueueSeen(0, 0, 1, published=960, settled=0)))
    assert (flow.per_second_in, flow.per_second_out, flow.messages) == (1.0, 0.0, 0)


def test_rates_are_unknown_until_two_readings_of_the_same_count() -> None:
    rabbit = Rabbit()
    assert flow_of(rabbit.cycle(QueueSeen(0, 0, 1, published=900, settled=900))).per_second_in is None
    assert flow_of(rabbit.cycle(QueueSeen(0, 0, 1, published=5, settled=5))).per_second_in is None
    assert flow_of(rabbit.cycle(QueueSeen(0, 0, 1, published=65, settled=35))).per_second_out == 0.5
    assert flow_of(rabbit.cycle(QueueSeen(0, 0, 1))).per_second_in is None


def test_without_counters_a_queue_that_shrinks_is_read() -> None:
    rabbit = Rabbit()
    found = [rabbit.group(ready, head_at=T0 - HOUR - ready) for ready in range(100, 40, -10)][-1]
    assert found.status is LagStatus.CATCHING_UP


def test_what_is_too_old_to_be_said_is_not_shown_among_the_topics_either() -> None:
    rabbit = Rabbit()
    rabbit.cycle(QueueSeen(3, 0, 1, published=3, settled=0))
    fault = Unknown(Reason.NO_LEADER, "the queue is down")
    rabbit.cycle(QueueSeen(fault=fault))
    flow = flow_of(rabbit.cycle(QueueSeen(fault=fault)))
    assert (flow.messages, flow.ready, flow.per_second_in, flow.unknown) == (None, None, None, fault)


def test_the_virtual_host_stands_for_the_broker_of_a_queue() -> None:
    assert Rabbit().group(3).coordinator == "vhost /"


def test_what_is_remembered_over_a_restart_is_still_a_queue() -> None:
    before = Rabbit()
    for _ in range(8):
        before.group(3, published=9, settled=6, consumers=0)
    after = Rabbit()
    after.now = before.now
    after.track.remember(before.track.keep())
    found = after.group(3, published=9, settled=6, consumers=0)
    assert (found.kind, found.status) == (BrokerKind.RABBITMQ, LagStatus.STOPPED)
    away = Rabbit()
    away.track.remember(before.track.keep())
    fault = Unknown(Reason.BROKER_AWAY)
    away.track.observe(Observation("rabbit", T0, T0, T0, BrokerKind.RABBITMQ, fault=fault))
    (group,) = away.track.conclude(T0).groups
    assert (group.kind, group.lag, group.unknown) == (BrokerKind.RABBITMQ, None, fault)
