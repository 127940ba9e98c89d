"""For tests of forecasts in the daemon: rules that learn, a table of history, outlooks that know something."""

import random
from collections.abc import Iterator
from dataclasses import replace

from slamon.notices.foreseen import ForecastRules
from slamon.notices.row import OrderRules
from slamon.orders.event import DAY, Instant, OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.services.forecasts import Forecasts
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.spells import Move, Spell, spells
from tests.builders import PROMISE_ONLY, T0, order_event
from tests.forecast_history import STOP, moves_of

SKEW = DAY // 96
LEARNING = replace(PROMISE_ONLY, forecast=ForecastRules(SKEW))
NOTIFYING: OrderRules = replace(PROMISE_ONLY, forecast=ForecastRules(SKEW, notify=True))


def lives(orders: int, seed: int = 1, before: Instant = T0) -> Iterator[tuple[str, list[Move]]]:
    """Orders with the moves that they made, all of them finished a good while before an instant."""
    rng = random.Random(seed)
    for number in range(orders):
        yield f"h-{number}", moves_of(rng, before - (150 + number % 90) * DAY, 1.0)


def told_of(order_id: str, moves: list[Move], **more: str) -> list[OrderEvent]:
    """The events of a life."""
    return [order_event(status, at, order_id=order_id, **more) for at, status in moves]


def spells_of(moves: list[Move]) -> list[Spell]:
    """What a life teaches."""
    return spells(moves, DEFAULT_LIFECYCLE, STOP, moves[-1][0])


def learnt_from(orders: int, channel: str | None = None) -> Durations:
    """What `lives` teach."""
    durations = Durations()
    for _, moves in lives(orders):
        for spell in spells_of(moves):
            durations.learn(channel, spell)
    return durations


def knowing(orders: int = 400) -> Forecasts:
    """Forecasts made from so many lives."""
    forecasts = Forecasts(DEFAULT_LIFECYCLE)
    forecasts.take(learnt_from(orders))
    return forecasts
