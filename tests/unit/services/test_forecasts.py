"""What all partitions learnt, put together, kept, and asked for elsewhere."""

import asyncio
from collections.abc import Iterable

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.services.forecasts import ForecastLoop, Forecasts, keep
from slamon.services.learning import Learning
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_rows import is_system
from slamon.sla.forecast.durations import Durations
from slamon.stream import Effects
from tests.builders import CLOCK, T0, row_of
from tests.fakes.stream import FakeEngine, FakeRows, FakeTally, until
from tests.foreseeing import LEARNING, knowing, learnt_from, lives, spells_of, told_of

PLACE = (T0, "MANUFACTURING_STARTED")
SHIPPED = row_of().clock


class World:
    """Two partitions of ours, which learn from lives."""

    def __init__(self) -> None:
        self.engine = FakeEngine({0: FakeRows(), 1: FakeRows()})
        self.partitions = {number: self.opened(number) for number in (0, 1)}
        self.forecasts = Forecasts(DEFAULT_LIFECYCLE)
        self.theirs: list[Durations] = []
        self.asked = 0
        self.loop = ForecastLoop(self.forecasts, self.partitions, self.engine, self.peers)

    async def peers(self) -> Iterable[Durations]:
        self.asked += 1
        return self.theirs

    def opened(self, number: int) -> OrderPartition:
        orders = OrderPartition(number, PartitionRules(LEARNING, {}, "outbox"), FakeTally())
        orders.open(self.engine.tables[number])
        return orders

    def learn(self, orders: int, skip: int = 0) -> None:
        """Every other order is of the other partition."""
        for place, (name, moves) in enumerate(list(lives(orders))[skip:]):
            number = place % 2
            for event in told_of(name, moves):
                self.partitions[number].apply(name.encode(), event, self.engine.tables[number], Effects(), None)
            self.partitions[number].tick([name.encode()], self.engine.tables[number], Effects(), T0)

    def knows(self) -> bool:
        return self.forecasts.of(SHIPPED, CLOCK, PLACE) is not None


async def test_forecasts_are_made_from_all_partitions_together() -> None:
    """Neither partition alone has seen enough."""
    world = World()
    world.learn(50)
    assert world.forecasts.thin
    await world.loop.put_together()
    assert world.knows()
    alone = Forecasts(DEFAULT_LIFECYCLE)
    alone.take(world.partitions[0].learning.durations)
    assert alone.of(SHIPPED, CLOCK, PLACE) is None


async def test_what_other_workers_learnt_counts_too() -> None:
    world = World()
    world.theirs = [learnt_from(40)]
    await world.loop.put_together()
    assert not world.knows()
    await world.loop.ask()
    await world.loop.put_together()
    assert world.knows()
    assert world.forecasts.learnt == learnt_from(40).overall.learnt


async def test_little_news_is_not_worth_the_work() -> None:
    world = World()
    world.learn(30)
    await world.loop.put_together()
    known = world.forecasts.learnt
    world.learn(31, skip=30)
    await world.loop.put_together()
    assert world.forecasts.learnt == known
    world.learn(50, skip=31)
    await world.loop.put_together()
    assert world.forecasts.learnt == sum(p.learning.durations.overall.learnt for p in world.partitions.values())


async def test_a_partition_that_goes_takes_what_it_taught_with_it() -> None:
    world = World()
    world.learn(30)
    await world.loop.put_together()
    del world.partitions[1]
    await world.loop.put_together()
    assert world.forecasts.learnt == world.partitions[0].learning.durations.overall.learnt


async def test_what_was_learnt_is_kept_and_taken_up() -> None:
    world = World()
    world.learn(10)
    await world.loop.keep()
    for number, orders in world.partitions.items():
        again = world.opened(number)
        assert again.learning.durations == orders.learning.durations
        assert again.learning.kept == orders.learning.kept == orders.learning.orders == 5
    before = world.engine.steps
    await world.loop.keep()
    assert world.engine.steps == before + len(world.partitions), "nothing new is not written"


async def test_a_partition_that_is_lost_meanwhile_is_its_new_owners() -> None:
    world = World()
    world.learn(10)
    del world.engine.tables[0]
    await world.loop.keep()
    assert (world.partitions[0].learning.kept, world.partitions[1].learning.kept) == (0, 5)
    assert any(is_system(key) for key in world.engine.tables[1].rows)


async def test_what_is_learnt_while_it_is_written_is_not_taken_for_kept() -> None:
    """Only what the snapshot holds is."""
    rows, learning = FakeRows(), Learning(FakeTally())
    engine = FakeEngine({0: rows})
    stories = [row_of(*told_of(name, moves), rules=LEARNING) for name, moves in lives(2)]
    learning.learn(stories[0], CLOCK)
    writing = asyncio.ensure_future(keep(0, learning, engine))
    await until(lambda: engine.steps == 1)
    learning.learn(stories[1], CLOCK)
    await writing
    assert learning.kept == 1
    again = Learning(FakeTally())
    again.load(rows)
    first = Durations()
    for spell in spells_of(next(lives(1))[1]):
        first.learn(None, spell)
    assert again.durations == first


async def test_what_was_opened_anew_meanwhile_is_not_written_by_its_former_self() -> None:
    world = World()
    world.learn(10)
    world.partitions[0].learning.orders += 7  # what it took for learnt was never written
    former = world.partitions[0]
    writing = asyncio.ensure_future(keep(0, former.learning, world.engine, lambda: world.partitions[0] is former))
    world.partitions[0] = world.opened(0)
    await writing
    assert not any(is_system(key) for key in world.engine.tables[0].rows)
    await world.loop.keep()
    assert world.opened(0).learning.kept == 5


async def test_the_loop_goes_on_whatever_breaks() -> None:
    world = World()
    world.learn(30)

    async def broken() -> Iterable[Durations]:
        world.asked += 1
        raise OSError("no network")

    world.loop.peers = broken
    running = asyncio.ensure_future(world.loop.run())
    await until(lambda: world.asked > 0)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_loop_asks_puts_together_and_keeps() -> None:
    world = World()
    world.learn(50)
    running = asyncio.ensure_future(world.loop.run())
    await until(lambda: world.engine.steps >= 4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert world.knows()
    assert world.asked == 1


def test_policies_that_end_orders_otherwise_are_forecast_otherwise() -> None:
    forecasts = knowing(100)
    until_packed = type(CLOCK)(
        type(CLOCK.policy)(promise=type(CLOCK.policy.promise)(stop=frozenset({"PACKAGING"}))), CLOCK.divergence
    )
    shipped, packed = (forecasts.of(SHIPPED, rules, PLACE) for rules in (CLOCK, until_packed))
    assert shipped is not None
    assert packed is None or packed.finish_at(T0) < shipped.finish_at(T0)
    assert forecasts.of(SHIPPED, CLOCK, None) is None
