"""The paths of the pages; they ask what the API asks, so any worker shows the orders of all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from slamon.web.pages.assets import ASSETS
from slamon.web.pages.failure import failure_page
from slamon.web.pages.first import first_page
from slamon.web.pages.late import late_page, late_query
from slamon.web.pages.order import Told, order_page
from slamon.web.query import MOST_ROWS, NoticeQuery
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slamon.web.answers import Answers
    from slamon.web.ports import Health

LONGEST_ORDER_ID: Final = 128
_JSON_PATHS: Final = ("/api/", "/-/", "/metrics")


@dataclass(frozen=True, slots=True)
class PageRoutes:
    """`/`, late orders, one order, and what they load."""

    answers: Answers
    health: Health
    version: str

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        return (
            web.get("/", self.first),
            web.get("/orders", self.orders),
            web.get("/orders/{order_id}", self.order),
            web.get("/assets/{name}", self.asset),
        )

    async def first(self, request: web.Request) -> web.Response:
        """The first page."""
        ready, checks = self.health.ready()
        return _html(first_page(version=self.version, ready=ready, checks=checks, root=root_of(request)))

    async def orders(self, request: web.Request) -> web.Response:
        """Late orders; with `order_id` the one whose id no path can end in."""
        given, root = list(request.query.items()), root_of(request)
        named = request.query.get("order_id")
        if named:
            return await self._one(named, root)
        return _html(late_page(given, await self.answers.orders(late_query(given)), root))

    async def order(self, request: web.Request) -> web.Response:
        """One order."""
        return await self._one(request.match_info["order_id"], root_of(request))

    async def asset(self, request: web.Request) -> web.Response:
        """A file that pages load."""
        asset = ASSETS.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        return web.Response(body=asset.content, content_type=asset.media, charset="utf-8")

    async def _one(self, order_id: str, root: str) -> web.Response:
        if len(order_id) > LONGEST_ORDER_ID:
            raise Refusal(HTTPStatus.NOT_FOUND, "no such order")
        order, explanation, notices = await asyncio.gather(
            self.answers.order(order_id),
            self._explanation(order_id),
            self.answers.notices(NoticeQuery(order_id, frozenset(), MOST_ROWS, None)),
        )
        rows: list[Mapping[str, Any]] = [_decoded(row) for row in _list(notices["notices"])]
        complete = notices["complete"] is True and notices["next"] is None
        return _html(order_page(Told(order, explanation, rows, complete), root))

    async def _explanation(self, order_id: str) -> dict[str, object] | None:
        """None when it can't be had; whether there is such an order is said by the order itself."""
        try:
            return await self.answers.order(order_id, explained=True)
        except Refusal:
            return None


def root_of(request: web.Request) -> str:
    """The way from a request's path to `/`, relative, so that pages work below a proxy's prefix."""
    depth = request.rel_url.raw_path.count("/") - 1
    return "/".join([".."] * depth) or "."


def failure(request: web.Request, status: int, sentence: str) -> web.Response | None:
    """The answer for people when theirs was the question; None for programs, who get JSON."""
    path = request.path
    is_page = path in {"/", "/orders"} or path.startswith("/orders/")
    from_browser = "text/html" in request.headers.get("Accept", "") and not path.startswith(_JSON_PATHS)
    return _html(failure_page(status, sentence, root_of(request)), status) if is_page or from_browser else None


def _html(text: str, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _list(rows: object) -> list[Any]:
    return rows if isinstance(rows, list) else []


def _decoded(row: Any) -> dict[str, Any]:
    return msgspec.json.decode(row, type=dict[str, Any])
