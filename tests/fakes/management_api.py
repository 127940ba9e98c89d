"""RabbitMQ's management API as far as the collector asks it, and every odd answer it may give."""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec
from aiohttp import web

from slamon.rabbitmq.target import RabbitTarget
from tests.builders import T0

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOGIN = ("slamon", "s3cret")


def queue(name: str, **fields: Any) -> dict[str, Any]:
    """A queue with three messages, of which one is handed out; `None` leaves a field out."""
    usual = {
        "name": name,
        "type": "classic",
        "node": "rabbit@a",
        "state": "running",
        "messages": 3,
        "messages_ready": 2,
        "messages_unacknowledged": 1,
        "consumers": 1,
        "message_stats": {"publish": 10, "ack": 7, "deliver_no_ack": 0, "get_no_ack": 0},
    }
    return {key: value for key, value in (usual | fields).items() if value is not None}


def saying(status: int, body: Any = None, **headers: str) -> Answer:
    """Always the same answer; a text goes out as it is."""

    async def answer(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str | bytes):
            return web.Response(status=status, body=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return answer


async def hanging(_: web.Request) -> web.StreamResponse:
    """No answer, until the caller has had enough."""
    await asyncio.Event().wait()
    raise AssertionError


class FakeManagementApi:
    """`vhosts`: the queues of each. `odd`: by path, below /api/, an answer of its own."""

    def __init__(self, **vhosts: list[dict[str, Any]]) -> None:
        self.vhosts: dict[str, list[dict[str, Any]]] = {"/": []} | vhosts
        self.overview: Any = {"rates_mode": "basic"}
        self.states: dict[str, dict[str, str]] = {}
        self.odd: dict[str, Answer] = {}
        self.between: Iterator[Callable[[], object]] = iter(())
        """What happens after each page."""
        self.asked: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.url = ""
        self.now = T0
        self._runner: web.AppRunner | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        app = web.Application()
        app.router.add_get("/api/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, handle_signals=False, handler_cancellation=True, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def target(self, **changes: Any) -> RabbitTarget:
        return RabbitTarget(**{"url": self.url, "username": LOGIN[0], "password": LOGIN[1]} | changes)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0].removeprefix("/api/")
        self.asked.append(path)
        self.queries.append(dict(request.query))
        if path in self.odd:
            return await self.odd[path](request)
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode():
            return web.json_response({"error": "not_authorized", "reason": "Login failed"}, status=401)
        if path == "overview":
            return web.json_response(self.overview)
        if path == "vhosts":
            rows = [{"name": name, "cluster_state": self.states.get(name, {})} for name in self.vhosts]
            return web.json_response(rows)
        return self._page(unquote(path.removeprefix("queues/")), request)

    def _page(self, vhost: str, request: web.Request) -> web.Response:
        if vhost not in self.vhosts:
            return web.json_response({"error": "Object Not Found", "reason": "Not Found"}, status=404)
        rows = sorted(self.vhosts[vhost], key=str)
        page, size = int(request.query["page"]), int(request.query["page_size"])
        if page > 1 and (page - 1) * size >= len(rows):
            return web.json_response({"error": "page_out_of_range"}, status=400)
        items = rows[(page - 1) * size : page * size]
        body = {
            "items": items,
            "page": page,
            "page_count": -(-len(rows) // size),
            "filtered_count": len(rows),
            "total_count": len(rows),
        }
        next(self.between, lambda: None)()
        return web.Response(body=msgspec.json.encode(body), content_type="application/json")
