"""What a source's arrivals were like so far: a decayed, bounded model that knows how long a gap may be.

It counts *occasions*, looks that found something new, so that a burst is one and a fast source makes at most
one a look. Without a calendar each hour of the week has a rate of its own; with one there is one rate for its
open time. A gap is measured in the occasions that were to be expected in it, which makes a quiet night and a
busy noon comparable.
"""

import math

import msgspec

from slamon.orders.event import DAY, SECOND, Instant, Span
from slamon.sla.calendar import Calendar

HOUR: Span = 3600 * SECOND
SHORTEST: Span = 60 * SECOND
"""Nothing is expected sooner: a broker that changes its leaders takes moments of its own."""
_WEEK = 168
_KEEP = 0.7
"""What is left of a count a week later: about three weeks are remembered."""
_OPEN_WEEK = 50
"""With a calendar so many open hours count as a week."""
_ENOUGH_WATCHED: Span = 14 * DAY
_ENOUGH_OPEN: Span = 24 * HOUR
_ENOUGH_OCCASIONS = 20.0
_SEEN: Span = HOUR // 2
_RARE = 1e-4
_FALSE_IN_MEMORY = 0.1
"""Of all gaps remembered a tenth of one may be longer than the limit by chance."""
_LONG = 4.0
"""Gaps shorter than four usual ones say nothing about the longest."""
_LONGEST = 32
_RECURS = 1.25
"""A gap of this length was seen at least twice lately: a habit of the source, no outage."""
_HORIZON = 2 * _WEEK


class Arrivals(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The model; one slot for each hour of the week in UTC, or a single one for the open time of a calendar."""

    looked: tuple[float, ...]
    """Hours looked at, by slot, decayed."""
    heard: tuple[float, ...]
    """Occasions, by slot, decayed."""
    gaps: tuple[float, ...] = ()
    """How many gaps were how long, decayed: from 4 expected occasions on, each class √2 times the last."""
    watched: Span = 0
    hour: int = 0
    """The hour since the epoch that is being counted, and what was counted of it."""
    looked_now: Span = 0
    heard_now: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether the model may call a gap too long."""
        return self.watched >= self.needed and sum(self.heard) >= _ENOUGH_OCCASIONS

    @property
    def needed(self) -> Span:
        """How long a source has to be watched first: every hour of a week twice, or a few open days."""
        return _ENOUGH_WATCHED if len(self.looked) == _WEEK else _ENOUGH_OPEN


def nothing_learnt(calendar: Calendar | None) -> Arrivals:
    """The model of a source not heard of before."""
    slots = (0.0,) * (_WEEK if calendar is None else 1)
    return Arrivals(looked=slots, heard=slots)


def fits(model: Arrivals, calendar: Calendar | None) -> bool:
    """Whether a model was learnt in the way that the source asks for now."""
    return len(model.looked) == (_WEEK if calendar is None else 1)


def learn(model: Arrivals, looked: Span, at: Instant, *, is_occasion: bool) -> Arrivals:
    """Count a look at `at` that covers `looked` of (open) time before it."""
    if looked <= 0:
        return model
    if at // HOUR != model.hour:
        model = _turned(model, at // HOUR)
    return msgspec.structs.replace(
        model,
        watched=model.watched + looked,
        looked_now=model.looked_now + looked,
        heard_now=model.heard_now + is_occasion,
    )


def learn_gap(model: Arrivals, since: Instant, until: Instant, calendar: Calendar | None) -> Arrivals:
    """Remember a gap that has ended; not before half of what is needed is known, which says what is long."""
    if 2 * model.watched < model.needed:
        return model
    expected = expected_between(model, since, until, calendar)
    if expected < _LONG:
        return model
    number = min(int(2 * math.log2(expected / _LONG)), _LONGEST - 1)
    gaps = list(model.gaps) + [0.0] * (number + 1 - len(model.gaps))
    gaps[number] += 1
    return msgspec.structs.replace(model, gaps=tuple(gaps))


def expected_between(model: Arrivals, since: Instant, until: Instant, calendar: Calendar | None) -> float:
    """How many occasions were to be expected in [since, until)."""
    if calendar is not None:
        return _rate(model, 0) * calendar.open_time(since, until) / HOUR
    total, at = 0.0, max(since, until - _HORIZON * HOUR)
    while at < until:
        end = min((at // HOUR + 1) * HOUR, until)
        total += _rate(model, at // HOUR) * (end - at) / HOUR
        at = end
    return total


def longest_gap(model: Arrivals) -> float:
    """The longest gap that is usual, in expected occasions.

    The 99.99 % quantile, a longer one where so many gaps are remembered that one in 10,000 would be many; and
    what recurs is usual, whatever a Poisson process would do.
    """
    among = max(sum(model.heard), 1.0)
    by_chance = max(-math.log(_RARE), math.log(among / _FALSE_IN_MEMORY))
    return max(by_chance, _habit(model))


def overdue_from(model: Arrivals, since: Instant, calendar: Calendar | None) -> Instant | None:
    """The instant by which a gap that began at `since` is longer than usual; None when nothing is to be expected."""
    left = longest_gap(model)
    if calendar is not None:
        rate = _rate(model, 0)
        return calendar.after(since, max(SHORTEST, math.ceil(left / rate * HOUR))) if rate > 0 else None
    at = since
    for _ in range(_HORIZON):
        end, rate = (at // HOUR + 1) * HOUR, _rate(model, at // HOUR)
        adds = rate * (end - at) / HOUR
        if adds >= left:
            return max(since + SHORTEST, at + math.ceil(left / rate * HOUR))
        left, at = left - adds, end
    return None


def _rate(model: Arrivals, hour: int) -> float:
    """Occasions an hour that may be counted on.

    Few weeks make few counts: neighbouring hours steady them. Beside a much quieter hour that one counts: a
    working day may begin half an hour late, and daylight saving moves it by a whole one.
    """
    if len(model.looked) == 1:
        return model.heard[0] / model.looked[0] if model.looked[0] > 0 else 0.0
    around = [(hour + step) % _WEEK for step in (-1, 0, 1)]
    before, own, after = (_slot_rate(model, slot) for slot in around)
    lowest = min(before, after)
    if 2 * lowest < own:
        return lowest
    return min(own, (before + own + after) / 3)


def _slot_rate(model: Arrivals, slot: int) -> float:
    looked = model.looked[slot]
    return model.heard[slot] / looked if looked * HOUR >= _SEEN else 0.0


def _habit(model: Arrivals) -> float:
    longer = 0.0
    for number in range(len(model.gaps) - 1, -1, -1):
        longer += model.gaps[number]
        if longer >= _RECURS:
            return float(_LONG * 2 ** ((number + 1) / 2))
    return 0.0


def _turned(model: Arrivals, hour: int) -> Arrivals:
    """The model with the hour that is over counted in, ready for the next."""
    weekly = len(model.looked) == _WEEK
    slot = model.hour % _WEEK if weekly else 0
    hourly = _KEEP ** (1 / (_WEEK if weekly else _OPEN_WEEK))
    keep = _KEEP if weekly else hourly
    looked, heard = list(model.looked), list(model.heard)
    looked[slot] = looked[slot] * keep + model.looked_now / HOUR
    heard[slot] = heard[slot] * keep + model.heard_now
    return msgspec.structs.replace(
        model,
        looked=tuple(looked),
        heard=tuple(heard),
        gaps=tuple(count * hourly for count in model.gaps),
        hour=hour,
        looked_now=0,
        heard_now=0,
    )
