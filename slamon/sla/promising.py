"""Stated dates: which counts, which is over a cap, and what is in force (CONTRACT §3 "Promise", §3.1)."""

from slamon.orders.entry import Entry
from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Trace, default_at
from slamon.sla.rules import ClockRules
from slamon.sla.settling import arm_promise


def promise(clock: Clock, entry: Entry, date: Instant, rules: ClockRules, trace: Trace | None) -> None:
    """Take a stated date: it counts when it differs from the last one the same system stated."""
    at, ended = entry.at, clock.ended_at
    if ended is not None and not clock.cancelled and at > ended:
        return  # stated after the order finished: kept for the record, without effect
    said = clock.said or {}
    if said.get(entry.system) == date:
        return  # a system that repeats its old date does not undo another's new one
    clock.said = said | {entry.system: date}
    if rules.capped:
        clock.statements = [*(clock.statements or ()), (at, date)]
    if not _takes(clock, at, date, rules, trace):
        return
    if date != clock.due_at or date != clock.shown_at:  # also the same date, which holds move no more
        in_force(clock, date, at, rules)


def promise_again(clock: Clock, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    """Judge every stated date anew: the clock starts otherwise than was known, so other ones may be over a cap."""
    clock.stated, clock.original_at, clock.extensions = False, None, 0
    date = clock.due_at = rules.default_due(at)
    if trace is not None:
        trace.promises.clear()
        trace.refused.clear()
    for stated_at, stated in clock.statements or ():
        if _takes(clock, stated_at, stated, rules, trace):
            date = clock.due_at = stated
    in_force(clock, date, at, rules)


def _takes(clock: Clock, at: Instant, date: Instant, rules: ClockRules, trace: Trace | None) -> bool:
    """Tell whether a date counts; before anything was stated the default is in force, which holds may move."""
    default = None if clock.stated else default_at(clock, rules, at)
    in_force_at = clock.due_at if clock.stated else default
    passed = default is not None and at > default
    if rules.capped and (clock.stated or passed) and not _allowed(clock, date, in_force_at, rules):
        if trace is not None:
            trace.refused.append((at, date))
        return False
    if not clock.stated:
        clock.stated = True
        clock.original_at = clock.due_at if passed else date
    if trace is not None:
        trace.promises.append((at, date))
    return True


def _allowed(clock: Clock, date: Instant, due_at: Instant | None, rules: ClockRules) -> bool:
    """Count an extension of the date in force; False when it would exceed a cap."""
    if due_at is None or date <= due_at:
        return True
    promise = rules.policy.promise
    original = clock.original_at if clock.original_at is not None else clock.due_at
    furthest = None if original is None else rules.furthest(original)
    too_many = promise.max_extensions is not None and clock.extensions >= promise.max_extensions
    if too_many or (furthest is not None and date > furthest):
        return False
    clock.extensions += 1
    return True


def in_force(clock: Clock, date: Instant, at: Instant, rules: ClockRules) -> None:
    """Put a date in force at `at`."""
    clock.due_at = date
    clock.since = at
    arm_promise(clock, at, rules)
