import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import pytest

from slamon.app.web_ports import LocalForecasts, LocalOrders, Peers, WorkerHealth
from slamon.kafka.partitioner import partition_of
from slamon.notices.system import of_silence
from slamon.orders.event import Instant
from slamon.services.gate import GateRules, LagGate
from slamon.services.orders_view import OrdersView
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_notices import SystemNotices
from slamon.sla.forecast.scoring import Noted
from slamon.sla.silence import Silent
from slamon.stream import Effects, TopicPartition
from slamon.web.ports import NoticeHead, OrderHead
from tests.builders import ORDER, PROMISE_ONLY, T0, day, order_event
from tests.fakes.standing_engine import StandingEngine
from tests.fakes.stream import FakeOffsets, FakeTally, until
from tests.fakes.tables import FakeTables, tables_of
from tests.foreseeing import LEARNING, learnt_from

OWN, OTHER = "http://worker-0:8080", "http://worker-1:8080"
Item = TypeVar("Item")


async def listed(batches: AsyncIterator[Sequence[Item]]) -> list[Item]:
    return [item async for batch in batches for item in batch]


def local(tables: FakeTables, now: Instant | None) -> LocalOrders:
    view = OrdersView(tables, lambda: tables.rules, tables.partitions, lambda: now, lambda: T0)
    return LocalOrders(view, SystemNotices(lambda: PartitionRules(tables.rules, {}, "outbox")))


async def test_heads_of_orders_are_in_the_webs_words() -> None:
    tables = tables_of(
        order_event(channel="shop", manager_id="m-1", client_name="Ann", client_id="c-1"),
        order_event("SHIPPED", day(2), system="mes"),
    )
    assert await listed(local(tables, day(3)).heads([0])) == [
        OrderHead(ORDER, "SHIPPED", "kept", "shop", "m-1", "Ann", T0, day(21), day(2), "c-1")
    ]


async def test_how_fresh_the_orders_are_is_the_gates_word_alone() -> None:
    assert local(FakeTables(), day(3)).as_of() == day(3)
    assert local(FakeTables(), None).as_of() is None


async def test_an_order_that_is_not_here_is_none() -> None:
    orders = local(tables_of(order_event()), day(3))
    assert (await orders.order(ORDER) or {})["order_id"] == ORDER
    assert await orders.order("unknown") is None


def told_of(*order_ids: str) -> FakeTables:
    """Orders that have breached, so that each has a warning and a breach; the last of them has nothing yet."""
    *late, new = order_ids
    tables = tables_of(
        *(order_event(order_id=order_id) for order_id in late), order_event(order_id=new), rules=PROMISE_ONLY
    )
    for order_id in late:
        tables.settle(order_id, day(22))
    return tables


async def test_notices_are_listed_of_all_orders_or_of_one() -> None:
    orders = local(told_of("a", "b", "c"), day(22))
    everything = await listed(orders.notice_heads([0], None))
    assert sorted((head.subject, head.kind) for head in everything) == [
        ("a", "at_risk"),
        ("a", "breached"),
        ("b", "at_risk"),
        ("b", "breached"),
    ]
    of_one = await listed(orders.notice_heads([0], "b"))
    assert sorted(of_one) == sorted(head for head in everything if head.subject == "b")
    assert all(isinstance(head, NoticeHead) for head in of_one)
    assert {one["notice_id"] for one in await orders.notices("b")} == {head.notice_id for head in of_one}


@pytest.mark.parametrize("order_id", ["c", "unknown"])
async def test_an_order_without_notices_has_none(order_id: str) -> None:
    orders = local(told_of("a", "b", "c"), day(22))
    assert await listed(orders.notice_heads([0], order_id)) == []
    assert await orders.notices(order_id) == []


async def test_notices_about_sources_are_listed_by_the_owner_of_the_shared_partition() -> None:
    """A source may be called like an order: each notice is listed once, under its own id."""
    tables = told_of("a", "b", "c")
    orders = local(tables, day(22))
    told = of_silence(Silent("a", day(1), day(2)), 7, ("slack",), day(3))
    orders.system.declare(told, tables.tables[0], Effects())
    heads = await listed(orders.notice_heads([0], None))
    assert len(heads) == 5
    assert NoticeHead(told.notice_id, day(2), "source_silent", "a") in heads
    assert {one["notice_id"] for one in await orders.notices("a")} == {h.notice_id for h in heads if h.subject == "a"}
    assert "source_silent" not in {head.kind for head in await listed(orders.notice_heads([0], "a"))}
    assert "source_silent" not in {head.kind for head in await listed(orders.notice_heads([1], None))}
    tables.tables.pop(0)
    assert await orders.notices("a") == []


def test_partitions_of_others_are_asked_there_and_own_ones_here() -> None:
    engine = StandingEngine()
    engine.tables.tables = {0: engine.tables.tables[0]}
    engine.others = {0: OTHER, 1: OTHER, 2: OWN}
    placement = Peers(engine, 4, OWN).placement()
    assert (placement.partitions, placement.local) == (4, frozenset({0}))
    assert placement.peers == {1: OTHER}  # 0 is open here, 2 is coming to us: asking ourselves would go in circles


def test_an_orders_partition_is_the_same_on_every_worker() -> None:
    places = {Peers(StandingEngine(), 4, url).partition("o-ü") for url in (OWN, OTHER)}
    assert places == {partition_of("o-ü".encode(), 4)}


class World:
    """The health of a worker that waits for nothing and whose gate has an answer, until a test changes that."""

    def __init__(self) -> None:
        self.engine = StandingEngine()
        self.offsets = FakeOffsets()
        self.waiting_for = ""
        self.gate = LagGate(GateRules(()), self.offsets, self.engine, lambda: T0)
        self.health = WorkerHealth(self.engine, self.gate, lambda: self.waiting_for)


@pytest.fixture
async def world() -> World:
    made = World()
    await made.gate.step()
    return made


async def test_a_worker_that_works_is_ready(world: World) -> None:
    assert world.health.ready() == (True, {"engine": "ok", "broker": "ok", "lag_gate": "ok"})
    assert world.health.healthy()


async def test_before_the_start_only_what_is_waited_for_counts(world: World) -> None:
    world.waiting_for = "orders.events: does not exist"
    assert world.health.ready() == (False, {"startup": "orders.events: does not exist"})
    assert world.health.healthy()


async def test_an_engine_that_waits_is_not_ready_whatever_the_gate_says(world: World) -> None:
    world.engine.checks["broker"] = "not yet a member of the group"
    ready, checks = world.health.ready()
    assert not ready
    assert checks == {"engine": "ok", "broker": "not yet a member of the group", "lag_gate": "ok"}


async def test_partitions_that_are_not_read_up_yet_are_counted() -> None:
    world = World()
    world.engine.tables.tables.pop(3)
    ready, checks = world.health.ready()
    assert not ready
    assert checks["lag_gate"] == "3 of 3 partitions are not read yet up to the end found at the start"
    await world.gate.step()
    world.engine.tables.tables[3] = FakeTables().tables[0]
    assert world.health.ready()[1]["lag_gate"].startswith("1 of 4 partitions")


async def test_a_gate_without_answers_is_a_reason_until_it_has_one_again(world: World) -> None:
    world.gate.rules = GateRules((TopicPartition("orders", 0),), interval=0.0)
    world.offsets.away = True
    running = asyncio.create_task(world.gate.run())
    await until(lambda: world.health.ready() == (False, {**world.engine.checks, "lag_gate": "the broker is away"}))
    assert world.health.healthy()
    world.offsets.away = False
    await until(lambda: world.health.ready()[0])
    running.cancel()


def test_what_was_learnt_here_is_that_of_the_partitions_asked_for() -> None:
    """Others count for nothing, be they not asked for or not here."""
    partitions = {
        number: OrderPartition(number, PartitionRules(LEARNING, {}, "outbox"), FakeTally()) for number in (0, 1)
    }
    for orders in partitions.values():
        orders.learning.durations = learnt_from(3)
        orders.learning.calibration.score([Noted(1, 100, 5)], 9)
    forecasts = LocalForecasts(partitions)
    assert forecasts.learnt([1, 2]) == learnt_from(3)
    assert forecasts.learnt([0, 1]).overall.learnt == 2 * learnt_from(3).overall.learnt
    assert forecasts.calibration([0, 1]).missed[1] == 2
    assert sum(forecasts.calibration([7]).forecasts) == 0
