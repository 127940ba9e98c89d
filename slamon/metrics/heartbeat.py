"""Metrics about the heartbeat: when it last came through, why it did not, and whether it is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.metrics import catalog
from slamon.metrics.instruments import OptionalGauge, counter
from slamon.metrics.labels import printable

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


class HeartbeatMetrics:
    """What the heartbeat reports; all absent or 0 on workers that do not send it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._success = OptionalGauge(catalog.HEARTBEAT_SUCCESS, registry)
        self._withheld = OptionalGauge(catalog.HEARTBEAT_WITHHELD, registry)
        self._failures = counter(catalog.HEARTBEAT_FAILURES, registry)

    def succeeded(self, timestamp: float) -> None:
        """It came through, at this Unix time."""
        self._success.set(timestamp)

    def failed(self, reason: str) -> None:
        """One call failed; `reason` is a `SinkError.reason`."""
        self._failures.labels(printable(reason)).inc()

    def show(self, *, withheld: bool | None) -> None:
        """Whether it is withheld; None: another worker sends it."""
        self._withheld.set(None if withheld is None else float(withheld))
        if withheld is None:
            self._success.set(None)
