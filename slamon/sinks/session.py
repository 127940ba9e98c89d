"""The HTTP session of a sink: bounded in time and in what it reads, never redirected, opened on first use."""

import ipaddress
from types import SimpleNamespace

import aiohttp
import yarl

from slamon.sinks.failure import Redirected

ANSWER_LIMIT = 256 * 1024
"""Bytes of an answer that are read; Slack's echo of the longest message is far below."""


class AnswerTooLarge(aiohttp.ClientPayloadError):
    """A receiver answers with more than anybody asked for."""


class BoundedResponse(aiohttp.ClientResponse):
    """An answer that is read up to `ANSWER_LIMIT` bytes, after decompression."""

    async def read(self) -> bytes:
        """Read the body; raises AnswerTooLarge and closes the connection beyond the limit."""
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_any():
                body += piece
                if len(body) > ANSWER_LIMIT:
                    self.close()
                    raise AnswerTooLarge
            self._body = bytes(body)
        return await super().read()


class SessionHolder:
    """Keeps one session for all calls to one receiver."""

    def __init__(self, url: str, timeout: float) -> None:
        """`timeout` in seconds is for a whole attempt, from connecting to the last byte read."""
        self._timeout = timeout
        # The environment's proxies are for what is outside; a receiver on this machine is asked directly.
        self._trust_env = not is_loopback(url)
        self._session: aiohttp.ClientSession | None = None

    def get(self) -> aiohttp.ClientSession:
        """Give the session; opens it when there is none yet. Needs a running event loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                response_class=BoundedResponse,
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
