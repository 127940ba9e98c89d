"""`/api/v1/lag` and `/api/v1/incidents`: any worker answers, by asking the one that watches lag."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from slamon.web.boundary import json_answer
from slamon.web.parts import LagAsk
from slamon.web.query import incident_query, no_parameters
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slamon.web.gather import Gatherer
    from slamon.web.parts import LagQuestion

SHARED: Final = 0
"""The partition whose owner does what one worker at a time does."""
LONGEST_GROUP: Final = 1_024
_RETRY_SECONDS = 5
_NOT_CONFIGURED = "lag is not watched: the configuration has no `lag`"
_NO_GROUP = "no such group"
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
        no_parameters(list(request.query.items()))
        return json_answer(await self._asked("page"))

    async def group(self, request: web.Request) -> web.Response:
        """One group."""
        return json_answer(await self._asked("group", _group(request)))

    async def explain(self, request: web.Request) -> web.Response:
        """Why a group has its verdict."""
        return json_answer(await self._asked("explain", _group(request)))

    async def incidents(self, request: web.Request) -> web.Response:
        """Incidents, open and over."""
        query = incident_query(list(request.query.items()))
        said = msgspec.json.decode(await self._asked("incidents"), type=dict[str, Any])
        return json_answer({**said, "incidents": query.chosen(said["incidents"])})

    async def _asked(self, what: LagQuestion, group: str | None = None) -> msgspec.Raw:
        if not self.is_configured:
            raise Refusal(HTTPStatus.NOT_FOUND, _NOT_CONFIGURED)
        part = await self.gatherer.lag(lambda partitions: LagAsk(partitions, what, group), SHARED)
        if part is None:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, _NOBODY, retry_after=_RETRY_SECONDS)
        if part.is_known:
            return part.body
        if part.as_of is None:
            words = "lag was not looked at yet"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, words, retry_after=_RETRY_SECONDS)
        raise Refusal(HTTPStatus.NOT_FOUND, _NO_GROUP)


def _group(request: web.Request) -> str:
    no_parameters(list(request.query.items()))
    group = request.match_info["group"]
    if len(group) > LONGEST_GROUP:
        raise Refusal(HTTPStatus.NOT_FOUND, _NO_GROUP)
    return group
