"""The Slack stand-in: the Web API over HTTP, a ledger on disk, and a page that shows the channels."""

import json
from pathlib import Path
from typing import Any

from aiohttp import web

from slamon.demo.standins.api import WRITING, Answer, Clock, SlackApi
from slamon.demo.standins.channels import Json, Workspace
from slamon.demo.standins.ledger import Ledger
from slamon.demo.standins.page import CONTENT_SECURITY_POLICY, channel_page
from slamon.demo.standins.script import GOOD_SERVICE, Act, Reply, Script
from slamon.demo.standins.server import Server, new_application, retry_after_header
from slamon.orders.event import rfc3339


class SlackStandIn:
    """Slack on this machine. `api_url` is what `notify.slack.api_url` takes."""

    def __init__(
        self,
        ledger: Path,
        *,
        clock: Clock,
        token: str | None = None,
        channels: tuple[str, ...] = (),
        per_second: float | None = None,
    ) -> None:
        """`token` None takes any; no `channels`: any; `per_second`: 429 beyond that pace and bursts of 3."""
        self.script = Script()
        self.workspace = Workspace(channels)
        self._api = SlackApi(self.workspace, clock=clock, token=token, per_second=per_second)
        self._ledger = Ledger(ledger)
        self._clock = clock
        app = new_application(self.script)
        app.router.add_get("/", self._page)
        app.router.add_route("*", "/api/{method}", self._call)
        self._server = Server(app)
        self.url = ""

    @property
    def api_url(self) -> str:
        """Where the Web API is, once started."""
        return f"{self.url}/api/"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen (0: on any free port); returns the URL of the page."""
        self.url = await self._server.start(port, host)
        return self.url

    async def stop(self) -> None:
        """Stop listening and close the ledger."""
        await self._server.stop()
        await self._ledger.close()

    async def _page(self, _request: web.Request) -> web.Response:
        page = channel_page(self.workspace.channels)
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        reply = self.script.next() if method in WRITING else GOOD_SERVICE
        answer = self._api.answer(method, arguments, _token(request, arguments), reply)
        await self._ledger.append(self._row(method, arguments, reply, answer))
        if answer.is_limited:
            headers = retry_after_header(answer.retry_after)
            return web.json_response(answer.content, status=429, headers=headers)
        if reply.act in {Act.SERVE, Act.REFUSE}:
            return web.json_response(answer.content)
        return await self._server.misbehave(request, reply)

    def _row(self, method: str, arguments: Json, reply: Reply, answer: Answer) -> Json:
        content = answer.content
        return {
            "at": rfc3339(self._clock()),
            "method": method,
            "id": _notice_id(arguments),
            "act": str(reply.act),
            "accepted": bool(content["ok"]),
            "error": content.get("error"),
            "channel": content.get("channel"),
            "ts": content.get("ts"),
            "request": {key: value for key, value in arguments.items() if key != "token"},
        }


def _notice_id(arguments: Json) -> str | None:
    metadata = arguments.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload.get("notice_id") if isinstance(payload, dict) else None


async def _arguments(request: web.Request) -> Json:
    """Read a call's arguments as Slack does: query, form or JSON; JSON text inside a form is unpacked."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        content = _unpacked(await request.text())
        return arguments | content if isinstance(content, dict) else arguments
    form: dict[str, Any] = dict(await request.post())
    unpacked = {key: _unpacked(str(form[key])) for key in ("blocks", "metadata") if key in form}
    return arguments | form | unpacked


def _unpacked(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _token(request: web.Request, arguments: Json) -> str | None:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer or arguments.get("token")
