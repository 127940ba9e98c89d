"""The fold: an order's entries, in their order, into its clocks."""

from collections.abc import Iterable

from slamon.orders.entry import Entry
from slamon.sla.clock import Clock, Trace, advance
from slamon.sla.rules import ClockRules


def fold(entries: Iterable[Entry], rules: ClockRules, trace: Trace | None = None) -> Clock:
    """Run the clocks over entries that are in their order (`orders.history.order_key`)."""
    clock = Clock()
    for entry in entries:
        advance(clock, entry, rules, trace)
    return clock
