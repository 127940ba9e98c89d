"""Sources that speak at random: generated arrivals, and how often a limit would call them silent by chance."""

import math
import random
from collections.abc import Callable, Iterator
from typing import TypeAlias

from slamon.orders.event import SECOND, Instant, Span
from slamon.sla.silence import Expectation, Heard, Look, look

HOUR: Span = 3600 * SECOND
WEEK: Span = 168 * HOUR
MONTH: Span = 30 * 24 * HOUR
MONDAY: Instant = 1_772_409_600 * SECOND
"""2026-03-02T00:00Z."""

Rate: TypeAlias = Callable[[Instant], float]
"""Arrivals an hour at an instant."""


def steady(per_hour: float) -> Rate:
    """Always the same."""
    return lambda _: per_hour


def office(per_hour: float, opens: float = 9, closes: float = 18) -> Rate:
    """Monday to Friday in opening hours, else nothing."""

    def rate(at: Instant) -> float:
        day, hour = divmod((at - MONDAY) % WEEK / HOUR, 24)
        return per_hour if day < 5 and opens <= hour < closes else 0.0

    return rate


def waves(per_hour: float) -> Rate:
    """More by day than by night, less at weekends, never nothing."""

    def rate(at: Instant) -> float:
        day, hour = divmod((at - MONDAY) % WEEK / HOUR, 24)
        return per_hour * (1 + 0.8 * math.sin(2 * math.pi * (hour - 8) / 24)) * (1 if day < 5 else 0.3)

    return rate


def looks(rate: Rate, rng: random.Random, since: Instant, until: Instant, every: Span) -> Iterator[Look]:
    """What looks at such a source find: whether anything came in each step."""
    total = 0
    for at in range(since + every, until + 1, every):
        expected = rate(at - every) * every / HOUR
        arrivals = int(rng.random() < -math.expm1(-expected))
        total += arrivals
        yield Look(total, arrivals, at)


def watched(rate: Rate, rng: random.Random, expected: Expectation, *, days: float, every: Span) -> Heard:
    """What is known of a source after so many days from `MONDAY` on."""
    heard = look(None, Look(0, 0, MONDAY), expected)
    for seen in looks(rate, rng, MONDAY, MONDAY + round(days * 24 * HOUR), every):
        heard = look(heard, seen, expected)
    return heard


def false_alarms(rate: Rate, overdue_from: Callable[[Instant], Instant | None], step: Span) -> float:
    """How many false alarms a month are to be expected, by quadrature over a week: no model, only the true rate.

    A gap begins with the true rate of its instant, and lasts beyond the limit with the chance of a Poisson process.
    """
    ahead = [0.0]
    for at in range(MONDAY, MONDAY + 3 * WEEK, step):
        ahead.append(ahead[-1] + rate(at) * step / HOUR)
    found = 0.0
    for number in range(WEEK // step):
        begins = rate(MONDAY + number * step) * step / HOUR
        due = overdue_from(MONDAY + number * step) if begins else None
        if due is not None:
            last = min((due - MONDAY) // step, len(ahead) - 1)
            found += begins * math.exp(ahead[number] - ahead[last])
    return found * MONTH / WEEK
