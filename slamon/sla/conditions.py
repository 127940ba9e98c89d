"""The instants that the clocks of an order point to: which conditions have come true, and which is next."""

from typing import NamedTuple

from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Due
from slamon.sla.rules import ClockRules

# Looking a member up in an enum is slow for the hot path.
_KINDS = tuple(Due)
_BREACHED, _STAGE_OVERDUE = int(Due.BREACHED), int(Due.STAGE_OVERDUE)


class Condition(NamedTuple):
    """A notice's condition, named by kind, stage and `due_at`.

    `at` is the instant it came true, `from_at` the first at which it stands.
    """

    kind: Due
    stage: str | None
    due_at: Instant
    at: Instant
    from_at: Instant


def conditions(clock: Clock, rules: ClockRules) -> list[Condition]:
    """All conditions that have come true or will if nothing more happens, in no order.

    A condition stands from `from_at` on: a deadline's own instant is still in time, so there it is one later.
    """
    found = [
        Condition(_KINDS[kind], stage, due_at, at, _from(kind, due_at, at))
        for kind, stage, due_at, at in clock.passed or ()
    ]
    due_at = clock.due_at
    if due_at is not None:
        running = _of_promise(clock, due_at)
        if running and any(condition.due_at == due_at for condition in found):
            # A date that is in force again: what had come true of it stays so and does not come true anew.
            noted = {condition.kind for condition in found if condition.due_at == due_at}
            running = [condition for condition in running if condition.kind not in noted]
        found += running
    for visit in clock.visits or ():
        if visit.overdue_at is not None:
            stage, at = rules.stages[visit.stage].start, visit.overdue_at
            found.append(Condition(Due.STAGE_OVERDUE, stage, at, at, at + 1))
    return found


def _of_promise(clock: Clock, due_at: Instant) -> list[Condition]:
    """What comes true of the date in force if nothing more happens."""
    found = []
    if clock.risk_at is not None:
        found.append(Condition(Due.AT_RISK, None, due_at, clock.risk_at, clock.risk_at))
    if clock.breach_at is not None:
        from_at = _from(Due.BREACHED, due_at, clock.breach_at)
        found.append(Condition(Due.BREACHED, None, due_at, clock.breach_at, from_at))
    if clock.finishing and clock.ended_at is not None and clock.ended_at > due_at:
        found.append(Condition(Due.FINISHED_LATE, None, due_at, clock.ended_at, clock.ended_at))
    return found


def _from(kind: int, due_at: Instant, at: Instant) -> Instant:
    strict = kind == _STAGE_OVERDUE or (kind == _BREACHED and at == due_at)
    return at + 1 if strict else at


def next_due(clock: Clock) -> Instant | None:
    """The nearest instant from which a condition not yet noted would stand; None when no clock runs."""
    nearest = clock.risk_at
    breach_at = clock.breach_at
    if breach_at is not None:
        if breach_at == clock.due_at:
            breach_at += 1
        if nearest is None or breach_at < nearest:
            nearest = breach_at
    if clock.visits is not None:
        for visit in clock.visits:
            overdue_at = visit.overdue_at
            if overdue_at is not None and (nearest is None or overdue_at < nearest):
                nearest = overdue_at + 1
    return nearest
