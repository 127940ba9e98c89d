import asyncio
import logging

import pytest
from aiohttp import web

from slamon.web.refusal import Refusal
from slamon.web.site import MOST_BODY_BYTES, Limits
from tests.fakes.orders_api import FakeWorker
from tests.fakes.sites import Served


async def broken(_request: web.Request) -> web.Response:
    raise RuntimeError("secret detail")


async def slow(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return web.Response()


async def refused(_request: web.Request) -> web.Response:
    raise Refusal(503, "not now", retry_after=7)


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


def served(limits: Limits | None = None) -> Served:
    site = Served(FakeWorker(), limits)
    site.app.add_routes(
        [
            web.get("/broken", broken),
            web.get("/slow", slow),
            web.get("/refused", refused),
            web.post("/echo", echo),
        ]
    )
    return site


PATHS = [
    ("GET", "/", 200),
    ("HEAD", "/", 200),
    ("GET", "/metrics", 200),
    ("GET", "/-/ready", 200),
    ("GET", "/api/v1/orders", 200),
    ("OPTIONS", "/api/v1/orders", 405),
    ("GET", "/api/v1/orders/unknown", 404),
    ("GET", "/nowhere", 404),
    ("DELETE", "/api/v1/orders/unknown", 405),
    ("GET", "/broken", 500),
    ("GET", "/refused", 503),
]


@pytest.mark.parametrize(("method", "path", "status"), PATHS)
async def test_every_answer_has_the_security_headers_and_no_cors(method: str, path: str, status: int) -> None:
    async with served() as site:
        got, headers, _ = await site.ask(method, path, headers={"Origin": "http://evil.example"})
    assert got == status
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert "script" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] == "slamon"
    assert not [name for name in headers if name.lower().startswith("access-control-")]


async def test_errors_are_json_with_one_sentence() -> None:
    async with served() as site:
        assert await site.get("/nowhere", 404) == {"error": "no such path; /api/v1/openapi.json lists them"}
        assert await site.get("/refused", 503) == {"error": "not now"}
        status, headers, text = await site.ask("POST", "/api/v1/orders")
        assert (status, headers["Allow"], text) == (405, "GET,HEAD", '{"error":"method not allowed"}')
        assert (await site.ask("GET", "/refused"))[1]["Retry-After"] == "7"


async def test_what_went_wrong_inside_stays_inside(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as site:
        assert await site.get("/broken", 500) == {"error": "internal error"}
    [record] = [record for record in caplog.records if record.message == "request.failed"]
    assert record.exc_info is not None


async def test_what_takes_too_long_is_given_up() -> None:
    async with served(Limits(request=0.05)) as site:
        assert "no answer in time" in (await site.get("/slow", 503))["error"]
        assert await site.get("/-/healthy") == {"healthy": True}


async def test_bodies_are_small() -> None:
    async with served() as site:
        assert (await site.ask("POST", "/echo", body=b"x" * MOST_BODY_BYTES))[0] == 200
        status, _, text = await site.ask("POST", "/echo", body=b"x" * (MOST_BODY_BYTES + 1))
    assert (status, text) == (413, '{"error":"request entity too large"}')


async def test_one_line_and_one_count_for_each_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "slamon.web")
    async with served() as site:
        await site.get("/api/v1/orders/x", 404)
        await site.get("/nowhere/secret-path", 404)
        lines = site.metric("slamon_http_requests_total")
    assert 'slamon_http_requests_total{code="404",route="/api/v1/orders/{order_id}"} 1.0' in lines
    assert 'slamon_http_requests_total{code="404",route="unmatched"} 1.0' in lines
    records = [record.__dict__ for record in caplog.records if record.message == "request.answered"]
    assert [(r["method"], r["path"], r["status"]) for r in records] == [
        ("GET", "/api/v1/orders/x", 404),
        ("GET", "/nowhere/secret-path", 404),
    ]
    assert all(r["levelno"] == logging.DEBUG and r["seconds"] >= 0 for r in records)


async def test_made_up_paths_make_no_series_of_their_own() -> None:
    async with served() as site:
        for number in range(100):
            await site.get(f"/made-up-{number}", 404)
            await site.get(f"/api/v1/orders/made-up-{number}", 404)
        assert len(site.metric("slamon_http_requests_total")) == 2
