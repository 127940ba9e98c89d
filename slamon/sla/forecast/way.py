"""One order as forecasts see it: its moves, the spells it teaches, and where its own forecast goes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slamon.orders.entry import STATUS_CODE
from slamon.sla.forecast.spells import position, spells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slamon.orders.entry import Entry
    from slamon.sla.clock import Clock
    from slamon.sla.forecast.spells import Move, Spell
    from slamon.sla.rules import ClockRules


def moves(entries: Iterable[Entry], clock: Clock) -> list[Move]:
    """What was said about the order's steps in its present cycle (`on_regress: new_cycle`), statuses unknown too."""
    since = clock.cycle_at
    return [
        (entry.at, entry.status)
        for entry in entries
        if entry.type == STATUS_CODE and entry.status is not None and (since is None or entry.at >= since)
    ]


def taught(entries: Iterable[Entry], clock: Clock, rules: ClockRules) -> list[Spell]:
    """The finished spells of an order, up to its end."""
    promise, lifecycle = rules.policy.promise, rules.policy.lifecycle
    return spells(moves(entries, clock), lifecycle, promise.stop, clock.ended_at, cancelled=clock.cancelled)


def place(entries: Iterable[Entry], clock: Clock, rules: ClockRules) -> Move | None:
    """When an order reached its furthest step, and which that is; None for one without a promise that is running."""
    if clock.ended_at is not None or clock.due_at is None:
        return None
    return position(moves(entries, clock), rules.policy.lifecycle, rules.policy.promise.stop)
