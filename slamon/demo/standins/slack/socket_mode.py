"""Socket Mode: WebSocket connections of the app, the envelopes that go to them, and what they acknowledged."""

import asyncio
import contextlib
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import WSMsgType, web

from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.views import APP_ID

PATH = "/link/"
_GOODBYE = 0.5
PATIENCE = 3.0
"""Seconds that an app has for its answer."""


class SocketMode:
    """The app's connections; each envelope goes to one of them, by turns."""

    def __init__(self, arrived: Callable[[object], Awaitable[None]]) -> None:
        """`arrived` notes what comes in, before it counts."""
        self.acknowledged: dict[str, Json | None] = {}
        """By envelope, the payload that came with the acknowledgement."""
        self._arrived = arrived
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self._connections)

    def new_link(self, url: str) -> str:
        """A URL under which the app may connect once; `url` is the stand-in's own."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{url.replace('http', 'ws', 1)}{PATH}?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Keep one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="no such ticket")
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse(timeout=_GOODBYE)
        await connection.prepare(request)
        self._connections.append(connection)
        try:
            await connection.send_json(self._hello())
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    await self._take(message.data)
        finally:
            self._connections.remove(connection)
        return connection

    async def send(self, payload: Json, patience: float = PATIENCE) -> tuple[str, bool]:
        """Send an interaction; returns its envelope and whether it was acknowledged in time. Raises LookupError."""
        if not self._connections:
            raise LookupError("the app is not connected")
        connection = self._connections.pop(0)
        self._connections.append(connection)
        envelope_id = str(uuid.uuid4())
        answer = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        envelope = {"envelope_id": envelope_id, "type": "interactive", "accepts_response_payload": True}
        try:
            with contextlib.suppress(TimeoutError, ConnectionError):
                await connection.send_json({**envelope, "payload": payload})
                await asyncio.wait_for(answer, patience)
        finally:
            del self._waiting[envelope_id]
        return envelope_id, envelope_id in self.acknowledged

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be made anew, as Slack does every few hours, and end it."""
        for connection in list(self._connections):
            with contextlib.suppress(ConnectionError):
                await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}})
                await connection.close()

    async def _take(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            said = text
        await self._arrived(said)
        if not isinstance(said, dict) or not isinstance(said.get("envelope_id"), str):
            return
        envelope_id = said["envelope_id"]
        self.acknowledged.setdefault(envelope_id, said.get("payload"))
        answer = self._waiting.get(envelope_id)
        if answer is not None and not answer.done():
            answer.set_result(said.get("payload"))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connections,
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "stand-in", "build_number": 1, "approximate_connection_time": 3_600},
        }
