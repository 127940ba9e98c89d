"""Laws of the ports that the web application reads: every implementation passes the same cases.

To add one: a function that gives a `World`, and a line in `WORLDS`. A world needs at least three orders, one
of them finished, one open and overdue with a notice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import msgspec
import pytest

from slamon.app.web_ports import LocalOrders
from slamon.orders.event import DAY
from slamon.services.system_notices import SystemNotices
from slamon.sla.verdict import Verdict
from slamon.web.ports import MOST_IN_BATCH, Cluster, NoticeHead, NoticesApi, OrderHead, OrdersApi
from tests.fakes.orders_api import T0, FakeWorker, notice_head, order_head
from tests.fakes.own_rows import OwnRows


@dataclass(frozen=True)
class World:
    """One implementation, filled; `order_ids` are all orders in it."""

    orders: OrdersApi
    notices: NoticesApi
    cluster: Cluster
    order_ids: frozenset[str]
    change: Callable[[], Awaitable[set[str]]]
    """Lets some order come, change or go; says which."""
    unknown: str = "no such order anywhere"

    async def all_heads(self) -> list[OrderHead]:
        return [head async for batch in self.orders.heads(self.cluster.placement().local) for head in batch]

    async def all_notices(self, order_id: str | None = None) -> list[NoticeHead]:
        local = self.cluster.placement().local
        return [head async for batch in self.notices.notice_heads(local, order_id) for head in batch]


@asynccontextmanager
async def in_memory() -> AsyncIterator[World]:
    orders = [order_head(f"o-{number}") for number in range(3 * MOST_IN_BATCH)]
    orders.append(order_head("late", verdict=Verdict.BREACHED, due_at=T0 - DAY))
    orders.append(order_head("done", verdict=Verdict.KEPT, finished_at=T0, status="SHIPPED"))
    worker = FakeWorker(orders, [notice_head("late", 1), notice_head("done", 1, kind="at_risk")])

    async def change() -> set[str]:
        number = len(worker.rows)
        worker.rows[f"new-{number}"] = order_head(f"new-{number}")
        gone, _ = worker.rows.popitem() if number % 2 else ("o-0", worker.rows.pop("o-0", None))
        worker.rows["o-1"] = order_head("o-1", status="PACKAGING")
        return {f"new-{number}", gone, "o-1"}

    yield World(worker, worker, worker, frozenset(head.order_id for head in orders), change)


@asynccontextmanager
async def real_rows() -> AsyncIterator[World]:
    """What the daemon serves: rows as its partitions write them, read as its web application does."""
    table = OwnRows()
    for number in range(3 * MOST_IN_BATCH):
        table.tell(f"o-{number}", "SUBMITTED", T0 - DAY)
    table.tell("late", "SUBMITTED", T0 - 40 * DAY)
    table.tell("done", "SUBMITTED", T0 - DAY)
    table.tell("done", "SHIPPED", T0)
    table.tick(T0)

    async def change() -> set[str]:
        number = table.count
        table.tell(f"new-{number}", "SUBMITTED", T0)
        table.tell("o-1", "PACKAGING", T0 + number)
        table.drop(f"o-{number}")
        return {f"new-{number}", "o-1", f"o-{number}"}

    orders = LocalOrders(table.view(T0), SystemNotices(lambda: table.partition_rules))
    yield World(orders, orders, table, frozenset(table.order_ids()), change)


WORLDS = [pytest.param(in_memory, id="in memory"), pytest.param(real_rows, id="real rows")]


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    build: Callable[[], AbstractAsyncContextManager[World]] = request.param
    async with build() as built:
        yield built


async def test_a_scan_gives_every_order_once(world: World) -> None:
    ids = [head.order_id for head in await world.all_heads()]
    assert len(ids) == len(set(ids))
    assert set(ids) == world.order_ids


async def test_a_scan_of_one_partition_gives_its_orders_only(world: World) -> None:
    for partition in world.cluster.placement().local:
        ids = {head.order_id async for batch in world.orders.heads([partition]) for head in batch}
        assert ids == {order for order in world.order_ids if world.cluster.partition(order) == partition}


async def test_batches_are_small_enough_to_give_way_between_them(world: World) -> None:
    async for batch in world.orders.heads(world.cluster.placement().local):
        assert 0 < len(batch) <= MOST_IN_BATCH


async def test_a_scan_survives_orders_coming_and_going_between_batches(world: World) -> None:
    seen: list[str] = []
    touched: set[str] = set()
    async for batch in world.orders.heads(world.cluster.placement().local):
        seen += [head.order_id for head in batch]
        touched |= await world.change()
    assert len(seen) == len(set(seen))
    assert world.order_ids - touched <= set(seen)


async def test_an_order_says_the_same_as_its_head(world: World) -> None:
    for head in (await world.all_heads())[-50:]:
        order = await world.orders.order(head.order_id)
        assert order is not None
        said = {name: order[name] for name in ("order_id", "status", "verdict", "channel", "manager_id", "client_name")}
        assert said == {name: getattr(head, name) for name in said}
        assert (order["finished_at"] is None) == (head.finished_at is None)


async def test_orders_and_notices_are_ready_for_json(world: World) -> None:
    for order_id in sorted(world.order_ids)[:20]:
        msgspec.json.encode(await world.orders.order(order_id))
        msgspec.json.encode(await world.notices.notices(order_id))


async def test_an_unknown_order_is_none_and_has_no_notices(world: World) -> None:
    assert await world.orders.order(world.unknown) is None
    assert list(await world.notices.notices(world.unknown)) == []
    assert await world.all_notices(world.unknown) == []


async def test_verdicts_are_known_words_and_ends_fit_them(world: World) -> None:
    for head in await world.all_heads():
        verdict = Verdict(head.verdict)
        assert (head.finished_at is not None) == (verdict in {Verdict.KEPT, Verdict.BROKEN})


async def test_a_scan_of_notices_gives_each_once_and_with_its_order(world: World) -> None:
    heads = await world.all_notices()
    ids = [head.notice_id for head in heads]
    assert ids
    assert len(ids) == len(set(ids))
    for head in heads:
        views = await world.notices.notices(head.subject)
        assert head.notice_id in [view["notice_id"] for view in views]
        assert head in await world.all_notices(head.subject)


async def test_the_notices_of_an_order_are_those_that_the_scan_shows(world: World) -> None:
    for subject in {head.subject for head in await world.all_notices()}:
        views = await world.notices.notices(subject)
        heads = await world.all_notices(subject)
        assert {view["notice_id"]: view["kind"] for view in views} == {h.notice_id: h.kind for h in heads}


async def test_what_is_not_owned_is_not_scanned(world: World) -> None:
    absent = world.cluster.placement().partitions
    assert [batch async for batch in world.orders.heads([absent]) if batch] == []


async def test_freshness_is_known_once_there_are_orders(world: World) -> None:
    assert world.orders.as_of() is not None
