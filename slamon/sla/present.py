"""What an open order waits for right now, from its clocks alone: cheap enough to be counted over all orders. Pure."""

from collections.abc import Iterable, Sequence

from slamon.orders import facts
from slamon.orders.entry import TYPES, Entry
from slamon.orders.event import EventType
from slamon.sla.causes import Cause
from slamon.sla.clock import Clock
from slamon.sla.divergence import DivergenceKind
from slamon.sla.rules import ClockRules

_MISSING = frozenset(map(str, (DivergenceKind.BEHIND, DivergenceKind.LOST, DivergenceKind.REGRESSED)))


def cause_now(
    clock: Clock,
    rules: ClockRules,
    entries: Sequence[Entry],
    apart: Iterable[tuple[str, str]],
    *,
    is_queued: bool = False,
) -> Cause | None:
    """The strongest cause, as `causes.partition` has them; None while the clock does not run, or runs no more.

    `apart`: (system, kind) of its divergences; `is_queued`: a late queue holds it.
    """
    if clock.started_at is None or clock.ended_at is not None:
        return None
    if _is_held(entries, rules):
        return Cause.HOLD
    if is_queued:
        return Cause.QUEUE
    steps, following = rules.policy.lifecycle.steps, clock.step + 1
    if following >= len(steps):
        return Cause.WORK
    move = steps[following]
    if any(system == move.system and kind in _MISSING for system, kind in apart):
        return Cause.MESSAGE
    return Cause.WORK if move.role is None else Cause.PERSON


def _is_held(entries: Sequence[Entry], rules: ClockRules) -> bool:
    policy = rules.policy
    may_be = policy.holds.statuses or any(TYPES[entry.type] is EventType.HOLD for entry in entries)
    if not may_be:
        return False
    return any(hold.until is None for hold in facts.holds(entries, None, policy.lifecycle, policy.holds.statuses))
