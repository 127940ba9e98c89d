"""Generated sources: false alarms, real outages. Every test prints its seed; SLAMON_SEED repeats one."""

import os
import random

import pytest

from slamon.orders.event import SECOND, Instant, Span
from slamon.sla.arrivals import HOUR, SHORTEST, overdue_from
from slamon.sla.silence import Expectation, Heard, Look, SourceState, look
from tests.sources import MONDAY, WEEK, Rate, false_alarms, looks, office, steady, watched, waves

LEARNT = Expectation()
MINUTE: Span = 60 * SECOND
SOURCES = [
    ("three an hour", steady(3)),
    ("three an hour in office hours", office(3)),
    ("forty an hour in waves", waves(40)),
    ("office hours from half past nine", office(30, 9.5, 17.5)),
    ("a thousand a minute in office hours", office(60_000)),
]
IDS = [name for name, _ in SOURCES]
RATES = [rate for _, rate in SOURCES]


@pytest.fixture
def rng() -> random.Random:
    seed = int(os.environ.get("SLAMON_SEED", random.SystemRandom().randrange(2**32)))
    print(f"SLAMON_SEED={seed}")  # noqa: T201  # pytest shows it where a test fails
    return random.Random(seed)


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES, ids=IDS)
def test_less_than_one_false_alarm_a_month_by_the_true_rate(rate: Rate, rng: random.Random) -> None:
    """What was learnt in three weeks is judged by the true rate: no luck, no model of ours in the judgement."""
    model = watched(rate, rng, LEARNT, days=21, every=MINUTE).model
    assert model.is_enough

    def true_rate(at: Instant) -> float:
        return min(rate(at), 60.0)  # a look a minute finds at most one occasion a minute

    assert false_alarms(true_rate, lambda at: overdue_from(model, at, None), MINUTE) < 1


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES, ids=IDS)
def test_nights_and_weekends_are_no_silence_in_the_weeks_after(rate: Rate, rng: random.Random) -> None:
    """Nine weeks from the first look on: at most what chance allows in two months."""
    heard: Heard | None = None
    alarms, states = 0, set[str]()
    for seen in looks(rate, rng, MONDAY, MONDAY + 9 * WEEK, MINUTE):
        before, heard = heard, look(heard, seen, LEARNT)
        alarms += heard.state == SourceState.SILENT and before is not None and before.state != SourceState.SILENT
        states.add(heard.state)
    assert alarms <= 2
    assert SourceState.FLOWING in states


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "usual_gap"),
    [(steady(3), HOUR // 3), (office(30), HOUR // 30), (office(60_000), MINUTE), (waves(40), HOUR // 40)],
    ids=["three an hour", "thirty an hour in office hours", "a thousand a minute", "forty an hour in waves"],
)
def test_an_outage_in_the_late_morning_is_found(rate: Rate, usual_gap: Span, rng: random.Random) -> None:
    """Within twice the 99.99 % quantile of a Poisson source's gaps (9.2 usual ones) at that hour."""
    heard = watched(rate, rng, LEARNT, days=28 + 11 / 24, every=MINUTE)
    outage = heard.looked_at
    heard = look(heard, Look(heard.total + 1, 1, outage), LEARNT)
    at = outage
    while heard.state != SourceState.SILENT:
        at += MINUTE
        heard = look(heard, Look(heard.total, 0, at), LEARNT)
        assert at - outage <= 2 * 9.21 * usual_gap + MINUTE
    assert at - outage >= SHORTEST
    assert heard.heard_at == outage
