"""Metrics about forecasts: how many were scored and how they turned out, and how much was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slamon.metrics import catalog
from slamon.metrics.instruments import counter
from slamon.sla.forecast.scoring import BINS

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from slamon.sla.forecast.scoring import Calibration

_MILLIONTHS: Final = 1_000_000

PROBABILITIES: Final = tuple(f"{bin_ / BINS:.1f}-{(bin_ + 1) / BINS:.1f}" for bin_ in range(BINS))
"""The values of the label `probability`."""


class ForecastMetrics:
    """What was learnt from orders that have ended, and how good their forecasts were."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._scored = counter(catalog.FORECASTS_SCORED, registry)
        self._error = counter(catalog.FORECAST_SQUARED_ERROR, registry)
        self._spells = counter(catalog.SPELLS_LEARNT, registry)
        for probability in PROBABILITIES:
            for outcome in ("missed", "kept"):
                self._scored.labels(probability, outcome)

    def learnt(self, spells: int) -> None:
        """So many spells were learnt."""
        self._spells.inc(spells)

    def scored(self, scored: Calibration) -> None:
        """These forecasts were scored."""
        for probability, count, missed in zip(PROBABILITIES, scored.forecasts, scored.missed, strict=True):
            self._scored.labels(probability, "missed").inc(missed)
            self._scored.labels(probability, "kept").inc(count - missed)
        self._error.inc(scored.squares / _MILLIONTHS)
