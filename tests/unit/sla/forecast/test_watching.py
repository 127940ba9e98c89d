"""An order is watched for the instant at which its forecast puts it at risk."""

from dataclasses import replace

import pytest

from slamon.orders.event import DAY, Instant
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.outlook import Outlook, next_crossing
from slamon.sla.forecast.risk import RiskTerms, RiskWatch
from slamon.sla.forecast.watching import SHORTEST_REST, Foretold, Subject, Watch, watched
from tests.builders import HOUR, T0, day
from tests.forecast_history import STOP
from tests.foreseeing import learnt_from

TERMS = RiskTerms()
STARTED = DEFAULT_LIFECYCLE.index["MANUFACTURING_STARTED"]
FORECASTER = Forecaster(learnt_from(600), DEFAULT_LIFECYCLE, STOP)


def outlook(step: str = "MANUFACTURING_STARTED", reached_at: Instant = T0) -> Outlook:
    found = FORECASTER.outlook(None, step, reached_at)
    assert found is not None
    return found


SUBJECT = Subject(outlook(), STARTED, day(20), day(20), T0)


def crossing() -> Instant:
    found = next_crossing(outlook(), day(20), TERMS.enter, T0)
    assert found is not None
    return found


def watch(subject: Subject, *looks: Instant) -> Watch:
    seen = None
    for now in looks:
        seen = watched(seen, subject, now, TERMS)
    assert seen is not None
    return seen


def test_at_first_it_is_unlikely_and_looked_at_again_before_it_is_likely() -> None:
    seen = watch(SUBJECT, T0)
    assert seen.risk == RiskWatch()
    assert T0 < seen.look_at <= crossing()
    assert seen.told is None


def test_who_looks_when_asked_to_sees_the_risk_begin_an_hour_after_the_crossing() -> None:
    seen, now = watch(SUBJECT, T0), T0
    while not seen.risk.at_risk and now < day(20):
        assert seen.look_at > now
        now = seen.look_at
        seen = watched(seen, SUBJECT, now, TERMS)
    assert seen.risk.at_risk_since == pytest.approx(crossing() + HOUR, abs=DAY // 24)
    assert now == seen.risk.at_risk_since


def test_how_late_it_is_looked_at_changes_nothing() -> None:
    late = watch(SUBJECT, day(19))
    assert late.risk.at_risk_since == pytest.approx(crossing() + HOUR, abs=DAY // 24)


def test_what_was_said_when_the_risk_began_stays() -> None:
    now = crossing() + 2 * HOUR
    seen = watch(SUBJECT, now)
    assert seen.told == Foretold(
        round(1000 * outlook().probability_late(day(20), now)),
        outlook().finish_at(now),
        outlook().suggested_due_at(now),
    )
    assert watched(seen, SUBJECT, now + DAY, TERMS).told == seen.told


def test_another_date_begins_anew() -> None:
    at_risk = watch(SUBJECT, day(19))
    moved = replace(SUBJECT, due_at=day(60), shown_at=day(60), since=day(19))
    seen = watched(at_risk, moved, day(19), TERMS)
    assert (seen.due_at, seen.risk, seen.told) == (day(60), RiskWatch(), None)


def test_progress_ends_the_risk() -> None:
    at_risk = watch(SUBJECT, crossing() + 2 * HOUR)
    at = crossing() + 3 * HOUR
    packed = DEFAULT_LIFECYCLE.index["PACKAGING"]
    further = Subject(outlook("PACKAGING", at), packed, day(20), day(20), at)
    assert not watched(at_risk, further, at, TERMS).risk.at_risk


@pytest.mark.parametrize("before", [None, watch(SUBJECT, day(19))])
def test_while_data_is_thin_nothing_changes(before: Watch | None) -> None:
    seen = watched(before, replace(SUBJECT, outlook=None), day(19), TERMS)
    assert seen.risk == (RiskWatch() if before is None else before.risk)
    assert seen.look_at == day(19) + SHORTEST_REST


def test_a_date_that_has_passed_is_not_watched() -> None:
    assert watch(replace(SUBJECT, since=day(21)), day(22)).risk == RiskWatch()
