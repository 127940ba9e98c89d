"""The paths and what answers them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from slamon.notices.answers import Action
from slamon.web import openapi
from slamon.web.answering import read_answer
from slamon.web.boundary import json_answer
from slamon.web.pages.routes import LONGEST_ORDER_ID
from slamon.web.parts import PEER_PATH, Ask, LagAsk, QueueAsk
from slamon.web.query import no_parameters, notice_query, order_query
from slamon.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slamon.metrics.registry import Metrics
    from slamon.orders.event import Instant
    from slamon.web.answering import Answering
    from slamon.web.answers import Answers
    from slamon.web.local import LocalParts
    from slamon.web.local_lag import LocalLag
    from slamon.web.ports import Health
    from slamon.web.queues import LocalQueues


@dataclass(frozen=True, slots=True)
class ApiRoutes:
    """`/api/v1` and what workers ask each other."""

    answers: Answers
    local: LocalParts
    lag: LocalLag
    queues: LocalQueues
    version: str

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        return (
            web.get("/api/v1/orders", self.orders),
            web.get("/api/v1/orders/{order_id}", self.order),
            web.get("/api/v1/orders/{order_id}/explain", self.explain),
            web.get("/api/v1/summary", self.summary),
            web.get("/api/v1/notices", self.notices),
            web.get("/api/v1/openapi.json", self.description),
            web.post(PEER_PATH, self.part),
        )

    async def orders(self, request: web.Request) -> web.Response:
        """A page of orders."""
        return json_answer(await self.answers.orders(order_query(_given(request))))

    async def order(self, request: web.Request) -> web.Response:
        """One order."""
        return json_answer(await self.answers.order(_order_id(request)))

    async def explain(self, request: web.Request) -> web.Response:
        """Why one order is where it is."""
        return json_answer(await self.answers.order(_order_id(request), explained=True))

    async def summary(self, request: web.Request) -> web.Response:
        """Orders counted."""
        no_parameters(_given(request))
        return json_answer(await self.answers.summary())

    async def notices(self, request: web.Request) -> web.Response:
        """A page of notices."""
        return json_answer(await self.answers.notices(notice_query(_given(request))))

    async def description(self, request: web.Request) -> web.Response:
        """The OpenAPI document."""
        no_parameters(_given(request))
        return json_answer(openapi.document(self.version))

    async def part(self, request: web.Request) -> web.Response:
        """This worker's own part, for another worker; nobody else is asked."""
        if request.content_type != "application/json":
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json")
        try:
            ask = msgspec.json.decode(await request.read(), type=Ask)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise Refusal(HTTPStatus.BAD_REQUEST, "not a question that this version of slamon asks") from None
        if isinstance(ask, LagAsk):
            return json_answer(await self.lag.part(ask))
        if isinstance(ask, QueueAsk):
            return json_answer(await self.queues.part(ask))
        return json_answer(await self.local.answer(ask))


@dataclass(frozen=True, slots=True)
class AnswerRoutes:
    """What changes something: answers to notices."""

    answering: Answering
    clock: Callable[[], Instant]

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        path = f"/api/v1/notices/{{notice_id}}/{{action:{'|'.join(Action)}}}"
        return (web.post(path, self.answer),)

    async def answer(self, request: web.Request) -> web.Response:
        """Take an answer; its record once it is durable."""
        no_parameters(_given(request))
        _from_here(request)
        given = read_answer(
            request.match_info["action"], request.match_info["notice_id"], await request.read(), self.clock()
        )
        return json_answer(await self.answering.give(given))


@dataclass(frozen=True, slots=True)
class OwnRoutes:
    """What this worker says about itself: health, metrics."""

    health: Health
    metrics: Metrics

    def routes(self) -> Sequence[web.RouteDef]:
        """For `Application.add_routes`."""
        return (
            web.get("/-/healthy", self.healthy),
            web.get("/-/ready", self.ready),
            web.get("/metrics", self.exposition),
        )

    async def healthy(self, _request: web.Request) -> web.Response:
        """200 while alive."""
        alive = self.health.healthy()
        status = HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE
        return json_answer({"healthy": alive}, status=status)

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when serving, else 503; the checks either way."""
        ready, checks = self.health.ready()
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return json_answer({"ready": ready, "checks": checks}, status=status)

    async def exposition(self, request: web.Request) -> web.Response:
        """Metrics, from memory."""
        ready, _ = self.health.ready()
        self.metrics.set_ready(ready=ready)
        body, content_type = self.metrics.render(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


def _from_here(request: web.Request) -> None:
    """Refuse what a browser sends for a page of another site: it would answer in its visitor's place."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise Refusal(HTTPStatus.FORBIDDEN, "Origin: pages of other sites may not answer notices")


def _order_id(request: web.Request) -> str:
    no_parameters(_given(request))
    order_id = request.match_info["order_id"]
    if len(order_id) > LONGEST_ORDER_ID:
        raise Refusal(HTTPStatus.NOT_FOUND, "no such order")
    return order_id


def _given(request: web.Request) -> list[tuple[str, str]]:
    return list(request.query.items())
