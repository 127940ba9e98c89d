"""Laws of the HTTP API, whoever answers: a served fake or the real daemon pass the same cases.

To add one: a function that gives an `Api`, and a line in `APIS`. It needs at least five orders of which one
has a notice, and has to stand still meanwhile.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from slamon.orders.event import DAY
from slamon.sla.verdict import Verdict
from slamon.web.sorting import SORTS
from tests.fakes.orders_api import T0, FakeWorker, notice_head, order_head
from tests.fakes.sites import Served, pair


@dataclass(frozen=True)
class Api:
    """A running API; `order_ids` are all orders that it knows."""

    url: str
    order_ids: frozenset[str]

    async def get(self, path: str, expect: int = 200, **params: str) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as client,
            client.get(self.url + path, params=params) as response,
        ):
            assert response.status == expect
            body: dict[str, Any] = await response.json()
            return body

    async def pages(self, path: str, rows: str, **params: str) -> list[dict[str, Any]]:
        """All rows, page after page."""
        answer = await self.get(path, 200, **params)
        found: list[dict[str, Any]] = answer[rows]
        while answer["next"] is not None:
            answer = await self.get(path, 200, cursor=answer["next"], **params)
            found += answer[rows]
        assert answer["complete"] is True
        return found


def _orders() -> list[Any]:
    return [
        order_head("late", verdict=Verdict.BREACHED, due_at=T0 - DAY, channel="b2b"),
        order_head("done", verdict=Verdict.KEPT, finished_at=T0, status="SHIPPED"),
        order_head("cart", verdict=Verdict.NOT_STARTED, due_at=None, started_at=None, status=None),
        order_head("a/b?c#d %é", manager_id=None, client_name=None, channel=None),
        *(order_head(f"o-{number}", due_at=T0 + number % 3) for number in range(20)),
    ]


@asynccontextmanager
async def one_worker() -> AsyncIterator[Api]:
    orders = _orders()
    async with Served(FakeWorker(orders, [notice_head("late", number) for number in range(5)])) as served:
        yield Api(served.url, frozenset(head.order_id for head in orders))


@asynccontextmanager
async def two_workers() -> AsyncIterator[Api]:
    orders, notices = _orders(), [notice_head("late", number) for number in range(5)]
    first = FakeWorker(orders, notices, local=[0, 3])
    second = FakeWorker(orders, notices, local=[1, 2])
    async with pair(first, second) as (one, _):
        yield Api(one.url, frozenset(head.order_id for head in orders))


APIS = [pytest.param(one_worker, id="one worker"), pytest.param(two_workers, id="two workers")]


@pytest.fixture(params=APIS)
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    build: Callable[[], AbstractAsyncContextManager[Api]] = request.param
    async with build() as built:
        yield built


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_give_every_order_once_in_every_sort(api: Api, sort: str) -> None:
    ids = [order["order_id"] for order in await api.pages("/api/v1/orders", "orders", sort=sort, limit="4")]
    assert len(ids) == len(set(ids))
    assert set(ids) == api.order_ids


async def test_pages_are_pieces_of_the_whole_list(api: Api) -> None:
    whole = await api.get("/api/v1/orders", limit="500")
    pieces = await api.pages("/api/v1/orders", "orders", limit="3")
    assert [order["order_id"] for order in pieces] == [order["order_id"] for order in whole["orders"]]


async def test_every_answer_says_how_fresh_it_is(api: Api) -> None:
    for path in ("orders", "summary", "notices", f"orders/{quote(min(api.order_ids), safe='')}"):
        assert (await api.get(f"/api/v1/{path}"))["as_of"].endswith("Z")


async def test_an_order_is_the_same_alone_and_in_the_list(api: Api) -> None:
    for order in (await api.get("/api/v1/orders", limit="500"))["orders"]:
        alone = await api.get(f"/api/v1/orders/{quote(order['order_id'], safe='')}")
        assert {name: alone[name] for name in ("order_id", "status", "promise", "channel")} == {
            name: order[name] for name in ("order_id", "status", "promise", "channel")
        }


async def test_an_unknown_order_is_404(api: Api) -> None:
    assert "error" in await api.get("/api/v1/orders/no-such-order", expect=404)


@pytest.mark.parametrize("field", ["verdict", "status", "channel", "manager_id", "client_id"])
async def test_a_filter_gives_exactly_the_orders_with_that_value(api: Api, field: str) -> None:
    orders = (await api.get("/api/v1/orders", limit="500"))["orders"]
    for value in {order[field] for order in orders if order[field]}:
        found = await api.pages("/api/v1/orders", "orders", **{field: value, "limit": "4"})
        wanted = {order["order_id"] for order in orders if order[field] == value}
        assert {order["order_id"] for order in found} == wanted


async def test_the_summary_counts_what_the_list_shows(api: Api) -> None:
    orders = (await api.get("/api/v1/orders", limit="500"))["orders"]
    summary = await api.get("/api/v1/summary")
    assert summary["complete"] is True
    assert summary["orders"] == len(orders) == sum(summary["by_status"].values())
    assert sum(summary["by_channel"].values()) == len(orders)
    for verdict, number in summary["by_verdict"].items():
        assert number == sum(order["verdict"] == verdict for order in orders)


async def test_notices_come_newest_first_and_each_once(api: Api) -> None:
    notices = await api.pages("/api/v1/notices", "notices", limit="2")
    assert notices
    assert [n["at"] for n in notices] == sorted((n["at"] for n in notices), reverse=True)
    assert len({notice["notice_id"] for notice in notices}) == len(notices)


async def test_notices_of_one_order(api: Api) -> None:
    order_id = (await api.get("/api/v1/notices"))["notices"][0]["order_id"]
    found = await api.pages("/api/v1/notices", "notices", order_id=order_id, limit="2")
    assert {notice["order_id"] for notice in found} == {order_id}


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/notices", "/api/v1/summary"])
async def test_an_unknown_parameter_is_refused(api: Api, path: str) -> None:
    assert "'colour'" in (await api.get(path, expect=400, colour="red"))["error"]
