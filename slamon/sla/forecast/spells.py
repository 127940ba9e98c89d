"""The spells of an order: how long it was at each step until it went on.

The rule: only a move beyond the furthest step so far counts. Steps that are repeated or gone back to move nothing, so
the time that rework takes belongs to the furthest step reached; a skipped step has no spell, the order went from the
step before it straight to the one after. Under `on_regress: new_cycle` the moves to give are those of one cycle.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from slamon.orders.event import Instant, Span
from slamon.orders.lifecycle import Lifecycle

Move: TypeAlias = tuple[Instant, str]
"""When an order was said to have reached which status."""


class Spell(NamedTuple):
    """An order was at `step` for `span`, and went on to `to` at `finished_at`."""

    step: str
    to: str
    span: Span
    finished_at: Instant


def spells(
    moves: Iterable[Move],
    lifecycle: Lifecycle,
    stop: Collection[str],
    ended_at: Instant | None,
    *,
    cancelled: bool = False,
) -> list[Spell]:
    """The finished spells of an order, up to its end.

    Statuses that are no step are passed over, and so is a stop step that did not end the order (it was not its owner
    who said so). What an order that was cancelled, or is open, is at has not finished and is no spell.
    """
    found: list[Spell] = []
    last: Move | None = None
    for at, step in _forward(moves, lifecycle, stop, None if cancelled else ended_at):
        if ended_at is not None and at > ended_at:
            break
        if last is not None:
            found.append(Spell(last[1], step, at - last[0], at))
        last = (at, step)
    return found


def position(moves: Iterable[Move], lifecycle: Lifecycle, stop: Collection[str]) -> Move | None:
    """The furthest step an open order has reached, and when: what its forecast goes from; None before the first."""
    last: Move | None = None
    for last in _forward(moves, lifecycle, stop, None):  # noqa: B007  the last one is what is asked for
        pass
    return last


def _forward(
    moves: Iterable[Move], lifecycle: Lifecycle, stop: Collection[str], finished_at: Instant | None
) -> Iterator[Move]:
    """The moves beyond the furthest step so far, up to the one to a stop step at `finished_at`."""
    rank = lifecycle.index
    known = sorted((at, rank[step], step) for at, step in moves if step in rank)
    furthest = -1
    for at, number, step in known:
        ends = step in stop
        if number <= furthest or (ends and at != finished_at):
            continue
        furthest = number
        yield at, step
        if ends:
            return
