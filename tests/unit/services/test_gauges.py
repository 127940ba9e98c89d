import asyncio
from dataclasses import dataclass, field

import pytest

from slamon.metrics.registry import Metrics
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.orders.event import SECOND, Instant
from slamon.services import gauges
from slamon.services.channel import Channel
from slamon.services.gate import GateRules, LagGate
from slamon.services.gauges import Gauges
from slamon.services.offers import Address, Offer
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.stream import Progress
from tests.builders import RULES, T0
from tests.fakes.stream import FakeEngine, FakeOffsets, FakeRows, FakeTally, until
from tests.unit.metrics.exposition import samples

RECOVERY = "slamon_worker_recovery_seconds"


@dataclass
class Working(FakeEngine):
    """An engine in the middle of its life."""

    progress: Progress = field(default_factory=lambda: Progress(phase="running"))


class World:
    """Gauges with all that they read; `now` is the clock."""

    def __init__(self) -> None:
        self.now: Instant = T0
        self.serving = False
        self.engine = Working()
        self.metrics = Metrics(version="1", receivers=["slack"])
        self.gate = LagGate(GateRules(()), FakeOffsets(), self.engine, lambda: self.now)
        self.partitions: dict[int, OrderPartition] = {}
        self.channels = {"slack": Channel("slack")}
        self.gauges = Gauges(
            self.metrics,
            self.engine,
            self.gate,
            self.partitions,
            self.channels,
            lambda: self.serving,
            lambda: self.now,
        )

    def own(self, *partitions: int) -> None:
        self.engine.tables = {number: FakeRows() for number in partitions}

    def show(self, *, after: float = 0.0) -> None:
        self.now += round(after * SECOND)
        self.gauges.show()

    def value(self, name: str) -> float | None:
        return samples(self.metrics, name).get(())


@pytest.fixture
def world() -> World:
    return World()


def offer(notice_id: str) -> Offer:
    return Offer(
        notice_id=notice_id,
        receiver="slack",
        kind=NoticeKind.BREACHED,
        order_id="o-1",
        partition=0,
        stage=None,
        due_at=T0,
        at=T0,
        decided_at=T0,
        state=DeliveryState.PENDING,
        attempts=0,
        retracts=None,
        reinstated=False,
        order={},
    )


async def test_the_first_recovery_is_measured_from_the_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "_EVERY", 0.0)
    world.serving = True
    running = asyncio.create_task(world.gauges.run())
    await until(lambda: world.value("slamon_ready") == 1)
    assert world.value(RECOVERY) is None
    world.now += 7 * SECOND
    world.own(0, 1)
    await until(lambda: world.value("slamon_worker_partitions") == 2)
    running.cancel()
    assert world.value(RECOVERY) == 7


async def test_a_rebalance_is_counted_and_measured_until_there_are_partitions_again(world: World) -> None:
    world.own(0)
    await world.gauges.handing_over()
    world.engine.progress.phase = "recovering"
    world.own()
    world.show(after=1)
    assert world.value("slamon_worker_rebalances_total") == 1
    assert world.value(RECOVERY) is None
    world.engine.progress.phase = "running"
    world.own(0, 1)
    world.show(after=2)
    world.show(after=5)
    assert world.value(RECOVERY) == 3


async def test_partitions_that_are_being_handed_over_are_no_recovery(world: World) -> None:
    world.own(0)
    await world.gauges.handing_over()
    world.engine.progress.phase = "handing over"
    world.show(after=1)
    assert world.value(RECOVERY) is None
    world.engine.progress.phase = "running"
    world.show(after=3)
    assert world.value(RECOVERY) == 4


async def test_batches_are_added_up_and_readiness_is_the_probes(world: World) -> None:
    world.engine.progress.batches = 5
    world.show()
    world.engine.progress.batches = 8
    world.serving = True
    world.show()
    assert world.value("slamon_worker_batches_total") == 8
    assert world.value("slamon_ready") == 1
    world.serving = False
    world.show()
    assert world.value("slamon_ready") == 0


async def test_safe_time_is_absent_until_known_and_then_ages(world: World) -> None:
    world.own(0)
    world.show()
    assert world.value("slamon_worker_safe_time_age_seconds") is None
    assert world.value("slamon_worker_time_unknown") == 1
    await world.gate.step()
    world.show(after=2.5)
    assert world.value("slamon_worker_safe_time_age_seconds") == 2.5
    assert world.value("slamon_worker_time_unknown") == 0


async def test_orders_that_wait_for_a_deadline_are_counted_over_all_partitions(world: World) -> None:
    for number in (0, 1):
        rules = PartitionRules(RULES, {"slack": Address("slack", b"slack", 0)}, "outbox")
        world.partitions[number] = OrderPartition(number, rules, FakeTally())
        world.partitions[number].due.file(b"a", T0)
    world.partitions[1].due.file(b"b", T0)
    world.show()
    assert world.value("slamon_due_orders") == 3


async def test_a_queue_holds_what_waits_and_what_is_under_way(world: World) -> None:
    world.channels["slack"].offer(offer("n-1"))
    world.channels["slack"].offer(offer("n-2"))
    assert world.channels["slack"].start() is not None
    world.show()
    assert samples(world.metrics, "slamon_notice_queue_length") == {("slack",): 2}
    world.channels["slack"].clear()
    world.show()
    assert samples(world.metrics, "slamon_notice_queue_length") == {("slack",): 0}


async def test_a_queue_that_refuses_everything_shows(world: World) -> None:
    """The attempt that found it out is one only: whoever watches counters may miss it."""
    world.show()
    assert samples(world.metrics, "slamon_notice_queues_refused") == {("slack",): 0}
    world.channels["slack"].refused = "auth"
    world.show()
    assert samples(world.metrics, "slamon_notice_queues_refused") == {("slack",): 1}
