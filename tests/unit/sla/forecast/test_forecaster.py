"""Which data an outlook is made of, when there is none, and when it is made anew."""

import pytest

from slamon.orders.event import DAY
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.forecast.durations import HALF_LIFE, Durations
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.sketch import Sketch
from slamon.sla.forecast.spells import Spell

STOP = frozenset({"SHIPPED", "CLOSED"})
APPROVED, STARTED, COMPLETED = "MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED"


class Shop:
    """Learns spells, one a day, and forecasts."""

    def __init__(self) -> None:
        self.durations = Durations()
        self.forecaster = Forecaster(self.durations, DEFAULT_LIFECYCLE, STOP)

    def learn(self, step: str, to: str, days: float, times: int, channel: str | None = "shop") -> None:
        for number in range(times):
            self.durations.learn(channel, Spell(step, to, round(days * DAY), (100 + number) * DAY))

    def finish(self, step: str, channel: str | None = "shop") -> float | None:
        """Days from reaching a step to the median finish."""
        outlook = self.forecaster.outlook(channel, step, 0)
        return None if outlook is None else outlook.finish_at(0) / DAY


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_nothing_learnt_gives_no_outlook(shop: Shop) -> None:
    assert shop.finish(STARTED) is None


def test_steps_add_up_to_the_end(shop: Shop) -> None:
    shop.learn(STARTED, COMPLETED, 3, 60)
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    assert shop.finish(COMPLETED) == pytest.approx(2, rel=0.05)
    assert shop.finish(STARTED) == pytest.approx(5, rel=0.08)


def test_one_thin_step_on_the_way_is_enough_to_know_nothing(shop: Shop) -> None:
    shop.learn(STARTED, COMPLETED, 3, 60)
    shop.learn(COMPLETED, "SHIPPED", 2, 15)
    assert shop.finish(STARTED) is None


def test_a_channel_with_thin_data_is_forecast_from_all_channels(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    shop.learn(COMPLETED, "SHIPPED", 8, 10, "b2b")
    assert shop.finish(COMPLETED, "b2b") == pytest.approx(2, rel=0.05)
    shop.learn(COMPLETED, "SHIPPED", 8, 60, "b2b")
    assert shop.finish(COMPLETED, "b2b") == pytest.approx(8, rel=0.05)


def test_a_channel_that_was_never_seen_is_forecast_from_all_channels(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    assert shop.finish(COMPLETED, "new") == shop.finish(COMPLETED, None) == pytest.approx(2, rel=0.05)


def test_ways_that_few_go_are_left_out_when_unknown(shop: Shop) -> None:
    shop.learn(STARTED, COMPLETED, 3, 60)
    shop.learn(STARTED, "PACKAGING", 30, 2)
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    assert shop.finish(STARTED) == pytest.approx(5, rel=0.08)
    shop.learn(STARTED, "PACKAGING", 30, 30)
    assert shop.finish(STARTED) is None
    shop.learn("PACKAGING", "SHIPPED", 1, 60)
    assert shop.finish(STARTED) is not None


def test_from_the_end_and_from_an_unknown_step_there_is_no_way(shop: Shop) -> None:
    shop.learn("SHIPPED", "CLOSED", 2, 60)
    shop.learn("ODD", "SHIPPED", 2, 60)
    assert shop.finish("SHIPPED") is None
    assert shop.finish("ODD") is None


def test_a_step_back_and_an_empty_sketch_are_no_way_on(shop: Shop) -> None:
    shop.learn(COMPLETED, STARTED, 1, 60)
    shop.durations.overall.steps[COMPLETED]["SHIPPED"] = Sketch(HALF_LIFE)
    assert shop.finish(COMPLETED) is None


def test_what_was_watched_too_briefly_is_not_forecast(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 35, 65)
    assert shop.finish(COMPLETED) is None
    shop.learn(COMPLETED, "SHIPPED", 35, 90)
    assert shop.finish(COMPLETED) == pytest.approx(35, rel=0.05)


def test_an_outlook_is_made_anew_only_when_enough_was_learnt(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    before = shop.forecaster.outlook("shop", COMPLETED, 0)
    shop.learn(COMPLETED, "SHIPPED", 8, 19)
    kept = shop.forecaster.outlook("shop", COMPLETED, 0)
    shop.learn(COMPLETED, "SHIPPED", 8, 1)
    anew = shop.forecaster.outlook("shop", COMPLETED, 0)
    assert before is not None
    assert kept is not None
    assert anew is not None
    assert kept.route is before.route
    assert anew.route is not before.route


def test_spells_of_others_make_it_anew_only_for_who_leans_on_them(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 2, 60)
    own, all_ = shop.forecaster.outlook("shop", COMPLETED, 0), shop.forecaster.outlook("b2b", COMPLETED, 0)
    shop.learn(COMPLETED, "SHIPPED", 8, 200, "market")
    assert own is not None
    assert all_ is not None
    after_own, after_all = shop.forecaster.outlook("shop", COMPLETED, 0), shop.forecaster.outlook("b2b", COMPLETED, 0)
    assert after_own is not None
    assert after_all is not None
    assert after_own.route is own.route
    assert after_all.route is not all_.route


def test_new_habits_replace_old_ones(shop: Shop) -> None:
    shop.learn(COMPLETED, "SHIPPED", 2, 100)
    for number in range(100):
        late = Spell(COMPLETED, "SHIPPED", 6 * DAY, 8 * HALF_LIFE + number * DAY)
        shop.durations.learn("shop", late)
    assert shop.finish(COMPLETED) == pytest.approx(6, rel=0.05)
