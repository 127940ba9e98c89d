"""Socket Mode: presses of Slack's buttons over a websocket that slamon opens, kept open for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from slamon.errors import SlamonError
from slamon.sinks.session import is_loopback

logger = logging.getLogger(__name__)
_sdk_log = logging.getLogger("slamon.sinks.slack_socket.sdk")
_sdk_log.setLevel(logging.CRITICAL + 1)  # its lines hold the socket's address, which is a secret

INTERACTIVE = "interactive"
_GOODBYE = 3.0
"""Seconds for a connection to be closed in order."""


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """Seconds: to connect, between two looks, lost before it is opened anew, before and at most between two tries."""

    connect: float = 15.0
    look: float = 1.0
    lost: float = 5.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    ping: float = 5.0


@dataclass
class SlackSocket:
    """One connection of Socket Mode; `answer` does what was pressed and gives what Slack is to be told.

    A request is acknowledged once `answer` returns; one that it refuses is not, so Slack tells the user.
    """

    app_token: str = field(repr=False)
    api_url: str
    answer: Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]
    times: SocketTimes = field(default_factory=SocketTimes)

    async def run(self) -> None:
        """Connect, stay connected, connect again, for ever."""
        pause = self.times.first_pause
        while True:
            client = self._client()
            try:
                if await self._connected(client):
                    logger.info("slack.socket_connected")
                    pause = self.times.first_pause
                    await self._until_lost(client)
                    logger.warning("slack.socket_lost")
            finally:
                await _closed(client)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.times.longest_pause)

    async def _connected(self, client: SocketModeClient) -> bool:
        """Connect once, to a fresh address: slack_sdk would try an expired one for ever."""
        try:
            async with asyncio.timeout(self.times.connect):
                client.wss_uri = await client.issue_new_wss_url()
                await client.connect()  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - slack_sdk lets out whatever it trips over; all of it may pass
            logger.warning("slack.socket_not_connected", extra={"error": type(error).__name__, "said": _said(error)})
            return False
        return True

    async def _until_lost(self, client: SocketModeClient) -> None:
        """Return when it has been lost for a while: Slack renews connections, which slack_sdk does by itself."""
        clock = asyncio.get_running_loop().time
        seen = clock()
        while clock() - seen < self.times.lost:
            await asyncio.sleep(self.times.look)
            if await client.is_connected():
                seen = clock()

    def _client(self) -> SocketModeClient:
        web_client = AsyncWebClient(base_url=self.api_url, logger=_sdk_log, retry_handlers=[])
        client = SocketModeClient(
            self.app_token,
            logger=_sdk_log,
            web_client=web_client,
            auto_reconnect_enabled=False,
            ping_interval=self.times.ping,
        )
        if is_loopback(self.api_url):  # the environment's proxies are for what is outside
            web_client.proxy = client.proxy = None
        client.socket_mode_request_listeners.append(self._take)
        return client

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        said: Mapping[str, Any] | None = None
        if request.type == INTERACTIVE:
            try:
                said = await self.answer(request.payload)
            except SlamonError as refusal:
                logger.warning("slack.interaction_refused", extra={"reason": str(refusal)})
                return
            except Exception:
                logger.exception("slack.interaction_failed")
                return
        else:
            logger.info("slack.interaction_ignored", extra={"type": ascii(request.type)[:80]})
        payload = None if said is None else dict(said)
        try:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
        except Exception as error:  # noqa: BLE001 - Slack sends it again, and a repeat changes nothing
            logger.warning("slack.socket_not_acknowledged", extra={"error": type(error).__name__})


async def _closed(client: SocketModeClient) -> None:
    """Say goodbye, and leave nothing behind where that fails half-way."""
    try:
        async with asyncio.timeout(_GOODBYE):
            await client.close()  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 - a connection that can't be closed is gone
        logger.warning("slack.socket_not_closed", extra={"error": type(error).__name__})
    finally:
        for task in (client.message_processor, client.message_receiver, client.current_session_monitor):
            if task is not None:
                task.cancel()
        await client.aiohttp_client_session.close()


def _said(error: Exception) -> str | None:
    """Slack's own word, such as invalid_auth; None for anything else."""
    content = getattr(getattr(error, "response", None), "data", None)
    code = content.get("error") if isinstance(content, dict) else None
    return ascii(code)[:80] if isinstance(code, str) else None
