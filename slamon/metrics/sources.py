"""Metrics about the sources of order events: which are silent, and how long nothing came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.metrics import catalog
from slamon.metrics.instruments import WholeGauge
from slamon.metrics.labels import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import CollectorRegistry


class SourceMetrics:
    """What the watch over silences reports; a source is a name from the configuration."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._silent = WholeGauge(catalog.SOURCE_SILENT, registry, keep_at_zero=False)
        self._quiet = WholeGauge(catalog.SOURCE_QUIET, registry, keep_at_zero=False)

    def show(self, silent: Mapping[str, bool], quiet: Mapping[str, float]) -> None:
        """Show both as a whole: whether a source is silent, where that is known, and the seconds without a record."""
        self._silent.replace({(printable(source),): float(is_silent) for source, is_silent in silent.items()})
        self._quiet.replace({(printable(source),): seconds for source, seconds in quiet.items()})
