"""One plain HTTP call of a sink: bounded, never redirected, everything but a 2xx turned into a `SinkError`."""

from collections.abc import Mapping

from slamon import __version__
from slamon.orders.event import Instant
from slamon.sinks.failure import interruption, refusal
from slamon.sinks.retry import retry_after_seconds
from slamon.sinks.session import SessionHolder

_ACCEPTED = range(200, 300)
_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


class Caller:
    """Calls one address; the URL is a secret and shows nowhere."""

    def __init__(self, url: str, timeout: float, headers: Mapping[str, str] | None = None) -> None:
        """Open nothing yet; `timeout` in seconds is for a whole call, `headers` go with each."""
        self._url = url
        self._headers = {"User-Agent": f"slamon/{__version__}", **(headers or {})}
        self._session = SessionHolder(url, timeout)

    async def post(self, body: bytes, *, now: Instant, reads: bool = False) -> str:
        """Post JSON; gives the answer's text where `reads`, else "". Raises SinkError for everything that is no 2xx."""
        return await self._call("POST", body, now, reads=reads)

    async def get(self, *, now: Instant) -> None:
        """Get, likewise; the answer's text is not read."""
        await self._call("GET", None, now, reads=False)

    async def close(self) -> None:
        """Close the session, if any."""
        await self._session.close()

    async def _call(self, method: str, body: bytes | None, now: Instant, *, reads: bool) -> str:
        headers = self._headers if body is None else {**self._headers, **_JSON}
        try:
            async with self._session.get().request(
                method, self._url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status in _ACCEPTED:
                    return await answer.text("utf-8", "replace") if reads else ""
                failure = refusal(answer.status, retry_after_seconds(answer.headers.get("Retry-After"), now))
        except Exception as error:  # noqa: BLE001 - no exception that knows the URL may leave
            failure = interruption(error)
        raise failure  # outside of the except: nothing that knows the URL hangs on it as context
