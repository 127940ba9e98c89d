import asyncio

import pytest

from slamon.orders.event import DAY, SECOND
from slamon.sla.verdict import Verdict
from slamon.web.site import Limits
from tests.fakes.orders_api import T0, FakeWorker, notice_head, order_head
from tests.fakes.sites import Served, answering, pair, refusing

ORDERS = [order_head(f"o-{number:03}") for number in range(120)]
NOTICES = [notice_head(f"o-{number:03}", 1, at=T0 + number) for number in range(120)]


def halves(partitions: int = 4) -> tuple[FakeWorker, FakeWorker]:
    middle = partitions // 2
    first = FakeWorker(ORDERS, NOTICES, partitions=partitions, local=range(middle))
    second = FakeWorker(ORDERS, NOTICES, partitions=partitions, local=range(middle, partitions))
    assert first.rows
    assert second.rows
    return first, second


async def test_either_of_two_workers_answers_for_both() -> None:
    async with pair(*halves()) as two:
        for served in two:
            orders = await served.get("/api/v1/orders", limit="500")
            assert orders["complete"] is True
            assert [order["order_id"] for order in orders["orders"]] == [head.order_id for head in ORDERS]
            notices = await served.get("/api/v1/notices", limit="500")
            assert [n["notice_id"] for n in notices["notices"]] == [n.notice_id for n in reversed(NOTICES)]
            assert (await served.get("/api/v1/summary"))["orders"] == 120
            for head in ORDERS[:10]:
                assert (await served.get(f"/api/v1/orders/{head.order_id}"))["order_id"] == head.order_id


async def test_a_dead_peer_makes_answers_incomplete_and_its_orders_unknown() -> None:
    first, _ = halves()
    with refusing() as url:
        async with Served(first) as served:
            first.peers = {2: url, 3: url}
            await incomplete(served, first)
            assert served.metric("slamon_http_peer_failures_total ") != ["slamon_http_peer_failures_total 0.0"]


async def test_a_peer_that_hangs_costs_no_more_than_its_time() -> None:
    first, _ = halves()
    async with answering(b"") as url, Served(first, Limits(peer=0.05)) as served:
        first.peers = {2: url, 3: url}
        await incomplete(served, first)


async def test_partitions_that_nobody_claims_are_missing() -> None:
    first, _ = halves()
    async with Served(first) as served:
        await incomplete(served, first)


async def test_a_peer_that_has_lost_its_partitions_is_not_believed() -> None:
    """This worker's view of the assignment is old: the other one no longer has them."""
    first, second = halves()
    async with pair(first, second) as (served, _):
        second.local, second.now = frozenset(), None
        await incomplete(served, first)
        assert (await served.get("/api/v1/summary"))["as_of"] is not None


async def incomplete(served: Served, worker: FakeWorker) -> None:
    for path, rows in (("orders", "orders"), ("notices", "notices")):
        answer = await served.get(f"/api/v1/{path}", limit="500")
        assert answer["complete"] is False
        assert {row["order_id"] for row in answer[rows]} == set(worker.rows)
        assert (answer["reached"]["workers"], answer["reached"]["partitions"]) == (1, len(worker.local))
        assert answer["reached"]["partitions_asked"] == worker.partitions
    summary = await served.get("/api/v1/summary")
    assert (summary["complete"], summary["orders"]) == (False, len(worker.rows))
    for head in ORDERS[:10]:
        path = f"/api/v1/orders/{head.order_id}"
        if head.order_id in worker.rows:
            assert (await served.get(path))["order_id"] == head.order_id
        else:
            assert "can't be asked" in (await served.get(path, 503))["error"]
    elsewhere = next(head.order_id for head in ORDERS if head.order_id not in worker.rows)
    answer = await served.get("/api/v1/notices", order_id=elsewhere)
    assert (answer["complete"], answer["notices"]) == (False, [])


async def test_what_does_not_concern_the_dead_peer_is_complete() -> None:
    first, _ = halves()
    async with Served(first) as served:
        mine = min(first.rows)
        answer = await served.get("/api/v1/notices", order_id=mine)
        assert (answer["complete"], len(answer["notices"])) == (True, 1)
        unknown = next(f"x-{n}" for n in range(100) if first.partition(f"x-{n}") in first.local)
        assert await served.get(f"/api/v1/orders/{unknown}", 404) == {"error": "no such order"}


async def test_the_oldest_part_dates_the_answer() -> None:
    first, second = halves()
    first.now, second.now = T0 + 2 * SECOND, T0
    async with pair(first, second) as (served, _):
        assert (await served.get("/api/v1/summary"))["as_of"] == "2023-11-14T22:13:20Z"
        second.now = None
        assert (await served.get("/api/v1/summary"))["as_of"] is None


async def test_a_worker_without_partitions_answers_through_the_others() -> None:
    idle, busy = FakeWorker(local=[], as_of=None), FakeWorker(ORDERS)
    async with pair(idle, busy) as (served, _):
        answer = await served.get("/api/v1/orders")
        assert (answer["complete"], len(answer["orders"])) == (True, 50)
        assert answer["as_of"] is not None


async def test_of_nothing_the_summary_knows_nothing() -> None:
    async with Served(FakeWorker()) as served:
        summary = await served.get("/api/v1/summary")
    assert summary["by_verdict"] == dict.fromkeys(Verdict, 0)
    assert (summary["orders"], summary["by_status"], summary["by_channel"]) == (0, {}, {})
    for name in ("promise_kept_ratio", "lead_time_p50_seconds", "lead_time_p95_seconds"):
        assert summary[name] is None


async def test_the_summary_of_two_workers_is_that_of_one_with_all_orders() -> None:
    orders = [
        order_head(
            f"o-{number}",
            verdict=Verdict.KEPT if number % 3 else Verdict.BROKEN,
            finished_at=T0 + number * DAY,
            channel=f"c-{number}",
        )
        for number in range(1, 101)
    ]
    async with pair(FakeWorker(orders, local=[0, 1]), FakeWorker(orders, local=[2, 3])) as (served, _):
        together = await served.get("/api/v1/summary")
    async with Served(FakeWorker(orders)) as served:
        alone = await served.get("/api/v1/summary")
    assert together.pop("reached") == {"workers": 2, "workers_asked": 2, "partitions": 4, "partitions_asked": 4}
    assert alone.pop("reached") == {"workers": 1, "workers_asked": 1, "partitions": 4, "partitions_asked": 4}
    assert together == alone
    assert together["promise_kept_ratio"] == 67 / 100
    assert (together["lead_time_p50_seconds"], together["lead_time_p95_seconds"]) == (
        50 * 86_400,
        95 * 86_400,
    )
    assert len(together["by_channel"]) == 51
    assert together["by_channel"]["other"] == 50


async def test_pages_stay_in_step_while_orders_change() -> None:
    """Orders that stand still are each seen once, although time passes, some leave and some come."""
    late = [order_head(f"l-{n:02}", verdict=Verdict.BREACHED, due_at=T0 - (n // 3) * DAY) for n in range(60)]
    first, second = FakeWorker(late, local=[0, 1]), FakeWorker(late, local=[2, 3])
    seen: list[str] = []
    async with pair(first, second) as (one, two):
        answer = await one.get("/api/v1/orders", sort="-overdue_seconds", limit="7")
        seen += [order["order_id"] for order in answer["orders"]]
        for number in range(100):
            if answer["next"] is None:
                break
            for served in (one, two):
                served.now += DAY
            for worker in (first, second):
                worker.rows.pop(f"l-{number * 7:02}", None)
                worker.rows[f"new-{number}"] = order_head(f"new-{number}", due_at=None)
            asked = two if number % 2 else one
            answer = await asked.get("/api/v1/orders", cursor=answer["next"], limit="7")
            seen += [order["order_id"] for order in answer["orders"]]
    stood_still = {head.order_id for head in late} - {f"l-{number * 7:02}" for number in range(100)}
    assert stood_still <= set(seen)
    old = [order_id for order_id in seen if order_id.startswith("l-")]
    assert len(old) == len(set(old))


async def test_many_at_once() -> None:
    async with pair(*halves()) as (one, two):
        answers = await asyncio.gather(*(s.get("/api/v1/summary") for s in (one, two) for _ in range(20)))
    assert {answer["orders"] for answer in answers} == {120}


@pytest.mark.parametrize("order_id", ["a/b", "a b", "ключ", "%2F", "a?b#c", "a+b", "'\"<x>", "a;b", "a&b=c"])
async def test_any_order_id_can_be_asked_for_here_and_elsewhere(order_id: str) -> None:
    here, elsewhere = FakeWorker([order_head(order_id)]), FakeWorker([order_head(order_id)], local=[])
    async with pair(here, elsewhere) as (one, two):
        assert (await one.get_order(order_id))["order_id"] == order_id
        assert (await two.get_order(order_id))["order_id"] == order_id
