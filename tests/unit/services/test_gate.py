"""The lag gate: time moves only when everything read at or after it was processed."""

import asyncio

import pytest

from slamon.orders.event import Instant
from slamon.services import gate as gate_module
from slamon.services.gate import GateRules, LagGate
from slamon.stream import TopicPartition
from tests.builders import T0
from tests.fakes.stream import FakeEngine, FakeOffsets, FakeRows, until

ORDERS, KEYED, REPARTITION = "orders", "keyed", "slamon.repartition"


class Bench:
    """A gate of a worker that owns partitions 0 and 1, a broker that holds ten records everywhere."""

    def __init__(self, *, own: tuple[str, ...] = (), repartition: str | None = None) -> None:
        self.now: Instant = T0
        self.shared = tuple(TopicPartition(ORDERS, number) for number in range(3))
        self.engine = FakeEngine({0: FakeRows(), 1: FakeRows()})
        self.offsets = FakeOffsets(dict.fromkeys(self.shared, 10))
        self.gate = LagGate(
            GateRules(self.shared, own, repartition, interval=0), self.offsets, self.engine, lambda: self.now
        )

    def has_read(self, topic: str, partition: int, offset: int = 10) -> None:
        self.engine.done[TopicPartition(topic, partition)] = offset

    def has_read_all(self) -> None:
        for tp in self.shared:
            self.has_read(*tp)

    def nows(self) -> list[Instant | None]:
        return [self.gate.now(number) for number in (0, 1)]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "_POLL", 0)
    monkeypatch.setattr(gate_module, "_FOREIGN_POLL", 0)


async def _turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_time_moves_when_everything_was_processed() -> None:
    """To the instant at which the broker was asked, not to when the reading was done."""
    bench = Bench()
    bench.has_read(ORDERS, 0)
    bench.has_read(ORDERS, 1)
    bench.has_read(ORDERS, 2, 9)
    step = asyncio.create_task(bench.gate.step())
    await _turns()
    bench.now = T0 + 5
    await _turns()
    assert bench.nows() == [None, None]
    assert not bench.gate.moved.is_set()
    bench.has_read(ORDERS, 2)
    await step
    assert bench.nows() == [T0, T0]
    assert bench.gate.moved.is_set()


async def test_the_instant_is_taken_before_the_ends() -> None:
    """A record that comes after the answer belongs to a later instant."""
    bench = Bench()
    bench.has_read_all()

    class Slow(FakeOffsets):
        async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
            bench.now = T0 + 99
            return dict.fromkeys(bench.shared, 10)

    bench.gate.offsets = Slow()
    await bench.gate.step()
    assert bench.nows() == [T0, T0]


async def test_empty_partitions_hold_nothing_up() -> None:
    """A source without records: nothing to wait for, whoever owns it."""
    bench = Bench()
    bench.offsets.ends = {}
    await bench.gate.step()
    assert bench.nows() == [T0, T0]


async def test_partitions_of_others_count_by_their_commits() -> None:
    """Another worker has processed what it has committed, not more."""
    bench = Bench()
    bench.has_read(ORDERS, 0)
    bench.has_read(ORDERS, 1)
    step = asyncio.create_task(bench.gate.step())
    await until(lambda: ("committed", (TopicPartition(ORDERS, 2),)) in bench.offsets.asked)
    bench.offsets.commits[TopicPartition(ORDERS, 2)] = 9
    await _turns()
    assert not step.done()
    bench.offsets.commits[TopicPartition(ORDERS, 2)] = 10
    await step
    assert bench.nows() == [T0, T0]


async def test_the_repartition_topic_is_a_second_step() -> None:
    """What was sent on while the sources were read has to be processed too: its end is asked for afterwards."""
    bench = Bench(repartition=REPARTITION)
    bench.has_read_all()
    bench.has_read(ORDERS, 2, 9)
    rerouted = tuple(TopicPartition(REPARTITION, number) for number in (0, 1))
    step = asyncio.create_task(bench.gate.step())
    await _turns()
    assert ("ends", rerouted) not in bench.offsets.asked
    bench.offsets.ends[rerouted[1]] = 3
    bench.has_read(ORDERS, 2)
    await until(lambda: ("ends", rerouted) in bench.offsets.asked)
    bench.has_read(REPARTITION, 1, 2)
    await _turns()
    assert not step.done()
    bench.has_read(REPARTITION, 1, 3)
    await step
    assert bench.nows() == [T0, T0]


async def test_of_topics_keyed_by_order_the_own_partitions_are_enough() -> None:
    """An order's events can only be in its own partition."""
    bench = Bench(own=(KEYED,))
    bench.has_read_all()
    await bench.gate.step()
    asked = bench.offsets.asked[0][1]
    assert [tp for tp in asked if tp.topic == KEYED] == [TopicPartition(KEYED, 0), TopicPartition(KEYED, 1)]


@pytest.mark.parametrize("step", ["sources", "repartition"])
async def test_a_rebalance_in_the_middle_makes_the_answer_void(step: str) -> None:
    """What was asked for other partitions says nothing about the new ones."""
    bench = Bench(repartition=REPARTITION)
    bench.has_read_all()
    if step == "sources":
        bench.has_read(ORDERS, 2, 9)
    else:
        bench.offsets.ends[TopicPartition(REPARTITION, 0)] = 3
        bench.has_read(REPARTITION, 0, 0)
    stepping = asyncio.create_task(bench.gate.step())
    await _turns()
    bench.engine.tables[2] = FakeRows()
    await stepping
    assert bench.nows() == [None, None]
    assert not bench.gate.moved.is_set()


async def test_without_partitions_nobody_is_asked() -> None:
    """A worker that owns nothing has no time to move."""
    bench = Bench()
    bench.engine.tables.clear()
    await bench.gate.step()
    assert bench.offsets.asked == []
    assert bench.gate.slowest() is None


async def test_time_never_goes_back() -> None:
    """A clock that was set back stands still until it has caught up."""
    bench = Bench()
    bench.has_read_all()
    await bench.gate.step()
    bench.now = T0 - 50
    await bench.gate.step()
    assert bench.nows() == [T0, T0]


async def test_while_the_broker_is_silent_time_stands_still() -> None:
    """It goes on when the broker answers again; the fault is shown meanwhile."""
    bench = Bench()
    bench.has_read_all()
    running = asyncio.create_task(bench.gate.run())
    await until(lambda: bench.nows() == [T0, T0])
    bench.offsets.away = True
    await until(lambda: bench.gate.fault is not None)
    bench.now = T0 + 9
    await _turns()
    assert (bench.nows(), bench.gate.fault) == ([T0, T0], "the broker is away")
    bench.offsets.away = False
    await until(lambda: bench.nows() == [T0 + 9, T0 + 9])
    await until(lambda: bench.gate.fault is None)
    running.cancel()


async def test_how_fresh_a_worker_is_says_its_slowest_partition() -> None:
    """Unknown while any of its partitions is."""
    bench = Bench()
    bench.has_read_all()
    await bench.gate.step()
    assert bench.gate.slowest() == T0
    bench.gate.forget(1)
    assert bench.gate.slowest() is None
    bench.gate.forget(1)
    del bench.engine.tables[1]
    assert bench.gate.slowest() == T0
