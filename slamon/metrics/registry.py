"""All metrics of one worker on a registry of their own, and their exposition from memory."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from slamon.metrics import catalog
from slamon.metrics.forecasts import ForecastMetrics
from slamon.metrics.heartbeat import HeartbeatMetrics
from slamon.metrics.instruments import WithoutCreated, gauge
from slamon.metrics.labels import LabelBound, printable
from slamon.metrics.lag import LagMetrics
from slamon.metrics.lag_form import LagForm
from slamon.metrics.orders import OrderMetrics
from slamon.metrics.sources import SourceMetrics
from slamon.metrics.worker import EventMetrics, HttpMetrics, NoticeMetrics, WorkerMetrics
from slamon.notices.notice import NoticeKind
from slamon.orders.lifecycle import CANCELLED, DEFAULT_LIFECYCLE
from slamon.sla.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHANNELS = 50
"""Distinct channels with series of their own; the rest are `other`."""

MOST_SYSTEMS = 20
"""The same for systems."""

_OPENMETRICS = "application/openmetrics-text"
_END = b"# EOF\n"


class Metrics:
    """The metrics of one worker, by subject: `events`, `orders`, `notices` and so on.

    `sources` and `receivers` are the configured names, whose counters show from the start; `statuses`
    those of the lifecycle; `lag` how lag is shown. Two objects share nothing.
    """

    def __init__(
        self,
        *,
        version: str,
        revision: str = "unknown",
        sources: Iterable[str] = (),
        receivers: Iterable[str] = (),
        statuses: Iterable[str] = DEFAULT_LIFECYCLE.statuses,
        lag: LagForm | None = None,
    ) -> None:
        registry = CollectorRegistry()
        gauge(catalog.BUILD_INFO, registry).labels(
            version=printable(version), revision=printable(revision), python=platform.python_version()
        ).set(1)
        self._ready = gauge(catalog.READY, registry)
        self.events = EventMetrics(registry, sources)
        self.sources = SourceMetrics(registry)
        self.orders = OrderMetrics(
            registry,
            status=LabelBound((*statuses, CANCELLED)),
            channel=LabelBound(room=MOST_CHANNELS),
            verdict=LabelBound(Verdict),
            system=LabelBound(room=MOST_SYSTEMS),
        )
        self.forecasts = ForecastMetrics(registry)
        self.notices = NoticeMetrics(registry, receivers, NoticeKind)
        self.heartbeat = HeartbeatMetrics(registry)
        self.worker = WorkerMetrics(registry)
        self.http = HttpMetrics(registry)
        self.lag = LagMetrics(lag or LagForm())
        self._shown = WithoutCreated(registry)

    def set_ready(self, *, ready: bool) -> None:
        """Whether this worker serves."""
        self._ready.set(1 if ready else 0)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The exposition and its content type: OpenMetrics where Accept asks for it, else text 0.0.4.

        Reads memory only, so it answers while brokers and disks do not.
        """
        if _OPENMETRICS in accept:
            text: bytes = openmetrics.generate_latest(self._shown)  # type: ignore[no-untyped-call]
            lag = self.lag.render(openmetrics=True)
            return text.removesuffix(_END) + lag + _END, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(self._shown) + self.lag.render(), CONTENT_TYPE_PLAIN_0_0_4
