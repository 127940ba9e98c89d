"""At risk by forecast: likely for long enough, until clearly unlikely; how late one looks changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import SECOND
from slamon.sla.forecast.risk import RiskTerms, RiskWatch

HOUR = 3600 * SECOND
TERMS = RiskTerms()


def watch(*seen: tuple[float, float], terms: RiskTerms = TERMS) -> RiskWatch:
    """What is remembered after (probability, hours)."""
    state = RiskWatch()
    for probability, hours in seen:
        state = state.seen(probability, round(hours * HOUR), terms)
    return state


def test_likely_for_an_hour_is_at_risk_since_the_hour_was_over() -> None:
    assert watch((0.6, 0)).wake_at(TERMS) == HOUR
    assert not watch((0.6, 0), (0.6, 0.9)).at_risk
    assert watch((0.6, 0), (0.7, 1)).at_risk_since == HOUR


def test_looked_at_late_it_is_at_risk_since_the_same_instant() -> None:
    assert watch((0.6, 0), (0.6, 30)).at_risk_since == HOUR


def test_a_short_rise_is_none() -> None:
    assert watch((0.6, 0), (0.4, 0.5)) == RiskWatch()
    assert watch((0.6, 0), (0.4, 0.5), (0.6, 2)).wake_at(TERMS) == 3 * HOUR


def test_an_event_at_the_very_instant_comes_first() -> None:
    assert watch((0.6, 0), (0.4, 1)) == RiskWatch()


def test_it_was_at_risk_although_the_look_that_says_so_finds_it_less_likely() -> None:
    assert watch((0.6, 0), (0.4, 2)).at_risk_since == HOUR
    assert watch((0.6, 0), (0.1, 2)) == RiskWatch()


def test_it_is_left_only_below_the_lower_threshold() -> None:
    at_risk = ((0.6, 0), (0.6, 1))
    assert watch(*at_risk, (0.35, 2)).at_risk
    assert watch(*at_risk, (0.349, 2)) == RiskWatch()
    assert watch(*at_risk).wake_at(TERMS) is None


def test_unlikely_orders_wait_for_nothing() -> None:
    assert watch((0.49, 0)) == RiskWatch()
    assert watch((0.49, 0)).wake_at(TERMS) is None


def test_without_a_delay_it_is_at_risk_at_once() -> None:
    assert watch((0.5, 3), terms=RiskTerms(stay=0)).at_risk_since == 3 * HOUR


looks = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 10)), max_size=12)


@given(looks, st.integers(1, 10))
def test_looking_more_often_changes_nothing(steps: list[tuple[float, int]], more: int) -> None:
    """The probability stays what it was from one look to the next."""
    once = often = RiskWatch()
    at, chance = 0, 0.0
    for probability, gap in steps:
        for part in range(1, more):
            often = often.seen(chance, at + gap * HOUR * part // more, TERMS) if gap else often
        at, chance = at + gap * HOUR, probability
        once, often = once.seen(chance, at, TERMS), often.seen(chance, at, TERMS)
        assert once == often
