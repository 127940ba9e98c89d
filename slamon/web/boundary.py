"""What every answer has in common: errors as JSON or a page, a time limit, security headers, a log line, metrics."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import hdrs, web

from slamon.web.pages.routes import failure
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler, Middleware

    from slamon.metrics.registry import Metrics

logger = logging.getLogger(__name__)

_RETRY_AFTER: Final = "Retry-After"
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
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
    """The one middleware: always an answer within `seconds`, errors as JSON or, for people, as a page."""

    @web.middleware
    async def bounded(request: web.Request, handler: Handler) -> web.StreamResponse:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(seconds):
                response = await handler(request)
        except Exception as error:  # noqa: BLE001  the outermost place: nothing may reach the client as a traceback
            response = _error(error, request)
        taken = clock() - began
        metrics.http.answered(_route(request), response.status, taken)
        line = {"method": request.method, "path": request.path, "status": response.status, "seconds": taken}
        logger.debug("request.answered", extra=line)
        return response

    return bounded


def _error(error: Exception, request: web.Request) -> web.Response:
    status, sentence, headers = _told(error)
    page = failure(request, status, sentence)
    if page is None:
        return json_answer({"error": sentence}, status=status, headers=headers)
    page.headers.update(headers)
    return page


def _told(error: Exception) -> tuple[int, str, Mapping[str, str]]:
    """Status, sentence and headers of the answer to an error."""
    match error:
        case Refusal():
            again = {} if error.retry_after is None else {_RETRY_AFTER: str(error.retry_after)}
            return error.status, str(error), again
        case web.HTTPException():
            kept = {str(name): error.headers[name] for name in (hdrs.ALLOW,) if name in error.headers}
            return error.status, _sentence(error), kept
        case TimeoutError():
            late = "no answer in time; ask for less or again later"
            return HTTPStatus.SERVICE_UNAVAILABLE, late, {_RETRY_AFTER: "5"}
        case _:
            logger.error("request.failed", exc_info=error)
            return HTTPStatus.INTERNAL_SERVER_ERROR, "internal error", {}


def _sentence(error: web.HTTPException) -> str:
    if error.status == HTTPStatus.NOT_FOUND:
        return "no such path; /api/v1/openapi.json lists them"
    return error.reason.lower()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unmatched" if resource is None else resource.canonical
