"""How forecasts turned out, as counters."""

import pytest

from slamon.metrics.forecasts import PROBABILITIES
from slamon.metrics.registry import Metrics
from slamon.sla.forecast.scoring import Calibration, Noted
from tests.unit.metrics.exposition import samples


def test_every_bin_shows_from_the_start() -> None:
    assert len(PROBABILITIES) == 10
    assert set(samples(Metrics(version="1"), "slamon_forecasts_scored_total").values()) == {0}


def test_scored_forecasts_and_spells_are_counted() -> None:
    metrics, scored = Metrics(version="1"), Calibration()
    scored.score([Noted(1, 850, 10), Noted(2, 1000, 30)], 20)
    metrics.forecasts.scored(scored)
    metrics.forecasts.learnt(4)
    found = samples(metrics, "slamon_forecasts_scored_total")
    assert {key: value for key, value in found.items() if value} == {("missed", "0.8-0.9"): 1, ("kept", "0.9-1.0"): 1}
    assert samples(metrics, "slamon_forecast_squared_error_total") == {(): pytest.approx(0.15**2 + 1)}
    assert samples(metrics, "slamon_forecast_spells_total") == {(): 4}
