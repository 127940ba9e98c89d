"""Questions to a running daemon over HTTP."""

import http.client
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import msgspec
import typer

from slamon.cli.output import NOT_FOUND, fail, refuse_configuration, say
from slamon.errors import ConfigError
from slamon.settings import load
from slamon.settings.fields import is_http_url

DEFAULT_URL = "http://127.0.0.1:8080"
MOST_ROWS = 500
"""Rows that the daemon gives in one answer at most."""

_TIMEOUT = 30.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a daemon listens, not where we do

Url = Annotated[
    str | None,
    typer.Option("--url", envvar="SLAMON_URL", help="Where the daemon is; default: web.host and web.port of --config."),
]
Config = Annotated[
    str | None,
    typer.Option("--config", envvar="SLAMON_CONFIG", help="The daemon's configuration, to find it."),
]
Query = Sequence[tuple[str, str]]


class Daemon:
    """One daemon's API; every failure ends the command with a sentence about it."""

    def __init__(self, url: str | None, config: str | None) -> None:
        """Take `url`, else what the configuration says, else the default."""
        self.url = (url or _from_config(config)).rstrip("/")
        if not is_http_url(self.url):
            fail("--url: is no URL, allowed is one that starts with http:// or https://", 2)

    def list(self, path: str, rows: str, query: Query, limit: int) -> dict[str, Any]:
        """Follow `next` until `limit` rows are there; the answer has the shape of a single page."""
        whole: dict[str, Any] | None = None
        cursor: str | None = None
        while True:
            wanted = limit - (len(whole[rows]) if whole else 0)
            page = self.get(path, [*query, ("limit", str(min(wanted, MOST_ROWS))), *_cursor(cursor)])
            if not isinstance(page.get(rows), list):
                fail(f"{self.url} answers something that is not slamon's API")
            whole = page if whole is None else _joined(whole, page, rows)
            cursor = page.get("next")
            if cursor is None or len(whole[rows]) >= limit or not page[rows]:
                break
        if whole.get("complete") is False:
            say("not every worker answered: the list is incomplete")
        return whole

    def pages(self, path: str, rows: str, query: Query) -> Iterator[dict[str, Any]]:
        """Follow `next` to the end, page by page; says at the end when a worker did not answer."""
        complete, cursor = True, None
        while True:
            page = self.get(path, [*query, ("limit", str(MOST_ROWS)), *_cursor(cursor)])
            if not isinstance(page.get(rows), list):
                fail(f"{self.url} answers something that is not slamon's API")
            yield page
            complete = complete and page.get("complete") is not False
            cursor = page.get("next")
            if cursor is None:  # a page may be empty although more follow
                break
        if not complete:
            say("not every worker answered: the list is incomplete")

    def one(self, path: str, name: str, missing: str, *, below: str = "") -> dict[str, Any]:
        """Ask for one thing by its name, or what is `below` it; ends the command with 3 when there is none."""
        return self.get(f"{path}/{quote(name, safe='')}{below}", [], missing=missing)

    def get(self, path: str, query: Query, missing: str | None = None) -> dict[str, Any]:
        """Ask for a JSON object."""
        target = path + (f"?{urlencode(query)}" if query else "")
        status, body = self._call(target)
        if status == http.HTTPStatus.NOT_FOUND and missing is not None:
            fail(missing, NOT_FOUND)
        if status != http.HTTPStatus.OK:
            fail(f"{self.url}{path} answers {status}{_reason(body)}")
        return self._object(body)

    def post(self, path: str, body: Mapping[str, object], missing: str) -> dict[str, Any]:
        """Give a JSON object to a path; ends the command with 3 where there is nothing of that name."""
        status, answer = self._call(path, msgspec.json.encode(body))
        if status == http.HTTPStatus.NOT_FOUND:
            fail(missing, NOT_FOUND)
        if status != http.HTTPStatus.OK:
            fail(f"{self.url} answers {status}{_reason(answer)}")
        return self._object(answer)

    def _object(self, body: bytes) -> dict[str, Any]:
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            fail(f"{self.url} answers something that is not slamon's API")

    def _call(self, target: str, body: bytes | None = None) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        connection = _connection(parts)
        try:
            headers = {"Accept": "application/json"} | ({} if body is None else {"Content-Type": "application/json"})
            connection.request("GET" if body is None else "POST", parts.path + target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
            fail(f"no answer from {self.url} ({reason}); is `slamon run` up, and is --url right?")
        finally:
            connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)


def _cursor(cursor: str | None) -> Query:
    return [] if cursor is None else [("cursor", cursor)]


def _joined(first: dict[str, Any], more: Mapping[str, Any], rows: str) -> dict[str, Any]:
    """Two pages as one: as fresh as the older one, complete when both are."""
    times = [page["as_of"] for page in (first, more) if page.get("as_of")]
    return {
        **first,
        "as_of": min(times, default=None),
        "complete": bool(first.get("complete")) and bool(more.get("complete")),
        rows: [*first[rows], *more[rows]],
        "next": more.get("next"),
    }


def _reason(body: bytes) -> str:
    try:
        return f": {msgspec.json.decode(body, type=dict[str, Any])['error']}"
    except (msgspec.DecodeError, KeyError):
        return ""


def _from_config(config: str | None) -> str:
    if config is None:
        return DEFAULT_URL
    try:
        web = load(config, os.environ).settings.web
    except ConfigError as error:
        refuse_configuration(error.problems)
    host = _EVERYWHERE.get(web.host, web.host)
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"
