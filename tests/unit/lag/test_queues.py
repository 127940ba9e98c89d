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
