"""An order's way so far: which step it reached when, about which date, and how it ended. What forecasts learn from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from slamon.orders.entry import STATUS_CODE, Entry
from slamon.orders.event import Instant
from slamon.sla.advance import advance
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, Trace, due_with_holds
from slamon.sla.fold import fold
from slamon.sla.forecast.spells import position
from slamon.sla.forecast.way import moves, taught


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
    rules = book.rules_of(clock)
    lifecycle, stop = rules.policy.lifecycle, rules.policy.promise.stop
    gone = taught(entries, clock, rules)
    if gone:
        steps = [(gone[0].finished_at - gone[0].span, gone[0].step), *((spell.finished_at, spell.to) for spell in gone)]
    else:
        only = None if clock.ended_at is not None else position(moves(entries, clock), lifecycle, stop)
        steps = [] if only is None else [only]
    dates = _dates(entries, clock, book)
    reached = [Reached(at, lifecycle.index[step], date_at(dates, at)) for at, step in steps]
    return Journey(clock.channel, stop, reached, dates, clock.ended_at, clock.cancelled)


def date_at(dates: Sequence[Dated], at: Instant) -> Instant | None:
    """The date in force at an instant."""
    place = bisect_right(dates, at, key=lambda dated: dated.at)
    return dates[place - 1].due_at if place else None


def _dates(entries: Sequence[Entry], clock: Clock, book: RuleBook) -> list[Dated]:
    """The dates as they came into force, by the end of each instant."""
    if not _is_plain(entries, clock, book):
        return _by_prefix(entries, book)
    started_at, trace = clock.started_at, Trace()
    if clock.stated:
        fold(entries, book, trace)
    dates = dict(trace.promises)  # of several at one instant the last counts
    default = None if started_at is None else book.rules_of(clock).default_due(started_at)
    if started_at is not None and all(at > started_at for at in dates):
        return [Dated(started_at, default), *map(Dated._make, dates.items())]
    return [*map(Dated._make, dates.items())]


def _is_plain(entries: Sequence[Entry], clock: Clock, book: RuleBook) -> bool:
    """Whether all dates but the stated ones are the default from the one start of the clock, under the one policy.

    So it is with nearly all orders, and their past need not be folded again and again.
    """
    if clock.pauses is not None or clock.cycle_at is not None:
        return False
    if book.is_plural and fold(entries[:1], book).rules != clock.rules:
        return False
    rules, started_at = book.rules_of(clock), clock.started_at
    return started_at is None or not any(
        entry.type == STATUS_CODE
        and entry.at < started_at
        and rules.index.get(entry.status or "", -1) > rules.start_step
        for entry in entries
    )


def _by_prefix(entries: Sequence[Entry], book: RuleBook) -> list[Dated]:
    """The same by the clocks as they were at each instant; folded anew only where another policy came to apply."""
    found: list[Dated] = []
    clock = Clock(rules=book.choose(None, None, None))
    for place, entry in enumerate(entries):
        advance(clock, entry, book.rules_of(clock))
        if book.is_plural and book.choose(clock.match, clock.started_at, clock.ended_at) != clock.rules:
            clock = fold(entries[: place + 1], book)
        if place + 1 < len(entries) and entries[place + 1].at == entry.at:
            continue
        due_at = due_with_holds(clock, book.rules_of(clock), entry.at)
        if (found[-1].due_at if found else None) != due_at:
            found.append(Dated(entry.at, due_at))
    return found
