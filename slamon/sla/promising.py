"""Stated dates: which counts, which is over a cap, and what is in force (CONTRACT §3 "Promise", §3.1)."""

from slamon.orders.entry import Entry
from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Trace
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
    default_had_passed = not clock.stated and clock.due_at is not None and at > clock.due_at
    if rules.capped and not _allowed(clock, date, rules, is_revision=clock.stated or default_had_passed):
        if trace is not None:
            trace.refused.append((at, date))
        return
    if not clock.stated:
        clock.stated = True
        clock.original_at = clock.due_at if default_had_passed else date
    if trace is not None:
        trace.promises.append((at, date))
    if date != clock.due_at or date != clock.shown_at:  # also the same date, which holds move no more
        in_force(clock, date, at, rules)


def _allowed(clock: Clock, date: Instant, rules: ClockRules, *, is_revision: bool) -> bool:
    """Count an extension; False when it would exceed a cap."""
    due_at = clock.due_at
    if not is_revision or due_at is None or date <= due_at:
        return True
    promise = rules.policy.promise
    original = clock.original_at if clock.original_at is not None else due_at
    furthest = rules.furthest(original)
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
