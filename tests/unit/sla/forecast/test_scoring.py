"""Forecasts against how orders ended."""

from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.sla.forecast.scoring import BINS, Calibration, Noted, calibration_json, note

DUE = 1000


def scored(*notes: Noted, finished_at: int) -> Calibration:
    calibration = Calibration()
    calibration.score(notes, finished_at)
    return calibration


def test_the_first_forecast_at_each_step_is_noted() -> None:
    notes = note((), 3, 0.1234, DUE, 0)
    assert notes == (Noted(3, 123, DUE),)
    assert note(notes, 3, 0.9, DUE, 10) == notes
    assert note(notes, 4, 0.9, DUE, 10) == (*notes, Noted(4, 900, DUE))


def test_about_a_date_that_has_passed_nothing_is_noted() -> None:
    assert note((), 3, 1.0, DUE, DUE + 1) == ()
    assert note((), 3, 1.0, DUE, DUE) == (Noted(3, 1000, DUE),)


def test_a_forecast_is_scored_by_the_date_it_was_about() -> None:
    calibration = scored(Noted(3, 800, DUE), Noted(4, 200, DUE + 50), finished_at=DUE + 1)
    assert calibration.missed == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert calibration.forecasts == [0, 0, 1, 0, 0, 0, 0, 0, 1, 0]
    assert calibration.brier == pytest.approx(0.04)


def test_at_the_date_is_kept() -> None:
    assert sum(scored(Noted(3, 800, DUE), finished_at=DUE).missed) == 0


def test_the_bins() -> None:
    calibration = scored(*(Noted(0, permille, DUE) for permille in (0, 99, 100, 899, 900, 1000)), finished_at=DUE)
    assert calibration.forecasts == [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]


def test_as_json() -> None:
    shown = calibration_json(scored(Noted(3, 850, DUE), Noted(4, 800, DUE), finished_at=DUE + 1))
    bins = shown["bins"]
    assert isinstance(bins, list)
    assert (shown["forecasts"], len(bins)) == (2, BINS)
    assert bins[8] == {
        "from": 0.8,
        "to": 0.9,
        "forecasts": 2,
        "missed": 2,
        "mean_probability": 0.825,
        "missed_ratio": 1.0,
    }
    assert bins[0] == {
        "from": 0.0,
        "to": 0.1,
        "forecasts": 0,
        "missed": 0,
        "mean_probability": None,
        "missed_ratio": None,
    }


def test_nothing_scored_is_unknown_not_zero() -> None:
    assert calibration_json(Calibration())["brier"] is None


scores = st.lists(st.builds(Noted, st.integers(0, 9), st.integers(0, 1000), st.integers(0, 10)), max_size=8)


@given(scores, scores, scores, st.integers(0, 10))
def test_merging_is_exact_in_any_order(one: list[Noted], two: list[Noted], three: list[Noted], at: int) -> None:
    def add(calibration: Calibration, other: Calibration) -> Calibration:
        calibration.merge(other)
        return calibration

    parts = [scored(*notes, finished_at=at) for notes in (one, two, three)]
    whole = scored(*one, *two, *three, finished_at=at)
    assert reduce(add, parts, Calibration()) == reduce(add, reversed(parts), Calibration()) == whole
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(whole), type=Calibration) == whole
