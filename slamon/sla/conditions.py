"""The instants that the clocks of an order point to: which conditions have come true, and which is next."""

from collections.abc import Iterator
from typing import NamedTuple

from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Due
from slamon.sla.rules import ClockRules


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
        Condition(Due(kind), stage, due_at, at, _from(Due(kind), due_at, at))
        for kind, stage, due_at, at in clock.passed or ()
    ]
    if clock.due_at is not None:
        # A date that is in force again: what had come true of it stays so and does not come true anew.
        noted = {condition.kind for condition in found if condition.due_at == clock.due_at}
        found += [condition for condition in _of_promise(clock, clock.due_at) if condition.kind not in noted]
    for visit in clock.visits or ():
        if visit.overdue_at is not None:
            stage, at = rules.stages[visit.stage].start, visit.overdue_at
            found.append(Condition(Due.STAGE_OVERDUE, stage, at, at, at + 1))
    return found


def _of_promise(clock: Clock, due_at: Instant) -> Iterator[Condition]:
    """What comes true of the date in force if nothing more happens."""
    if clock.risk_at is not None:
        yield Condition(Due.AT_RISK, None, due_at, clock.risk_at, clock.risk_at)
    if clock.breach_at is not None:
        from_at = _from(Due.BREACHED, due_at, clock.breach_at)
        yield Condition(Due.BREACHED, None, due_at, clock.breach_at, from_at)
    if clock.finishing and clock.ended_at is not None and clock.ended_at > due_at:
        yield Condition(Due.FINISHED_LATE, None, due_at, clock.ended_at, clock.ended_at)


def _from(kind: Due, due_at: Instant, at: Instant) -> Instant:
    strict = kind is Due.STAGE_OVERDUE or (kind is Due.BREACHED and at == due_at)
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
