"""What every answer has in common: JSON errors, a time limit, security headers, a log line, metrics."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import hdrs, web

from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler, Middleware

    from slamon.metrics.registry import Metrics

logger = logging.getLogger(__name__)

STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}"
)
"""The style of slamon's pages; the policy below allows this text and no other."""

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "slamon",
}


def json_answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON response."""
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers, content_type="application/json")


async def add_security_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: every answer gets them, errors too."""
    response.headers.update(SECURITY_HEADERS)


def boundary(metrics: Metrics, *, seconds: float) -> Middleware:
    """The one middleware: whatever happens inside, an answer within `seconds`, errors as JSON."""

    @web.middleware
    async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(seconds):
                response = await handler(request)
        except Exception as error:  # noqa: BLE001  the outermost place: nothing may reach the client as a traceback
            response = _error(error)
        taken = clock() - began
        metrics.http.answered(_route(request), response.status, taken)
        line = {"method": request.method, "path": request.path, "status": response.status, "seconds": taken}
        logger.debug("request.answered", extra=line)
        return response

    return bounded


def _error(error: Exception) -> web.Response:
    match error:
        case Refusal():
            again = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
            return json_answer({"error": str(error)}, status=error.status, headers=again)
        case web.HTTPException():
            kept = {str(name): error.headers[name] for name in (hdrs.ALLOW,) if name in error.headers}
            return json_answer({"error": _sentence(error)}, status=error.status, headers=kept)
        case TimeoutError():
            return json_answer(
                {"error": "no answer in time; ask for less or again later"},
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                headers={hdrs.RETRY_AFTER: "5"},
            )
        case _:
            logger.error("request.failed", exc_info=error)
            return json_answer({"error": "internal error"}, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _sentence(error: web.HTTPException) -> str:
    if error.status == HTTPStatus.NOT_FOUND:
        return "no such path; /api/v1/openapi.json lists them"
    return error.reason.lower()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unmatched" if resource is None else resource.canonical
