"""The HTTP side that the stand-ins share: start and stop on a port, and the ways to misbehave."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, TypeAlias

from aiohttp import web

from slamon.demo.standins.script import Act, Reply, Rule, Script

Clock: TypeAlias = Callable[[], int]

_HUGE = 64 * 1024 * 1024
_PIECE = b"x" * 65_536
_GRACE = 0.5
_BODY_LIMIT = 4 * 1024 * 1024


class Server:
    """An aiohttp application on the loopback interface."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE)
        self._released = asyncio.Event()
        app.router.add_post("/-/release", self._release_asked)

    async def start(self, port: int, host: str = "127.0.0.1") -> str:
        """Listen on `port` (0: any free one); returns the URL on this machine, without a slash at the end."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End calls that hang and stop listening."""
        self._released.set()
        await self._runner.cleanup()

    def release(self) -> None:
        """Let the calls go that hang now."""
        self._released.set()
        self._released = asyncio.Event()

    async def _release_asked(self, _request: web.Request) -> web.Response:
        self.release()
        return web.json_response({})

    async def hang(self, reply: Reply) -> None:
        """Wait as long as the reply says, or until the call is released."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(reply.seconds):
                await self._released.wait()

    async def misbehave(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        """Do what every HTTP server may do wrong; `reply.act` is none of SERVE, REFUSE."""
        match reply.act:
            case Act.HANG | Act.ACCEPT_THEN_HANG:
                await self.hang(reply)
                return web.Response(status=503)
            case Act.RESET | Act.ACCEPT_THEN_RESET:
                return _reset(request)
            case Act.WEIRD_BODY:
                return web.Response(body=b'\x00\xff{"ok": tru', content_type="application/json")
            case Act.HUGE_BODY:
                return await _endless(request)
            case Act.REDIRECT:
                return web.Response(status=reply.status or 302, headers={"Location": str(request.url)})
            case _:
                headers = retry_after_header(reply.retry_after)
                return web.Response(status=reply.status or 500, text="told to fail", headers=headers)


def new_application(script: Script, clock: Clock) -> web.Application:
    """Make an application with the remote control that a test of another process needs."""
    app = web.Application(client_max_size=_BODY_LIMIT)

    async def told(request: web.Request) -> web.Response:
        """Take a JSON list of replies into the script; an empty one clears it."""

        def take(content: list[dict[str, Any]]) -> None:
            replies = [Reply.parse(reply) for reply in content]
            script.push(*replies) if replies else script.clear()

        return await _taken(request, take, lambda: {"waiting": len(script)})

    async def ruled(request: web.Request) -> web.Response:
        """Take a JSON list of rules; an empty one clears the script."""

        def take(content: list[dict[str, Any]]) -> None:
            rules = [Rule.parse(rule) for rule in content]
            script.rule(*rules, now=clock()) if rules else script.clear()

        return await _taken(request, take, dict)

    app.router.add_post("/-/script", told)
    app.router.add_post("/-/rules", ruled)
    return app


async def _taken(
    request: web.Request, take: Callable[[list[dict[str, Any]]], None], answer: Callable[[], dict[str, int]]
) -> web.Response:
    try:
        take(await request.json())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return web.json_response({"error": repr(error)}, status=422)
    return web.json_response(answer())


def retry_after_header(value: str | None) -> dict[str, str]:
    """Give the header where there is a value."""
    return {} if value is None else {"Retry-After": value}


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST in place of FIN
        transport.abort()
    return web.Response()


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        for _ in range(_HUGE // len(_PIECE)):
            await response.write(_PIECE)
    return response
