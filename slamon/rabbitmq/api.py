"""One call of the management API: bounded in time and size, never redirected; what goes wrong is a reason in words."""

import ipaddress
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import msgspec
import yarl

from slamon import __version__
from slamon.lag.observation import Reason, Unknown
from slamon.rabbitmq.target import RabbitTarget, trust

ANSWER_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of an answer that are read: 500 queues with long names and the largest policies are far below."""
_DETAIL_LIMIT = 200
_OK = 200
_REFUSED = frozenset({401, 403})
_NOT_FOUND = 404
_AWAY = frozenset({502, 503, 504})
_REDIRECTS = range(300, 400)
_PIECE = 64 * 1024
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class NotAnswered(Exception):  # noqa: N818 - it is what came of a call, no error of slamon
    """A call without a usable answer; `why` has neither the URL's path nor the password."""

    def __init__(self, why: Unknown, status: int | None = None) -> None:
        """`status` where there was an HTTP answer."""
        super().__init__(why.detail)
        self.why = why
        self.status = status


class ManagementApi:
    """Calls one management API for the length of one cycle: `async with`."""

    def __init__(self, target: RabbitTarget) -> None:
        """Open nothing yet. Raises ConfigError for a file of certificates that can't be read."""
        self._base = target.url.rstrip("/") + "/api/"
        self._timeout = target.timeout
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(target.username, target.password, "utf-8"),
            "Accept": "application/json",
            "User-Agent": f"slamon/{__version__}",
        }
        self._trust = trust(target.ca_file)
        # The environment's proxies are for what is outside; a broker on this machine is asked directly.
        self._trust_env = not _is_loopback(target.url)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open a session; cookies are not kept."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._trust_env,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str, query: Mapping[str, str]) -> Any:
        """GET; gives the decoded JSON. `path` is escaped already. Raises NotAnswered."""
        if self._session is None:
            raise RuntimeError("not opened")
        url = yarl.URL(self._base + path, encoded=True).update_query(query)
        try:
            async with self._session.get(url, headers=self._headers, allow_redirects=False, ssl=self._trust) as answer:
                body = await _read(answer)
                status = answer.status
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise NotAnswered(_interruption(error, self._timeout)) from None
        if status != _OK:
            raise NotAnswered(_refusal(status, body), status)
        try:
            return msgspec.json.decode(body)
        except _NOT_JSON:
            raise NotAnswered(Unknown(Reason.ERROR, "the answer is not JSON"), status) from None


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The body, after decompression. Raises NotAnswered beyond the limit."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > ANSWER_LIMIT:
            answer.close()
            raise NotAnswered(Unknown(Reason.ERROR, f"the answer is larger than {ANSWER_LIMIT} bytes"), answer.status)
    return bytes(body)


def _interruption(error: Exception, timeout: float) -> Unknown:
    """Why there was no answer, without the address."""
    if isinstance(error, TimeoutError):
        return Unknown(Reason.BROKER_AWAY, f"no answer within {timeout:g} s")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Unknown(Reason.ERROR, "its certificate is not trusted")
    if isinstance(error, aiohttp.ClientSSLError):
        return Unknown(Reason.ERROR, "no TLS with it")
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno  # its text holds the address
        said = "no such host" if isinstance(error, aiohttp.ClientConnectorDNSError) else os.strerror(number or 0)
        return Unknown(Reason.BROKER_AWAY, f"can't be reached: {said}")
    if isinstance(error, aiohttp.InvalidURL):
        return Unknown(Reason.ERROR, "the URL is none")
    return Unknown(Reason.BROKER_AWAY, f"broke off: {type(error).__name__}")


def _refusal(status: int, body: bytes) -> Unknown:
    said = _said(body)
    if status in _REFUSED:
        return Unknown(Reason.REFUSED, said or f"refused with status {status}")
    if status == _NOT_FOUND:
        return Unknown(Reason.NO_TOPIC, "there is no such virtual host")
    if status in _REDIRECTS:
        return Unknown(Reason.ERROR, f"redirects (status {status}), which is not followed")
    reason = Reason.BROKER_AWAY if status in _AWAY else Reason.ERROR
    return Unknown(reason, f"status {status}: {said}" if said else f"status {status}")


def _said(body: bytes) -> str:
    """The `reason` that the management API gives, in one short line."""
    try:
        answer = msgspec.json.decode(body)
    except _NOT_JSON:
        return ""
    reason = answer.get("reason") if isinstance(answer, dict) else None
    if not isinstance(reason, str):
        return ""
    return "".join(char if char.isprintable() else " " for char in reason[:_DETAIL_LIMIT]).strip()


def _is_loopback(url: str) -> bool:
    host = yarl.URL(url).host or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
