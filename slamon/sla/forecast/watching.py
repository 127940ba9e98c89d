"""Watches an order for the instant at which its forecast puts it at risk; kept in the order's row. Pure.

However late an order is looked at, the instants are those at which the probability crossed the thresholds, by what is
known of it now. What a look does depends on what has been learnt until then, so it is a fact of its own: it is kept,
and not worked out anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from slamon.orders.event import DAY, Instant
from slamon.sla.forecast.outlook import next_crossing
from slamon.sla.forecast.risk import RiskTerms, RiskWatch

if TYPE_CHECKING:
    from slamon.sla.forecast.outlook import Outlook

LOOK_AGAIN: Final = 8
"""An order is looked at again after this part of the time left to its date: meanwhile more has been learnt."""

SHORTEST_REST: Final = DAY // 24
"""The least time between two looks, unless something is known to come; also while data is thin."""

_MOST_TURNS: Final = 32


class Foretold(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a forecast said when it put an order at risk."""

    permille: int
    """How likely the order seemed to miss its date, in thousandths."""
    finish_at: Instant
    suggested_due_at: Instant


class Watch(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of an order about one date.

    `due_at` is the date without holds, `step` the order's furthest step, `seen_at` up to when it was watched,
    `look_at` when it wants to be looked at again, `told` what was said when it came to be at risk.
    """

    due_at: Instant
    step: int
    risk: RiskWatch
    seen_at: Instant
    look_at: Instant
    told: Foretold | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """An open order that is to be watched: its outlook (None while data is thin), and the date in force.

    `shown_at` is the date with holds; `since`: since when the order has been where it is, under this date.
    """

    outlook: Outlook | None
    step: int
    due_at: Instant
    shown_at: Instant
    since: Instant


def watched(before: Watch | None, subject: Subject, now: Instant, terms: RiskTerms) -> Watch:
    """Look at an order at `now`; `before` counts only for the same date. While data is thin nothing changes."""
    if before is not None and before.due_at != subject.due_at:
        before = None
    risk = RiskWatch() if before is None else before.risk
    begin = subject.since if before is None else max(before.seen_at, subject.since)
    told = None if before is None else before.told
    next_at: Instant | None = None
    if subject.outlook is not None and begin < subject.shown_at:
        risk, next_at = _followed(risk, subject.outlook, subject.shown_at, (min(begin, now), now), terms)
    if risk.at_risk and subject.outlook is not None and (told is None or before is None or not before.risk.at_risk):
        told = _told(subject.outlook, subject.shown_at, now)
    rest = 0 if subject.outlook is None else (subject.shown_at - now) // LOOK_AGAIN
    look_at = now + max(SHORTEST_REST, rest)
    if next_at is not None:
        look_at = min(look_at, max(next_at, now + 1))
    return Watch(subject.due_at, subject.step, risk, now, look_at, told)


def _followed(
    risk: RiskWatch, outlook: Outlook, due_at: Instant, window: tuple[Instant, Instant], terms: RiskTerms
) -> tuple[RiskWatch, Instant | None]:
    """Follow the probability through a window; also gives when it will be of interest next."""
    at, now = window
    risk = risk.seen(outlook.probability_late(due_at, at), at, terms)
    for _ in range(_MOST_TURNS):
        next_at = _next(risk, outlook, due_at, at, terms)
        if next_at is None or next_at > now:
            break
        at = next_at
        risk = risk.seen(outlook.probability_late(due_at, at), at, terms)
    if at < now:
        risk = risk.seen(outlook.probability_late(due_at, now), now, terms)
        at = now
    return risk, _next(risk, outlook, due_at, at, terms)


def _next(risk: RiskWatch, outlook: Outlook, due_at: Instant, at: Instant, terms: RiskTerms) -> Instant | None:
    if risk.at_risk:
        return None
    if risk.likely_since is not None:
        return risk.wake_at(terms)
    return next_crossing(outlook, due_at, terms.enter, at)


def _told(outlook: Outlook, due_at: Instant, now: Instant) -> Foretold:
    permille = round(1000 * outlook.probability_late(due_at, now))
    return Foretold(permille, outlook.finish_at(now), outlook.suggested_due_at(now))
