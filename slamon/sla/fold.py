"""The fold: an order's entries, in their order, into its clocks."""

from collections.abc import Sequence

from slamon.orders.entry import Entry
from slamon.orders.event import Instant
from slamon.sla.advance import advance, rearm
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, Trace


def fold(entries: Sequence[Entry], book: RuleBook, trace: Trace | None = None) -> Clock:
    """Run the clocks over entries that are in their order (`orders.history.order_key`).

    Which policy an order is under may change with what an event states or starts: from that event on the order is
    judged as if it had been under the new one all along; what had come true before stays so.
    """
    clock = Clock(rules=book.choose(None, None, None))
    for place, entry in enumerate(entries):
        advance(clock, entry, book.rules[clock.rules], trace)
        if book.is_plural:
            number = book.choose(clock.match, clock.started_at, clock.ended_at)
            if number != clock.rules:
                clock = _under(number, clock, (entries[: place + 1], entry.at), book, trace)
    return clock


def _under(
    number: int, before: Clock, history: tuple[Sequence[Entry], Instant], book: RuleBook, trace: Trace | None
) -> Clock:
    """The clocks of (entries, now) under other rules, with the conditions that came true under the former."""
    entries, at = history
    rules, clock, own = book.rules[number], Clock(rules=number), Trace()
    for entry in entries:
        advance(clock, entry, rules, own)
    clock.passed = before.passed
    rearm(clock, at, rules)
    if trace is not None:
        trace.promises, trace.refused, trace.visits, trace.moves = own.promises, own.refused, own.visits, own.moves
    return clock
