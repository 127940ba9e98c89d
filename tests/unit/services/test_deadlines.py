"""The ticker: what the gate has released fires, a budget at a time."""

import asyncio

import pytest

from slamon.notices.record import KIND_OF
from slamon.notices.row import read_row
from slamon.services import deadlines
from slamon.services.deadlines import fire, run_deadlines
from slamon.services.gate import GateRules, LagGate
from slamon.services.held_back import HeldBack, Silences, nothing_silent
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.sla.silence import Silent
from slamon.stream import Effects
from tests.builders import HOUR, MINUTE, PROMISE_ONLY, day, order_event
from tests.fakes.stream import FakeEngine, FakeOffsets, FakeRows, FakeTally, until


class Bench:
    """Partition 0 with some orders, and a gate that a test moves by hand."""

    def __init__(self, orders: int = 3, silences: Silences = nothing_silent) -> None:
        self.rows = FakeRows()
        self.engine = FakeEngine({0: self.rows})
        self.gate = LagGate(GateRules(()), FakeOffsets(), self.engine, lambda: day(0))
        self.orders = OrderPartition(0, PartitionRules(PROMISE_ONLY, {}, "outbox"), FakeTally(), HeldBack(silences))
        self.partitions = {0: self.orders}
        for number in range(orders):
            event = order_event(order_id=f"o-{number}")
            self.orders.apply(event.order_id.encode(), event, self.rows, Effects(), None)

    def moves(self, days: float) -> None:
        self.gate._now[0] = day(days)
        self.gate.moved.set()

    def told(self) -> int:
        rows = [read_row(stored, PROMISE_ONLY) for stored in self.rows.rows.values()]
        return sum(len(row.records or ()) for row in rows if row is not None)

    def states(self) -> dict[str, set[str]]:
        """States of the deliveries, by kind."""
        found: dict[str, set[str]] = {}
        for stored in self.rows.rows.values():
            row = read_row(stored, PROMISE_ONLY)
            for record in [] if row is None else row.records or []:
                states = found.setdefault(str(KIND_OF[record.kind]), set())
                states.update(str(delivery.state) for delivery in record.deliveries.values())
        return found


async def test_deadlines_fire_up_to_now() -> None:
    """Every order whose time has come, and no other."""
    bench = Bench()
    bench.moves(18)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.told() == 3
    bench.moves(22)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.told() == 6


async def test_nothing_fires_before_the_gate_has_spoken() -> None:
    """Without a `now`, before the first due time, and for a partition that is not here."""
    bench = Bench()
    await fire(0, bench.gate, bench.engine, bench.partitions)
    bench.moves(17)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    bench.gate._now[7] = day(99)
    await fire(7, bench.gate, bench.engine, bench.partitions)
    assert (bench.told(), bench.engine.steps) == (0, 0)


async def test_a_step_takes_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two steps events and requests get their turn."""
    monkeypatch.setattr(deadlines, "BUDGET", 2)
    bench = Bench(orders=5)
    bench.moves(18)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert (bench.told(), bench.engine.steps) == (5, 3)


async def test_what_a_silence_held_back_is_let_go_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before everything is read that had come by then; a budget at a time."""
    monkeypatch.setattr(deadlines, "BUDGET", 2)
    ended_at = day(21, us=MINUTE)
    silent = (Silent("mes", day(20), day(20.5), "mes"),)
    bench = Bench(orders=5, silences=lambda now: silent if now < ended_at else ())
    bench.gate._now[0] = day(21, us=1)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.states() == {"breached": {"held"}, "at_risk": {"superseded"}}
    assert len(bench.orders.held.keys) == 5
    steps = bench.engine.steps
    bench.gate._now[0] = ended_at - 1
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert (bench.engine.steps, len(bench.orders.held.keys)) == (steps, 5)
    bench.gate._now[0] = ended_at
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.states() == {"breached": {"pending"}, "at_risk": {"superseded"}}
    assert (bench.engine.steps, len(bench.orders.held.keys)) == (steps + 3, 0)


async def test_what_is_held_back_goes_out_when_its_time_is_over() -> None:
    """The silence lasts; a worker that takes the partition up in between keeps to the same instant."""
    silent = (Silent("mes", day(20), day(20.5), "mes"),)
    bench = Bench(silences=lambda _: silent)
    bench.gate._now[0] = day(21, us=1)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    bench.orders = OrderPartition(0, bench.orders.rules, FakeTally(), HeldBack(lambda _: silent))
    bench.orders.open(bench.rows)
    bench.partitions[0] = bench.orders
    assert len(bench.orders.held.keys) == len(bench.orders.unsettled) == 3
    bench.gate._now[0] = day(21, us=HOUR - 1)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.states()["breached"] == {"held"}
    bench.gate._now[0] = day(21, us=HOUR)
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.states()["breached"] == {"pending"}


async def test_a_partition_that_went_away_is_left_alone() -> None:
    """Its new owner fires its deadlines."""
    bench = Bench()
    bench.moves(18)
    bench.engine.tables.clear()
    await fire(0, bench.gate, bench.engine, bench.partitions)
    assert bench.told() == 0


async def test_the_ticker_follows_the_gate() -> None:
    """For ever: whenever the gate has moved, and now and then all the same."""
    bench = Bench()
    ticker = asyncio.create_task(run_deadlines(bench.gate, bench.engine, bench.partitions))
    for days, told in ((18, 3), (22, 6)):
        await asyncio.sleep(0)
        bench.moves(days)
        await until(lambda told=told: bench.told() == told)  # type: ignore[misc]
    ticker.cancel()


async def test_a_move_while_firing_is_not_overlooked() -> None:
    """The gate may move while deadlines are being written."""
    bench = Bench()
    bench.moves(18)
    write = bench.engine.write

    async def moving(partition: int, step: object) -> None:
        await write(partition, step)  # type: ignore[arg-type]
        if bench.told() == 3:
            bench.moves(22)

    bench.engine.write = moving  # type: ignore[method-assign]
    ticker = asyncio.create_task(run_deadlines(bench.gate, bench.engine, bench.partitions))
    await until(lambda: bench.told() == 6)
    ticker.cancel()


async def test_without_news_the_ticker_looks_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order that came in overdue does not wait for the gate."""
    monkeypatch.setattr(deadlines, "_IDLE", 0)
    bench = Bench(orders=0)
    bench.gate._now[0] = day(18)
    ticker = asyncio.create_task(run_deadlines(bench.gate, bench.engine, bench.partitions))
    await asyncio.sleep(0)
    bench.orders.apply(b"o-1", order_event(), bench.rows, Effects(), None)
    await until(lambda: bench.told() == 1)
    ticker.cancel()
