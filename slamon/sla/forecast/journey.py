"""An order's way so far: which step it reached when, about which date, and how it ended. What forecasts learn from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from slamon.orders.entry import STATUS_CODE, Entry
from slamon.orders.event import Instant
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, due_with_holds
from slamon.sla.fold import prefixes
from slamon.sla.forecast.spells import Move, position, spells
from slamon.sla.rules import ClockRules


class Reached(NamedTuple):
    """A step beyond all before it (its number), when it was reached, and the date then in force."""

    at: Instant
    step: int
    due_at: Instant | None


class Dated(NamedTuple):
    """From `at` on an order was to be finished by `due_at`; None: it had no date."""

    at: Instant
    due_at: Instant | None


@dataclass(frozen=True, slots=True)
class Journey:
    """The way of an order in its present cycle; `stop` are the steps that end it.

    `channel` is the one last stated. `ended_at` is set once it finished or was `cancelled`.
    """

    channel: str | None
    stop: frozenset[str]
    reached: Sequence[Reached]
    dates: Sequence[Dated]
    ended_at: Instant | None = None
    cancelled: bool = False


def journey_of(entries: Sequence[Entry], clock: Clock, book: RuleBook) -> Journey:
    """Follow an order by its entries, in their order, and the clocks that they give."""
    rules, began_at = book.rules_of(clock), clock.cycle_at
    lifecycle, stop = rules.policy.lifecycle, rules.policy.promise.stop
    moves: list[Move] = [
        (entry.at, entry.status)
        for entry in entries
        if entry.type == STATUS_CODE and entry.status is not None and (began_at is None or entry.at >= began_at)
    ]
    gone = spells(moves, lifecycle, stop, clock.ended_at, cancelled=clock.cancelled)
    if gone:
        steps = [(gone[0].finished_at - gone[0].span, gone[0].step), *((spell.finished_at, spell.to) for spell in gone)]
    else:
        only = None if clock.ended_at is not None else position(moves, lifecycle, stop)
        steps = [] if only is None else [only]
    dates = _dates(entries, clock, rules, book)
    reached = [Reached(at, lifecycle.index[step], date_at(dates, at)) for at, step in steps]
    return Journey(clock.channel, stop, reached, dates, clock.ended_at, clock.cancelled)


def date_at(dates: Sequence[Dated], at: Instant) -> Instant | None:
    """The date in force at an instant."""
    place = bisect_right(dates, at, key=lambda dated: dated.at)
    return dates[place - 1].due_at if place else None


def _dates(entries: Sequence[Entry], clock: Clock, rules: ClockRules, book: RuleBook) -> list[Dated]:
    """The dates as they came into force, by the end of each instant."""
    if _is_plain(entries, clock, rules, book):
        return [] if clock.started_at is None else [Dated(clock.started_at, clock.due_at)]
    found: list[Dated] = []
    for entry, then in zip(entries, prefixes(entries, book), strict=True):
        if found and found[-1].at == entry.at:
            found.pop()
        due_at = due_with_holds(then, book.rules_of(then), entry.at)
        if (found[-1].due_at if found else None) != due_at:
            found.append(Dated(entry.at, due_at))
    return found


def _is_plain(entries: Sequence[Entry], clock: Clock, rules: ClockRules, book: RuleBook) -> bool:
    """Whether the only date was the default one, from the one start of the clock: so it is with nearly all orders."""
    if book.is_plural or clock.stated or clock.said or clock.pauses is not None or clock.cycle_at is not None:
        return False
    started_at, index, start = clock.started_at, rules.index, rules.start_step
    return started_at is None or not any(
        entry.type == STATUS_CODE and entry.at < started_at and index.get(entry.status or "", -1) > start
        for entry in entries
    )
