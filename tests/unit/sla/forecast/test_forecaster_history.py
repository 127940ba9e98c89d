"""Forecasts of a generated history: what they say comes true as often as they say, and warnings come early."""

import os

import pytest

from tests.forecast_history import play

ORDERS = int(os.environ.get("FORECAST_ORDERS", "8000"))
SEEDS = range(int(os.environ.get("FORECAST_SEEDS", "3")))


@pytest.mark.parametrize("seed", SEEDS)
def test_forecasts_are_calibrated_and_warnings_come_early(seed: int) -> None:
    print(f"seed {seed}, {ORDERS} orders")  # noqa: T201  a failure shows what reproduces it
    played = play(seed, ORDERS)
    assert 0.2 < played.broken / played.orders < 0.3
    assert played.unforecast < 0.05 * played.orders
    bins = list(zip(played.calibration.forecasts, played.calibration.missed, strict=True))
    count, missed = bins[8]
    assert count >= 100
    assert 0.75 <= missed / count <= 0.95
    for number, (count, missed) in enumerate(bins):
        assert number / 10 - 0.06 < missed / count < (number + 1) / 10 + 0.06, bins
    brier_of_the_base_rate = 0.18
    assert (played.calibration.brier or 1) < 0.8 * brier_of_the_base_rate
    assert played.median_lead >= 2
    assert played.warned_rightly / played.warned > 0.45
    assert played.warned_rightly > 0.8 * played.broken
