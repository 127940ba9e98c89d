"""Whether an order is at risk by forecast."""

from collections.abc import Mapping

import pytest

from slamon.orders.event import DAY, Instant
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.hindsight import watched
from slamon.sla.forecast.journey import Dated, Journey, Reached
from slamon.sla.forecast.outlook import Outlook, next_crossing
from slamon.sla.forecast.risk import RiskTerms, RiskWatch
from slamon.sla.forecast.spells import Spell
from tests.builders import HOUR, T0, day

STOP = frozenset({"SHIPPED"})
SUBMITTED, PRICED = 2, 3
TERMS = RiskTerms()


def _forecaster() -> Forecaster:
    """SUBMITTED takes one to ten days, PRICE_CALCULATED ten to nineteen; both seen a hundred times."""
    durations = Durations()
    for number in range(100):
        durations.learn(None, Spell("SUBMITTED", "PRICE_CALCULATED", (1 + number % 10) * DAY, day(-100 + number)))
        durations.learn(None, Spell("PRICE_CALCULATED", "SHIPPED", (10 + number % 10) * DAY, day(-100 + number)))
    return Forecaster(durations, DEFAULT_LIFECYCLE, STOP)


FORECASTER = _forecaster()


def outlook(step: int, reached_at: Instant) -> Outlook | None:
    """What was learnt of a step."""
    return FORECASTER.outlook(None, DEFAULT_LIFECYCLE.statuses[step], reached_at)


def _journey(dates: Mapping[Instant, Instant | None], *steps: tuple[int, Instant]) -> Journey:
    reached = [Reached(at, step, None) for step, at in steps]
    return Journey(None, STOP, reached, [Dated(at, due_at) for at, due_at in dates.items()])


def _watched(journey: Journey, now: Instant) -> RiskWatch:
    return watched(journey, outlook, now, TERMS)


def test_an_order_that_stays_too_long_becomes_at_risk_an_hour_after_it_is_likely() -> None:
    waiting = _journey({T0: day(21)}, (SUBMITTED, T0))
    told = outlook(SUBMITTED, T0)
    assert told is not None
    crossing = next_crossing(told, day(21), TERMS.enter, T0)
    assert crossing is not None
    assert T0 < crossing < day(18)
    assert not _watched(waiting, crossing + HOUR - 1).at_risk
    assert _watched(waiting, crossing + HOUR).at_risk_since == crossing + HOUR
    assert _watched(waiting, day(20)).at_risk_since == crossing + HOUR


def test_a_date_too_near_is_likely_missed_at_once() -> None:
    assert _watched(_journey({T0: day(9)}, (SUBMITTED, T0)), day(1)).at_risk_since == T0 + HOUR


def test_an_order_that_moves_on_in_time_is_at_risk_no_more() -> None:
    """Its next step is reached before the hour is over, or makes it likely enough to be in time."""
    hasty = _journey({T0: day(21)}, (SUBMITTED, T0), (PRICED, day(1)))
    assert _watched(hasty, day(2)) == RiskWatch()
    relieved = _journey({T0: day(14), day(8): day(40)}, (SUBMITTED, T0), (PRICED, day(9)))
    assert _watched(relieved, day(7)).at_risk
    assert _watched(relieved, day(8)) == RiskWatch()


def test_what_happens_at_the_very_instant_comes_first() -> None:
    """A new date at the instant at which it would have become at risk."""
    rescued = _journey({T0: day(9), T0 + HOUR: day(40)}, (SUBMITTED, T0))
    assert _watched(rescued, T0 + HOUR) == RiskWatch()
    assert _watched(_journey({T0: day(9)}, (SUBMITTED, T0)), T0 + HOUR).at_risk


def test_it_stays_at_risk_over_a_step_that_changes_little() -> None:
    """Between the two thresholds."""
    before, after = outlook(SUBMITTED, T0), outlook(PRICED, day(5))
    assert before is not None
    assert after is not None
    due_at = day(20.25)
    assert before.probability_late(due_at, day(4.9)) >= TERMS.enter
    assert TERMS.leave <= after.probability_late(due_at, day(5)) < TERMS.enter
    assert _watched(_journey({T0: due_at}, (SUBMITTED, T0), (PRICED, day(5))), day(6)).at_risk
    stated = _journey({T0: day(40), day(5): due_at}, (SUBMITTED, T0), (PRICED, day(5)))
    assert _watched(stated, day(6)) == RiskWatch()


def test_every_date_is_watched_for_itself() -> None:
    """At risk of missing one date says nothing about the next."""
    moved = _journey({T0: day(9), day(3): day(10)}, (SUBMITTED, T0))
    assert _watched(moved, day(3) - 1).at_risk_since == T0 + HOUR
    assert _watched(moved, day(4)).at_risk_since == day(3) + HOUR


@pytest.mark.parametrize(
    "journey",
    [
        _journey({}, (SUBMITTED, T0)),
        _journey({T0: None}, (SUBMITTED, T0)),
        _journey({T0: day(1)}),
        _journey({T0: day(1)}, (0, T0)),
        _journey({day(2): day(3)}, (SUBMITTED, day(2))),
    ],
    ids=["no date", "no date any more", "no step", "thin", "not begun"],
)
def test_without_a_date_or_a_forecast_nobody_is_at_risk(journey: Journey) -> None:
    assert _watched(journey, day(1)) == RiskWatch()


def test_a_time_without_a_date_is_forgotten() -> None:
    waiting = _journey({T0: day(9), day(1): None, day(2): day(9)}, (SUBMITTED, T0))
    assert _watched(waiting, day(2)).likely_since == day(2)
