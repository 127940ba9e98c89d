"""The outlook of one order: probabilities, dates, the crossing, and how it is shown."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, SECOND, rfc3339
from slamon.sla.forecast.outlook import Outlook, forecast_json, next_crossing
from slamon.sla.forecast.remaining import AT_ONCE
from slamon.sla.forecast.route import Route
from slamon.sla.forecast.sketch import Sketch

NOON = 1_772_442_000 * SECOND


def _route() -> Route:
    rng, sketch = random.Random(6), Sketch(30 * DAY)
    for _ in range(5000):
        sketch.add(10 * DAY * math.exp(rng.gauss(0, 0.5)), NOON)
    return Route([(1.0, sketch, AT_ONCE)])


OUTLOOK = Outlook(_route(), NOON)
DUE = NOON + 15 * DAY


def test_the_probability_at_the_start_and_after_a_while() -> None:
    assert OUTLOOK.probability_late(DUE, NOON) == pytest.approx(0.21, abs=0.02)
    assert OUTLOOK.probability_late(DUE, NOON + 10 * DAY) == pytest.approx(0.42, abs=0.03)


def test_a_clock_behind_the_event_spends_no_time() -> None:
    assert OUTLOOK.probability_late(DUE, NOON - DAY) == OUTLOOK.probability_late(DUE, NOON)
    assert OUTLOOK.finish_at(NOON - DAY) == OUTLOOK.finish_at(NOON)


def test_a_date_that_has_passed_is_missed() -> None:
    assert OUTLOOK.probability_late(DUE, DUE + 1) == 1.0
    assert OUTLOOK.probability_late(NOON - DAY, NOON) == 1.0


def test_when_it_is_finished() -> None:
    assert OUTLOOK.finish_at(NOON) == pytest.approx(NOON + 10 * DAY, abs=DAY // 3)
    assert OUTLOOK.finish_at(NOON + 12 * DAY) > NOON + 13 * DAY


def test_the_suggested_date_is_kept_with_90_percent() -> None:
    for spent in (0, 5, 12, 20):
        now = NOON + spent * DAY
        assert OUTLOOK.probability_late(OUTLOOK.suggested_due_at(now), now) == pytest.approx(0.1, abs=0.005)


@given(st.floats(0.05, 0.99), st.integers(1, 40), st.floats(0, 1))
def test_at_the_crossing_the_threshold_is_reached_and_just_before_it_was_not(
    threshold: float, days: int, part: float
) -> None:
    due_at = NOON + days * DAY
    from_at = NOON + int(part * days * DAY)
    at = next_crossing(OUTLOOK, due_at, threshold, from_at)
    if at is None:
        last = due_at - 1 - (due_at - from_at) // 2048
        assert last < from_at or OUTLOOK.probability_late(due_at, last) < threshold
        return
    assert from_at <= at < due_at
    assert OUTLOOK.probability_late(due_at, at) >= threshold
    before = at - 1 - (due_at - from_at) // 4000
    assert at == from_at or before < from_at or OUTLOOK.probability_late(due_at, before) < threshold


def test_no_crossing_once_the_date_is_there() -> None:
    assert next_crossing(OUTLOOK, DUE, 0.5, DUE) is None


def test_no_crossing_of_what_is_not_reached_before_the_date() -> None:
    assert next_crossing(OUTLOOK, DUE, 1.1, NOON) is None


def test_a_crossing_that_is_already_behind_is_now() -> None:
    assert next_crossing(OUTLOOK, NOON + DAY, 0.5, NOON + 7) == NOON + 7


def test_a_learnt_forecast_as_it_is_shown() -> None:
    assert forecast_json(OUTLOOK, DUE, NOON) == {
        "finish_at": rfc3339(OUTLOOK.finish_at(NOON)),
        "probability_late": round(OUTLOOK.probability_late(DUE, NOON), 4),
        "suggested_due_at": rfc3339(OUTLOOK.suggested_due_at(NOON)),
        "basis": "learnt",
    }


def test_without_a_date_there_is_nothing_to_be_late_for() -> None:
    assert forecast_json(OUTLOOK, None, NOON)["probability_late"] is None


def test_thin_data_says_that_the_static_rule_is_what_counts() -> None:
    shown = forecast_json(None, DUE, NOON)
    assert shown == {"finish_at": None, "probability_late": None, "suggested_due_at": None, "basis": "static"}
