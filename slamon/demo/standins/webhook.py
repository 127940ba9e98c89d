"""The webhook stand-in: a receiver that checks Standard Webhooks signatures and keeps a ledger on disk."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from slamon.demo.standins.ledger import Ledger
from slamon.demo.standins.script import Act, Call, Reply, Script
from slamon.demo.standins.server import Clock, Server, new_application, retry_after_header
from slamon.orders.event import SECOND, rfc3339

_TOLERANCE = 300
_GONE = 410
_TOO_MANY = 429
_STATUS_SAYS_YES = frozenset({Act.WEIRD_BODY, Act.HUGE_BODY})


class WebhookStandIn:
    """A partner's system on this machine. `hook_url` is what `notify.webhooks.NAME.url` takes."""

    def __init__(self, ledger: Path, *, clock: Clock, secret: str) -> None:
        """`secret` as the sender has it: `whsec_` and base64, or plain text."""
        self.script = Script()
        self._ledger = Ledger(ledger)
        self._clock = clock
        self._key = _key(secret)
        app = new_application(self.script, clock)
        app.router.add_post("/hook", self._call)
        self._server = Server(app)
        self.url = ""

    @property
    def hook_url(self) -> str:
        """Where to post, once started."""
        return f"{self.url}/hook"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen (0: on any free port); returns the URL without the path of the hook."""
        self.url = await self._server.start(port, host)
        return self.url

    async def stop(self) -> None:
        """Stop listening and close the ledger."""
        await self._server.stop()
        await self._ledger.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        reply = self.script.next(Call("POST"), self._clock())
        signed = self._is_signed(request.headers, body)
        accepted = signed and (reply.accepts or reply.act in _STATUS_SAYS_YES)
        await self._ledger.append(
            {
                "at": rfc3339(self._clock()),
                "method": "POST",
                "id": request.headers.get("webhook-id"),
                "act": str(reply.act),
                "accepted": accepted,
                "signed": signed,
                "timestamp": request.headers.get("webhook-timestamp"),
                "request": _content(body),
            }
        )
        if not signed:
            return web.Response(status=401, text="signature missing, wrong or too old")
        return await self._respond(request, reply)

    async def _respond(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        match reply.act:
            case Act.SERVE:
                return web.Response(status=204)
            case Act.REFUSE:
                return web.Response(status=reply.status or _GONE)
            case Act.RATE_LIMITED:
                return web.Response(status=_TOO_MANY, headers=retry_after_header(reply.retry_after))
            case _:
                return await self._server.misbehave(request, reply)

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Check as the specification tells a receiver to; shares no code with the sink that signs."""
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not message_id or not timestamp.isdecimal():
            return False
        if abs(self._clock() // SECOND - int(timestamp)) > _TOLERANCE:
            return False
        content = f"{message_id}.{timestamp}.".encode() + body
        expected = base64.b64encode(hmac.digest(self._key, content, hashlib.sha256))
        given = (part.partition(",") for part in headers.get("webhook-signature", "").split(" "))
        return any(
            version == "v1" and hmac.compare_digest(signature.encode(), expected) for version, _, signature in given
        )


def _key(secret: str) -> bytes:
    coded = secret.removeprefix("whsec_")
    return base64.b64decode(coded) if coded != secret else secret.encode()


def _content(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
