"""The instants that the clocks of an order point to: which conditions have come true, and which is next."""

from typing import NamedTuple

from slamon.orders.event import Instant
from slamon.sla.clock import NEVER, Apart, Clock, Due, Key, Passed, is_silent
from slamon.sla.divergence import rows_after, thresholds
from slamon.sla.forecast.watching import Foretold
from slamon.sla.rules import ClockRules
from slamon.sla.settling import floor_of, is_finished_late, overdue

# Looking a member up in an enum is slow for the hot path.
_KINDS = tuple(Due)
_AT_RISK, _BREACHED, _FINISHED_LATE = int(Due.AT_RISK), int(Due.BREACHED), int(Due.FINISHED_LATE)
_DIVERGENCE = int(Due.DIVERGENCE)


class Condition(NamedTuple):
    """A notice's condition, named by kind, stage, `due_at` (without holds) and divergence.

    `at` is the instant it came true, `from_at` the first at which it stands, `shown_at` the due time with holds;
    `foretold` is what was forecast, where nothing but a forecast makes it true.
    """

    kind: Due
    stage: str | None
    due_at: Instant | None
    at: Instant
    from_at: Instant
    shown_at: Instant | None
    apart: Apart | None = None
    foretold: Foretold | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return int(self.kind), self.stage, self.due_at, self.apart


def conditions(clock: Clock, rules: ClockRules) -> list[Condition]:
    """All conditions that have come true or will if nothing more happens, in no order.

    A condition stands from `from_at` on: a deadline's own instant is still in time, so there it is one later.
    """
    if is_silent(clock, rules):
        return []
    found = [_condition(passed, _from(passed)) for passed in clock.passed or ()]
    known = {condition.key for condition in found}
    # What had come true of a date or stage that is in force again stays so and does not come true anew.
    return found + [condition for condition in _running(clock, rules) if condition.key not in known]


def _running(clock: Clock, rules: ClockRules) -> list[Condition]:
    """What comes true of the clocks as they are if nothing more happens."""
    found = []
    due_at, shown_at = clock.due_at, clock.shown_at
    if due_at is not None:
        if clock.risk_at is not None:
            found.append(Passed(_AT_RISK, None, due_at, clock.risk_at, shown_at))
        if clock.breach_at is not None:
            found.append(Passed(_BREACHED, None, due_at, clock.breach_at, shown_at))
        if clock.finish_at is not None and is_finished_late(clock):
            found.append(Passed(_FINISHED_LATE, None, due_at, clock.finish_at, shown_at))
    found += [overdue(visit, visit.overdue_at, rules) for visit in clock.visits or () if visit.overdue_at is not None]
    running = [_condition(passed, _from(passed)) for passed in found]
    return running + (_divergences(clock, rules) if clock.apart_at is not None else [])


def _divergences(clock: Clock, rules: ClockRules) -> list[Condition]:
    """Every divergence that shows, now or later, if nothing more is heard."""
    told, floor, reports = clock.told or {}, floor_of(clock, rules), rules.reports
    found: dict[Apart, Condition] = {}
    for x in sorted({max(clock.last_at - 1, x) for x in thresholds(told, floor, reports)}):
        for row in rows_after(told, floor, reports, x):
            at = row.since + reports.skew
            found.setdefault(row.name, Condition(Due.DIVERGENCE, None, None, at, x + 1, None, row.name))
    return list(found.values())


def _condition(passed: Passed, from_at: Instant) -> Condition:
    return Condition(
        _KINDS[passed.kind], passed.stage, passed.due_at, passed.at, from_at, passed.shown_at, passed.apart
    )


def _from(passed: Passed) -> Instant:
    """A deadline's own instant is still in time."""
    at_once = passed.kind in (_AT_RISK, _FINISHED_LATE) or (passed.kind != _DIVERGENCE and passed.at != passed.shown_at)
    return passed.at if at_once else passed.at + 1


def next_due(clock: Clock, rules: ClockRules) -> Instant | None:
    """The nearest instant from which a condition not yet noted would stand; None when no clock runs."""
    if rules.enforce_from is not None and is_silent(clock, rules):
        return None
    nearest = NEVER if clock.risk_at is None else clock.risk_at
    breach_at = clock.breach_at
    if breach_at is not None:
        nearest = min(nearest, breach_at + 1 if breach_at == clock.shown_at else breach_at)
    for visit in clock.visits or ():
        if visit.overdue_at is not None and visit.overdue_at < nearest:
            nearest = visit.overdue_at + 1
    if clock.apart_at is not None and clock.apart_at < nearest:
        nearest = clock.apart_at + 1
    return None if nearest == NEVER else nearest
