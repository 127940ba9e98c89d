"""Builds the web application from its ports, and serves it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp import web

from slamon.web.answering import Answering
from slamon.web.answers import Answers
from slamon.web.boundary import add_security_headers, boundary
from slamon.web.gather import Gatherer
from slamon.web.interactions import InteractionRoutes, Interactions, NoDialogues
from slamon.web.lag import LagRoutes
from slamon.web.local import LocalParts
from slamon.web.local_lag import LocalLag
from slamon.web.pages.routes import PageRoutes
from slamon.web.peers import PeerClient
from slamon.web.ports import NothingAnswered, NothingLearnt
from slamon.web.queues import LocalQueues, NoQueues, QueuesApi
from slamon.web.routes import AnswerRoutes, ApiRoutes, OwnRoutes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from slamon.metrics.registry import Metrics
    from slamon.orders.event import Instant
    from slamon.web.interactions import Dialogues
    from slamon.web.ports import AnswersApi, Cluster, ForecastsApi, Health, LagApi, NoticesApi, OrdersApi

MOST_BODY_BYTES: Final = 64 * 1024
INTERACTIONS: Final = web.AppKey("interactions", Interactions)
"""Where the application keeps what takes presses of Slack's buttons, for those that come by Socket Mode."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long answers may take, in seconds."""

    request: float = 30.0
    peer: float = 20.0
    """For the part of another worker; less than `request`, so that a slow one makes an answer incomplete."""
    slice: float = 0.01
    """How long a scan may hold the event loop before others have their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that the web application needs; `clock` in microseconds since the epoch."""

    orders: OrdersApi
    notices: NoticesApi
    cluster: Cluster
    health: Health
    metrics: Metrics
    clock: Callable[[], Instant]
    version: str
    limits: Limits = Limits()
    forecasts: ForecastsApi = field(default_factory=NothingLearnt)
    answers: AnswersApi = field(default_factory=NothingAnswered)
    lag: LagApi | None = None
    """None: lag is not configured, on this worker or any other."""
    queues: QueuesApi = field(default_factory=NoQueues)
    signing_secret: str | None = field(default=None, repr=False)
    dialogues: Dialogues = field(default_factory=NoDialogues)
    peers: PeerClient | None = None
    """Asks other workers while the application runs; None: one of its own."""


def build_web(site: Site) -> web.Application:
    """The application; it opens nothing until it is started."""
    limits = site.limits
    app = web.Application(client_max_size=MOST_BODY_BYTES, middlewares=[boundary(site.metrics, seconds=limits.request)])
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(OwnRoutes(site.health, site.metrics).routes())
    local = LocalParts(
        site.orders,
        site.notices,
        site.cluster,
        forecasts=site.forecasts,
        answers=site.answers,
        slice_seconds=limits.slice,
    )
    peers = site.peers or PeerClient(seconds=limits.peer, failed=site.metrics.http.peer_failed)
    lag = LocalLag(site.cluster, site.lag)
    gatherer = Gatherer(local, peers, site.cluster, lag)
    answers = Answers(gatherer, site.cluster, site.clock)
    app.add_routes(ApiRoutes(answers, local, lag, LocalQueues(site.queues, site.cluster), site.version).routes())
    app.add_routes(LagRoutes(gatherer, is_configured=site.lag is not None).routes())
    app.add_routes(PageRoutes(answers, site.health, site.version).routes())
    answering = Answering(gatherer, site.cluster)
    app[INTERACTIONS] = Interactions(answering, site.dialogues, site.clock)
    app.add_routes(AnswerRoutes(answering, site.clock).routes())
    app.add_routes(InteractionRoutes(app[INTERACTIONS], site.signing_secret, site.clock).routes())

    async def session(_app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as opened:
            peers.session = opened
            yield

    app.cleanup_ctx.append(session)
    return app


@asynccontextmanager
async def served(app: web.Application, host: str, port: int, *, grace: float) -> AsyncIterator[int]:
    """Serve while inside; gives the port (0 asks for a free one); then answers in flight get `grace` seconds.

    Raises:
        OSError: the address is taken or not this machine's.
    """
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=grace)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
