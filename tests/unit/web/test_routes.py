import msgspec
import pytest

from slamon.web.parts import PEER_PATH, OrdersAsk, SummaryAsk, SummaryPart
from slamon.web.query import OrderFilter
from tests.fakes.orders_api import FakeWorker, notice_head, order_head
from tests.fakes.sites import Served

JSON = {"Content-Type": "application/json"}


async def test_health() -> None:
    async with Served(FakeWorker()) as served:
        assert await served.get("/-/healthy") == {"healthy": True}
        served.health.alive = False
        assert await served.get("/-/healthy", 503) == {"healthy": False}


async def test_ready_names_what_is_missing_and_the_metric_agrees() -> None:
    async with Served(FakeWorker()) as served:
        assert await served.get("/-/ready") == {"ready": True, "checks": {"kafka": "ok"}}
        assert "slamon_ready 1.0" in (await served.ask("GET", "/metrics"))[2]
        served.health.checks = {"kafka": "no broker answers", "table": "ok"}
        assert await served.get("/-/ready", 503) == {
            "ready": False,
            "checks": {"kafka": "no broker answers", "table": "ok"},
        }
        assert "slamon_ready 0.0" in (await served.ask("GET", "/metrics"))[2]
        assert await served.get("/-/healthy") == {"healthy": True}


async def test_head_works_for_probes() -> None:
    async with Served(FakeWorker()) as served:
        for path in ("/-/healthy", "/-/ready"):
            status, _, text = await served.ask("HEAD", path)
            assert (status, text) == (200, "")


async def test_metrics_speak_what_accept_asks_for() -> None:
    async with Served(FakeWorker()) as served:
        _, plain, text = await served.ask("GET", "/metrics")
        _, open_headers, open_text = await served.ask(
            "GET", "/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"}
        )
    assert plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert open_headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert open_text.endswith("# EOF\n")
    assert 'slamon_build_info{python="' in text


async def test_orders_by_filter_sort_and_limit() -> None:
    orders = [order_head("a", channel="b2b"), order_head("b"), order_head("c", channel="b2b")]
    async with Served(FakeWorker(orders)) as served:
        answer = await served.get("/api/v1/orders", channel="b2b", limit="1")
        assert ([order["order_id"] for order in answer["orders"]], answer["complete"]) == (["a"], True)
        answer = await served.get("/api/v1/orders", channel="b2b", limit="1", cursor=answer["next"])
        assert ([order["order_id"] for order in answer["orders"]], answer["next"]) == (["c"], None)


async def test_an_order_says_how_fresh_it_is_and_takes_no_parameters() -> None:
    async with Served(FakeWorker([order_head("o")])) as served:
        answer = await served.get("/api/v1/orders/o")
        assert list(answer)[:2] == ["as_of", "order_id"]
        assert "allowed: none" in (await served.get("/api/v1/orders/o", 400, at="now"))["error"]
        assert await served.get("/api/v1/orders/" + "x" * 129, 404) == {"error": "no such order"}


async def test_an_order_is_explained() -> None:
    worker = FakeWorker([order_head("o")])
    async with Served(worker) as served:
        answer = await served.get("/api/v1/orders/o/explain")
        assert answer == {"as_of": "2023-11-14T22:13:20Z", "order_id": "o", "causes": []}
        worker.now = None
        assert (await served.get("/api/v1/orders/o/explain"))["as_of"] is None
        assert "allowed: none" in (await served.get("/api/v1/orders/o/explain", 400, at="now"))["error"]
        assert await served.get("/api/v1/orders/other/explain", 404) == {"error": "no such order"}


async def test_notices_of_an_order_retracted_ones_too() -> None:
    told = [notice_head("o", 1), notice_head("o", 2, kind="retracted"), notice_head("p", 1)]
    async with Served(FakeWorker(notices=told)) as served:
        answer = await served.get("/api/v1/notices", order_id="o")
        assert [notice["notice_id"] for notice in answer["notices"]] == ["o#1", "o#2"]
        answer = await served.get("/api/v1/notices", kind="retracted")
        assert [notice["notice_id"] for notice in answer["notices"]] == ["o#2"]


async def test_text_of_producers_stays_data() -> None:
    payload = "</script><script>alert(1)</script>"
    async with Served(FakeWorker([order_head("o", client_name=payload)])) as served:
        _, headers, _ = await served.ask("GET", "/api/v1/orders")
        assert headers["Content-Type"] == "application/json"
        assert (await served.get("/api/v1/orders"))["orders"][0]["client_name"] == payload


@pytest.mark.parametrize(
    "query",
    ["q=%ed%a0%80", "q=%ff", "%ff=1", "q=%00", "verdict=%F0%9F%92%A9", "cursor=%ff", "q=" + "x" * 5000],
)
async def test_odd_bytes_in_a_query_are_an_answer_or_a_refusal(query: str) -> None:
    async with Served(FakeWorker([order_head("o")])) as served:
        status, headers, _ = await served.ask("GET", f"/api/v1/orders?{query}")
    assert status in {200, 400}
    assert headers["Content-Type"] == "application/json"


async def test_a_peer_gets_this_workers_part_only() -> None:
    worker = FakeWorker([order_head(str(number)) for number in range(50)], local=[0, 1])
    worker.peers = {2: "http://127.0.0.1:1", 3: "http://127.0.0.1:1"}
    async with Served(worker) as served:
        body = msgspec.json.encode(SummaryAsk([0, 1, 2, 3]))
        status, _, text = await served.ask("POST", PEER_PATH, body=body, headers=JSON)
        part = msgspec.json.decode(text, type=SummaryPart)
        assert (status, part.partitions) == (200, [0, 1])
        assert sum(part.by_verdict.values()) == len(worker.rows)
        assert served.metric("slamon_http_peer_failures_total ") == ["slamon_http_peer_failures_total 0.0"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", JSON, 400),
        (b"", JSON, 400),
        (b"\xff", JSON, 400),
        (b"[" * 10_000, JSON, 400),
        (b'{"type":"drop","partitions":[0]}', JSON, 400),
        (msgspec.json.encode(OrdersAsk([0], OrderFilter(), "price", 0, None, 5)), JSON, 400),
        (msgspec.json.encode(SummaryAsk([0])), {"Content-Type": "text/plain"}, 415),
        (b" " * 70_000, JSON, 413),
    ],
)
async def test_what_no_peer_asks_is_refused(body: bytes, headers: dict[str, str], status: int) -> None:
    async with Served(FakeWorker()) as served:
        assert (await served.ask("POST", PEER_PATH, body=body, headers=headers))[0] == status
