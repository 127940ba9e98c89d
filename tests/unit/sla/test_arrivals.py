"""The model of a source's arrivals: what is counted, what is forgotten, how long a gap may be."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.orders.event import DAY, SECOND, Instant, Span
from slamon.sla.arrivals import (
    HOUR,
    SHORTEST,
    Arrivals,
    expected_between,
    fits,
    learn,
    learn_gap,
    longest_gap,
    nothing_learnt,
    overdue_from,
)
from slamon.sla.calendar import ALWAYS

WEEK = 168
MONDAY: Instant = 1_772_409_600 * SECOND
SLOT = MONDAY // HOUR % WEEK


def weekly(
    rates: dict[int, float], *, otherwise: float = 0.0, hours: float = 2.0, gaps: tuple[float, ...] = ()
) -> Arrivals:
    """A model of two weeks with so many occasions an hour, by hour since Monday."""
    rate = [otherwise] * WEEK
    for hour, value in rates.items():
        rate[(SLOT + hour) % WEEK] = value
    heard = tuple(value * hours for value in rate)
    return Arrivals((hours,) * WEEK, heard, gaps, watched=14 * DAY)


def single(rate: float, *, hours: float = 100.0) -> Arrivals:
    return Arrivals((hours,), (rate * hours,), watched=100 * HOUR)


def at(hours: float) -> Instant:
    return MONDAY + round(hours * HOUR)


def test_two_weeks_make_a_profile_and_a_few_open_days_a_rate() -> None:
    half = Arrivals((1.0,) * WEEK, (3.0,) * WEEK, watched=14 * DAY - 1)
    assert (half.is_enough, weekly({}, otherwise=3).is_enough) == (False, True)
    assert not Arrivals((2.0,) * WEEK, (0.1,) * WEEK, watched=90 * DAY).is_enough, "17 occasions tell nothing"
    assert single(3).is_enough
    assert not Arrivals((23.0,), (69.0,), watched=24 * HOUR - 1).is_enough


def test_a_model_fits_the_way_it_was_learnt() -> None:
    assert fits(nothing_learnt(None), None)
    assert fits(nothing_learnt(ALWAYS), ALWAYS)
    assert not fits(nothing_learnt(None), ALWAYS)
    assert not fits(nothing_learnt(ALWAYS), None)


def test_an_hour_counts_when_it_is_over() -> None:
    model = learn(nothing_learnt(None), 60 * SECOND, at(9.5), is_occasion=True)
    model = learn(model, 60 * SECOND, at(9.6), is_occasion=False)
    assert sum(model.heard) == 0
    model = learn(model, 60 * SECOND, at(10), is_occasion=True)
    slot = (SLOT + 9) % WEEK
    assert model.heard[slot] == sum(model.heard) == 1
    assert model.looked[slot] * HOUR == pytest.approx(120 * SECOND)
    assert (model.heard_now, model.looked_now, model.watched) == (1, 60 * SECOND, 180 * SECOND)


def test_closed_time_teaches_nothing() -> None:
    model = single(3)
    assert learn(model, 0, at(3), is_occasion=True) is model


def test_a_week_later_seven_tenths_are_left() -> None:
    model = learn(weekly({}, otherwise=10, hours=1), HOUR, at(0.5), is_occasion=False)
    model = learn(model, HOUR, at(1.5), is_occasion=False)
    slot = SLOT
    assert [model.heard[slot], model.looked[slot]] == pytest.approx([7, 1.7])


def test_fifty_open_hours_are_a_week_of_a_calendar() -> None:
    model = Arrivals((100.0,), (100.0,), (1.0,), watched=100 * HOUR)
    for hour in range(51):
        model = learn(model, 1, at(hour), is_occasion=False)
    assert model.heard[0] == pytest.approx(100 * 0.7**1.02)
    assert model.gaps[0] == pytest.approx(0.7**1.02)


def test_a_gap_is_measured_in_what_was_to_be_expected() -> None:
    model = weekly({9: 10, 10: 10, 11: 10, 12: 10, 13: 10})
    assert expected_between(model, at(10.5), at(12), None) == pytest.approx(15)
    assert expected_between(model, at(20), at(24 + 8), None) == 0
    assert expected_between(single(4), at(1), at(2.5), ALWAYS) == pytest.approx(6)
    assert expected_between(nothing_learnt(ALWAYS), at(1), at(2), ALWAYS) == 0
    endless = expected_between(model, at(0) - 1000 * DAY, at(0), None)
    assert endless == pytest.approx(2 * expected_between(model, at(-WEEK), at(0), None))


def test_beside_a_quieter_hour_that_one_counts() -> None:
    """A day that begins at half past nine, or an hour later after a change of the clocks, is no silence."""
    model = weekly({9: 10, 10: 10, 11: 10, 12: 10})
    rates = [expected_between(model, at(hour), at(hour + 1), None) for hour in range(8, 14)]
    assert rates == pytest.approx([0, 0, 10, 10, 0, 0])


def test_neighbours_steady_a_rate_but_never_raise_it() -> None:
    model = weekly({9: 6, 10: 4, 11: 5, 12: 6}, otherwise=5)
    assert expected_between(model, at(10), at(11), None) == pytest.approx(4)
    assert expected_between(model, at(12), at(13), None) == pytest.approx(16 / 3)


def test_an_hour_hardly_looked_at_promises_nothing() -> None:
    model = weekly({}, otherwise=100, hours=0.49)
    assert expected_between(model, at(0), at(100), None) == 0
    assert overdue_from(model, at(0), None) is None


@pytest.mark.parametrize(("per_hour", "limit"), [(0.5, -math.log(1e-4)), (100, math.log(100 * WEEK * 2 * 10))])
def test_the_limit_is_the_last_ten_thousandth_or_what_a_month_never_sees(per_hour: float, limit: float) -> None:
    assert longest_gap(weekly({}, otherwise=per_hour)) == pytest.approx(limit)


def test_what_recurs_is_usual_and_what_happened_once_is_not() -> None:
    model = weekly({}, otherwise=10)
    usual = longest_gap(model)
    once = learn_gap(model, at(0), at(50), None)
    assert longest_gap(once) == usual
    twice = learn_gap(once, at(60), at(110), None)
    assert 500 <= longest_gap(twice) <= 500 * math.sqrt(2)


def test_a_habit_is_forgotten() -> None:
    model = weekly({}, otherwise=10)
    for _ in range(2):
        model = learn_gap(model, at(0), at(50), None)
    usual = longest_gap(weekly({}, otherwise=10))
    weeks = 0
    while longest_gap(model) > usual + 1:
        for _ in range(WEEK):
            model = learn(model, HOUR, (model.hour + 1) * HOUR, is_occasion=True)
        weeks += 1
        assert weeks < 4
    assert weeks >= 1


def test_short_gaps_and_those_of_the_first_week_are_not_kept() -> None:
    model = weekly({}, otherwise=10)
    assert learn_gap(model, at(0), at(0.39), None) is model
    early = Arrivals(model.looked, model.heard, watched=7 * DAY - 1)
    assert learn_gap(early, at(0), at(50), None) is early


def test_the_longest_gaps_share_a_class() -> None:
    model = weekly({}, otherwise=1e6)
    for _ in range(2):
        model = learn_gap(model, at(0), at(300), None)
    assert len(model.gaps) == 32


def test_overdue_is_where_enough_should_have_come() -> None:
    model = weekly({}, otherwise=6)
    due = overdue_from(model, at(10), None)
    assert due is not None
    assert expected_between(model, at(10), due, None) == pytest.approx(longest_gap(model))


def test_a_night_is_passed_over() -> None:
    hours = {day * 24 + hour: 100.0 for day in range(5) for hour in range(9, 18)}
    model = weekly(hours)
    evening = overdue_from(model, at(17.9), None)
    weekend = overdue_from(model, at(4 * 24 + 17.9), None)
    assert evening is not None
    assert weekend is not None
    assert at(24 + 10) < evening < at(24 + 10.5)
    assert at(WEEK + 10) < weekend < at(WEEK + 10.5)


def test_of_a_source_that_never_spoke_nothing_is_due() -> None:
    assert overdue_from(nothing_learnt(None), at(0), None) is None
    assert overdue_from(nothing_learnt(ALWAYS), at(0), ALWAYS) is None


@pytest.mark.parametrize("model", [weekly({}, otherwise=3600), single(36_000)])
def test_nothing_is_due_within_a_minute(model: Arrivals) -> None:
    calendar = None if len(model.looked) == WEEK else ALWAYS
    assert overdue_from(model, at(0), calendar) == at(0) + SHORTEST


def test_on_a_calendar_open_time_counts() -> None:
    model = single(2)
    due = overdue_from(model, at(0), ALWAYS)
    assert due == pytest.approx(at(0) + longest_gap(model) / 2 * HOUR, abs=2)


@given(
    st.lists(st.floats(0, 500), min_size=WEEK, max_size=WEEK),
    st.integers(0, WEEK * HOUR),
    st.integers(1, 2 * HOUR),
)
def test_who_falls_silent_later_is_due_later(rates: list[float], since: Span, later: Span) -> None:
    model = weekly(dict(enumerate(rates)))
    first, second = overdue_from(model, MONDAY + since, None), overdue_from(model, MONDAY + since + later, None)
    if first is not None and second is not None:
        assert first <= second + SHORTEST
        assert first - (MONDAY + since) >= SHORTEST


@given(
    st.lists(st.floats(0, 500), min_size=WEEK, max_size=WEEK),
    st.integers(0, 100 * HOUR),
    st.integers(0, 30 * HOUR),
    st.integers(0, 30 * HOUR),
)
def test_what_is_to_be_expected_adds_up(rates: list[float], since: Span, one: Span, two: Span) -> None:
    model = weekly(dict(enumerate(rates)))
    begin = MONDAY + since
    parts = expected_between(model, begin, begin + one, None) + expected_between(
        model, begin + one, begin + one + two, None
    )
    assert expected_between(model, begin, begin + one + two, None) == pytest.approx(parts)
