"""A receiver of plain HTTP calls that follows the stand-ins' script and keeps a ledger on disk."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from slamon.demo.standins.ledger import Ledger, read_ledger
from slamon.demo.standins.script import Act, Reply, Script
from slamon.demo.standins.server import Server, new_application, retry_after_header

_SAYS_YES = frozenset({Act.WEIRD_BODY, Act.HUGE_BODY})


class HttpReceiver:
    """Takes POST and GET anywhere; `name` finds the notice's id in a body."""

    def __init__(
        self,
        ledger: Path,
        name: Callable[[Any], str],
        *,
        answer: str = "",
        refusal: int = 410,
        by_status: bool = True,
    ) -> None:
        """`by_status`: a 2xx is acceptance whatever the body says."""
        self.script = Script()
        self.headers: list[dict[str, str]] = []
        self._path, self._ledger = ledger, Ledger(ledger)
        self._name, self._answer, self._refusal, self._by_status = name, answer, refusal, by_status
        app = new_application(self.script, time.time_ns)
        app.router.add_route("*", "/{path:.*}", self._call)
        self._server = Server(app)
        self.url = ""

    async def start(self) -> str:
        self.url = await self._server.start(0)
        return self.url

    async def stop(self) -> None:
        await self._server.stop()
        await self._ledger.close()

    def rows(self) -> list[dict[str, Any]]:
        return list(read_ledger(self._path))

    def ids(self, *, accepted: bool = False) -> list[str]:
        return [row["id"] for row in self.rows() if row["accepted"] or not accepted]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        reply = self.script.next()
        content = json.loads(body) if body else None
        self.headers.append(dict(request.headers))
        await self._ledger.append(
            {
                "method": request.method,
                "path": request.path,
                "id": self._name(content),
                "accepted": reply.accepts or (self._by_status and reply.act in _SAYS_YES),
                "request": content,
            }
        )
        return await self._respond(request, reply)

    async def _respond(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        match reply.act:
            case Act.SERVE:
                return web.Response(text=self._answer)
            case Act.REFUSE:
                return web.Response(status=reply.status or self._refusal)
            case Act.RATE_LIMITED:
                return web.Response(status=429, headers=retry_after_header(reply.retry_after))
            case _:
                return await self._server.misbehave(request, reply)
