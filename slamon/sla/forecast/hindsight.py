"""Whether an order is at risk by what is known now: its journey is shown to the watch, step by step, date by date."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from slamon.orders.event import Instant
from slamon.sla.forecast.journey import Journey, date_at
from slamon.sla.forecast.outlook import Outlook, next_crossing
from slamon.sla.forecast.risk import RiskTerms, RiskWatch

Outlooks: TypeAlias = Callable[[int, Instant], Outlook | None]
"""The outlook of an order that reached a step (its number) at an instant; None while data is thin."""


class _Stretch(NamedTuple):
    """From `at` until just before `until` the order stays at a step with one date."""

    at: Instant
    until: Instant
    outlook: Outlook
    due_at: Instant


def watched(journey: Journey, outlooks: Outlooks, now: Instant, terms: RiskTerms) -> RiskWatch:
    """What is remembered of an open order at `now`, by outlooks as they are known then.

    Every date is watched for itself. A time without a date or a forecast is forgotten: the static rule counts there.
    """
    watch, stretch = RiskWatch(), None
    for following in _stretches(journey, outlooks, now):
        if stretch is None or following is None or following.due_at != stretch.due_at:
            watch = RiskWatch()
        stretch = following
        if stretch is not None:
            watch = _through(watch, stretch, terms)
    return watch if stretch is None else watch.seen(stretch.outlook.probability_late(stretch.due_at, now), now, terms)


def _stretches(journey: Journey, outlooks: Outlooks, now: Instant) -> Iterator[_Stretch | None]:
    reached = journey.reached
    turns = {step.at for step in reached} | {dated.at for dated in journey.dates}
    place = -1
    for at, until in pairwise([*sorted(turn for turn in turns if turn <= now), now + 1]):
        while place + 1 < len(reached) and reached[place + 1].at <= at:
            place += 1
        due_at = date_at(journey.dates, at)
        outlook = None if place < 0 else outlooks(reached[place].step, reached[place].at)
        yield None if due_at is None or outlook is None else _Stretch(at, until, outlook, due_at)


def _through(watch: RiskWatch, stretch: _Stretch, terms: RiskTerms) -> RiskWatch:
    """Show the watch the first instant, the one at which the probability crosses, and those it asks to be woken at."""
    at, until, outlook, due_at = stretch
    wake: Instant | None = at
    while wake is not None and wake < until:
        watch = watch.seen(outlook.probability_late(due_at, wake), wake, terms)
        if watch.at_risk:
            wake = None
        elif watch.likely_since is not None:
            wake = watch.wake_at(terms)
        elif wake == at:
            wake = next_crossing(outlook, due_at, terms.enter, at)
        else:
            wake = None
    return watch
