"""The fold: an order's entries, in their order, into its clocks."""

from collections.abc import Sequence

from slamon.orders.entry import Entry
from slamon.sla.advance import advance, rearm
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, Trace


def fold(entries: Sequence[Entry], book: RuleBook, trace: Trace | None = None) -> Clock:
    """Run the clocks over entries that are in their order (`orders.history.order_key`).

    Which policy an order is under may change with what an event states or starts: from that event on the order is
    judged as if it had been under the new one all along; what had come true before stays so. Changed policies count
    from the first event on that does not lie before the change; an order that comes under those of another era, then
    or at the end of what is known, is judged as if it had been under that era's all along, and so is what came true.
    """
    if not entries:
        return Clock(rules=book.choose(None, None, None))
    last, era = len(book.eras) - 1, book.era_at(entries[0].at)
    clock = Clock(rules=book.within(era, None))
    for place, entry in enumerate(entries):
        if era < last and entry.at >= book.eras[era + 1].since:
            era = book.era_at(entry.at)
            clock = _reviewed(clock, entries[:place], book, era, trace)
        advance(clock, entry, book.rules[clock.rules], trace)
        if book.is_plural:
            clock = _reviewed(clock, entries[: place + 1], book, era, trace)
    return clock if era == last else _reviewed(clock, entries, book, last, trace)


def _reviewed(clock: Clock, entries: Sequence[Entry], book: RuleBook, latest: int, trace: Trace | None) -> Clock:
    """The clocks under the policy that the order is under by now, of the eras up to the `latest`."""
    number, own = book.choose(clock.match, clock.started_at, clock.ended_at, latest), book.era_of(clock.rules)
    if book.era_of(number) != own:
        noted = Trace()
        anew = _within(entries, book, book.era_of(number), noted)
        # A newer era may start or end its clocks by other steps, and then not be for this order after all.
        confirmed = book.choose(anew.match, anew.started_at, anew.ended_at, latest) == anew.rules
        if confirmed or book.era_of(number) < own:
            _retell(trace, noted)
            return anew
        number = book.within(own, clock.match)
    return clock if number == clock.rules else _under(number, clock, entries, book, trace)


def _within(entries: Sequence[Entry], book: RuleBook, era: int, trace: Trace) -> Clock:
    """The clocks under the policies of one era alone."""
    clock = Clock(rules=book.within(era, None))
    for place, entry in enumerate(entries):
        advance(clock, entry, book.rules[clock.rules], trace)
        number = book.within(era, clock.match)
        if number != clock.rules:
            clock = _under(number, clock, entries[: place + 1], book, trace)
    return clock


def _under(number: int, before: Clock, entries: Sequence[Entry], book: RuleBook, trace: Trace | None) -> Clock:
    """The clocks after these entries under other rules, with the conditions that came true under the former."""
    rules, clock, noted = book.rules[number], Clock(rules=number), Trace()
    for entry in entries:
        advance(clock, entry, rules, noted)
    clock.passed = before.passed
    rearm(clock, entries[-1].at, rules)
    _retell(trace, noted)
    return clock


def _retell(trace: Trace | None, noted: Trace) -> None:
    """Note down what another run over the same entries noted, in place of what was there."""
    if trace is not None:
        trace.promises, trace.refused = noted.promises, noted.refused
        trace.visits, trace.moves = noted.visits, noted.moves
