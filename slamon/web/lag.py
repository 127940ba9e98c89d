"""`/api/v1/lag` and `/api/v1/incidents`: any worker answers, by asking the one that watches lag."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web

from slamon.web.boundary import json_answer
from slamon.web.parts import LagAsk
from slamon.web.query import no_parameters
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from slamon.web.gather import Gatherer
    from slamon.web.parts import LagQuestion

SHARED: Final = 0
"""The partition whose owner does what one worker at a time does."""
LONGEST_GROUP: Final = 249
_RETRY_SECONDS = 5
_NOT_CONFIGURED = "lag is not watched: the configuration has no `lag`"
_NOBODY = "the worker that watches lag can't be asked now"


@dataclass(frozen=True, slots=True)
class LagRoutes:
    """Lag and incidents; 404 where lag is not configured."""

    gatherer: Gatherer
    is_configured: bool

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        return (
            web.get("/api/v1/lag", self.page),
            web.get("/api/v1/lag/{group}", self.group),
            web.get("/api/v1/lag/{group}/explain", self.explain),
            web.get("/api/v1/incidents", self.incidents),
        )

    async def page(self, request: web.Request) -> web.Response:
        """Every group."""
        return json_answer(await self._asked(request, "page"))

    async def group(self, request: web.Request) -> web.Response:
        """One group."""
        return json_answer(await self._asked(request, "group", request.match_info["group"]))

    async def explain(self, request: web.Request) -> web.Response:
        """Why a group has its verdict."""
        return json_answer(await self._asked(request, "explain", request.match_info["group"]))

    async def incidents(self, request: web.Request) -> web.Response:
        """Incidents, open and over."""
        return json_answer(await self._asked(request, "incidents"))

    async def _asked(self, request: web.Request, what: LagQuestion, group: str | None = None) -> msgspec.Raw:
        no_parameters(list(request.query.items()))
        if not self.is_configured:
            raise Refusal(HTTPStatus.NOT_FOUND, _NOT_CONFIGURED)
        if group is not None and len(group) > LONGEST_GROUP:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such group")
        part = await self.gatherer.lag(lambda partitions: LagAsk(partitions, what, group), SHARED)
        if part is None:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, _NOBODY, retry_after=_RETRY_SECONDS)
        if part.body is not None:
            return part.body
        if part.as_of is None:
            words = "lag was not looked at yet"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, words, retry_after=_RETRY_SECONDS)
        raise Refusal(HTTPStatus.NOT_FOUND, "no such group")
