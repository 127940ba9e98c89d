"""What an order's row remembers of forecasts, and what follows from it: whether the order is at risk. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from slamon.orders.event import Instant, Span
from slamon.sla.clock import Clock, Due, is_silent
from slamon.sla.conditions import Condition
from slamon.sla.forecast.scoring import Noted
from slamon.sla.forecast.watching import Watch
from slamon.sla.rules import ClockRules


@dataclass(frozen=True, slots=True)
class ForecastRules:
    """What forecasts are used for.

    An order is learnt from `learn_after` its end (None: never), when other systems have had time to report; with
    `notify` a forecast puts an order at risk.
    """

    learn_after: Span | None = None
    notify: bool = False


class Foreseen(msgspec.Struct, array_like=True, gc=False):
    """`learnt` is the number under which the partition has learnt the order, 0 before; `notes` are to be scored."""

    learnt: int = 0
    notes: tuple[Noted, ...] = ()
    watch: Watch | None = None


Seen: TypeAlias = Foreseen | None
"""What a row remembers; None for an order about which nothing was foreseen yet."""


def learns_at(seen: Seen, clock: Clock, rules: ForecastRules) -> Instant | None:
    """When an order is learnt from; None for one that is open or was learnt."""
    ended_at = clock.ended_at
    if ended_at is None or rules.learn_after is None or (seen is not None and seen.learnt):
        return None
    return ended_at + rules.learn_after


def looks_at(seen: Seen, clock: Clock, clock_rules: ClockRules, rules: ForecastRules) -> Instant | None:
    """When an order is looked at for whether a forecast puts it at risk; None when that can change nothing.

    That is so once the static rule speaks, while the promise is paused, and for orders that give no notices.
    """
    static_at = clock.risk_at
    if not rules.notify or static_at is None or is_silent(clock, clock_rules):
        return None
    watch = None if seen is None else seen.watch
    known = watch is not None and watch.due_at == clock.due_at and watch.step == clock.top
    look_at = watch.look_at if watch is not None and known else clock.last_at
    return look_at if look_at < static_at else None


def at_risk(seen: Seen, clock: Clock, rules: ForecastRules) -> bool:
    """Tell whether a forecast puts an open order at risk of missing the date in force."""
    watch = None if seen is None or not rules.notify or clock.ended_at is not None else seen.watch
    return watch is not None and watch.risk.at_risk and watch.due_at == clock.due_at


def foretold(seen: Seen, clock: Clock, rules: ForecastRules) -> Condition | None:
    """The condition that only a forecast makes true; its notice is that of the static rule about the same date."""
    if seen is None or seen.watch is None or not at_risk(seen, clock, rules):
        return None
    watch, at = seen.watch, seen.watch.risk.at_risk_since or 0
    return Condition(Due.AT_RISK, None, watch.due_at, at, at, clock.shown_at, None, watch.told)
