"""The HTTP session of a sink: bounded in time and in what it reads, never redirected, opened on first use."""

import ipaddress
from types import SimpleNamespace

import aiohttp
import yarl

from slamon.sinks.failure import Redirected

ANSWER_LIMIT = 256 * 1024
"""Bytes of an answer that are read; Slack's echo of the longest message is far below."""


LIST_LIMIT = 32 * 1024 * 1024
"""The same for a receiver that is asked for pages of messages (Slack: 200 of them, with what others wrote)."""


class AnswerTooLarge(aiohttp.ClientPayloadError):
    """A receiver answers with more than anybody asked for."""


class BoundedResponse(aiohttp.ClientResponse):
    """An answer that is read up to `limit` bytes, after decompression."""

    limit = ANSWER_LIMIT

    async def read(self) -> bytes:
        """Read the body; raises AnswerTooLarge and closes the connection beyond the limit."""
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_any():
                body += piece
                if len(body) > self.limit:
                    self.close()
                    raise AnswerTooLarge
            self._body = bytes(body)
        return await super().read()


class ListResponse(BoundedResponse):
    """An answer that may be a page of a list."""

    limit = LIST_LIMIT


class SessionHolder:
    """Keeps one session for all calls to one receiver."""

    def __init__(self, url: str, timeout: float, *, lists: bool = False) -> None:
        """`timeout` in seconds is for a whole attempt, from connecting to the last byte read; `lists` are asked for."""
        self._timeout = timeout
        self._response = ListResponse if lists else BoundedResponse
        # The environment's proxies are for what is outside; a receiver on this machine is asked directly.
        self._trust_env = not is_loopback(url)
        self._session: aiohttp.ClientSession | None = None

    def get(self) -> aiohttp.ClientSession:
        """Give the session; opens it when there is none yet. Needs a running event loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                response_class=self._response,
                trace_configs=[_no_redirects()],
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._trust_env,
            )
        return self._session

    async def close(self) -> None:
        """Close the session, if any."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this very machine."""
    try:
        host = yarl.URL(url).host or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _no_redirects() -> aiohttp.TraceConfig:
    """Stop at a redirect even where the caller (slack_sdk) does not offer `allow_redirects`."""

    async def refuse(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, seen: aiohttp.TraceRequestRedirectParams
    ) -> None:
        seen.response.close()
        raise Redirected(seen.response.status)

    trace: aiohttp.TraceConfig = aiohttp.TraceConfig()
    trace.on_request_redirect.append(refuse)
    return trace
