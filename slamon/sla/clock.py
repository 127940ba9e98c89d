"""The running clocks of one order: what its promise and stages say after each event, without looking back.

`advance` takes the events of an order in their order (CONTRACT §3) and keeps, in a few numbers, the date in
force, the stages it is in, and which notices' conditions have come true. A condition is judged by the history
*up to* its instant: between two events nothing changes but the time, so each stretch [event, next event) is
settled by comparing a handful of instants (CONTRACT §4 "Standing", docs/explanation/sla-clocks.md).
"""

from enum import IntEnum
from typing import TypeAlias

import msgspec

from slamon.orders.entry import CANCEL_CODE, STATUS_CODE, Entry
from slamon.orders.event import Instant, Span
from slamon.orders.lifecycle import CANCELLED
from slamon.sla.rules import ClockRules, Stages

NO_STEP = -1
"""`Clock.step` while no known status was heard."""

CANCELLED_STEP = -2
"""`Clock.step` once cancelled, for good."""


class Due(IntEnum):
    """What has come due; written into rows as a number."""

    AT_RISK = 0
    BREACHED = 1
    STAGE_OVERDUE = 2
    FINISHED_LATE = 3


Passed: TypeAlias = tuple[int, str | None, Instant, Instant]
"""(kind, stage, due_at, at) of a condition that came true before the last event."""


class Visit(msgspec.Struct, array_like=True, gc=False):
    """A stage the order is in: its number in the policy, since when, the end of its budget (None: noted)."""

    stage: int
    entered_at: Instant
    overdue_at: Instant | None


class Clock(msgspec.Struct, array_like=True, gc=False):
    """What the clocks need to know of an order's past; a fold over its events."""

    last_at: Instant = -(2**62)
    step: int = NO_STEP
    step_at: Instant = 0
    started_at: Instant | None = None
    submitted: bool = False
    due_at: Instant | None = None
    since: Instant = 0
    stated: bool = False
    said: dict[str | None, Instant] | None = None
    ended_at: Instant | None = None
    cancelled: bool = False
    finishing: bool = False
    risk_at: Instant | None = None
    breach_at: Instant | None = None
    visits: list[Visit] | None = None
    passed: list[Passed] | None = None


class Trace:
    """What a fold notes down for people: promises in force, stage visits."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.promises: list[tuple[Instant, Instant]] = []
        self.visits: list[tuple[int, Instant, Instant | None]] = []

    def leave(self, visit: Visit, at: Instant) -> None:
        """Note that a stage was left."""
        self.visits.append((visit.stage, visit.entered_at, at))


def advance(clock: Clock, entry: Entry, rules: ClockRules, trace: Trace | None = None) -> None:
    """Take the next event; `entry.at` must not lie before the clock's last event."""
    at = entry.at
    if at > clock.last_at:
        settle_until(clock, at, rules)
        clock.last_at = at
    if entry.promised_at is not None:
        _promise(clock, entry, entry.promised_at, rules, trace)
    if entry.type == STATUS_CODE:
        status = entry.status
        number = rules.index.get(status)  # type: ignore[arg-type]  # None is in no lifecycle
        if number is not None:
            _move(clock, entry, number, rules, trace)
        elif status == CANCELLED:
            _cancel(clock, at, trace)
    elif entry.type == CANCEL_CODE:
        _cancel(clock, at, trace)


def settle_until(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Note the conditions that came true in the stretch that an event at `at` ends."""
    due_at = clock.due_at
    if due_at is not None:
        if clock.risk_at is not None and clock.risk_at < at:
            _note(clock, Due.AT_RISK, None, due_at, clock.risk_at)
            clock.risk_at = None
        if clock.breach_at is not None and clock.breach_at < at:
            _note(clock, Due.BREACHED, None, due_at, clock.breach_at)
            clock.breach_at = None
        if clock.finishing and clock.ended_at is not None and clock.ended_at > due_at:
            _note(clock, Due.FINISHED_LATE, None, due_at, clock.ended_at)
    clock.finishing = False
    for visit in clock.visits or ():
        overdue_at = visit.overdue_at
        if overdue_at is not None and overdue_at < at:
            _note(clock, Due.STAGE_OVERDUE, rules.stages[visit.stage].start, overdue_at, overdue_at)
            visit.overdue_at = None


def _note(clock: Clock, kind: Due, stage: str | None, due_at: Instant, at: Instant) -> None:
    passed = clock.passed
    if passed is None:
        clock.passed = [(int(kind), stage, due_at, at)]
    elif not any(item[0] == kind and item[2] == due_at and item[1] == stage for item in passed):
        passed.append((int(kind), stage, due_at, at))


def _promise(clock: Clock, entry: Entry, date: Instant, rules: ClockRules, trace: Trace | None) -> None:
    at, ended = entry.at, clock.ended_at
    if ended is not None and not clock.cancelled and at > ended:
        return  # stated after the order finished: kept for the record, without effect
    system = entry.system
    said = clock.said
    if said is None:
        clock.said = {system: date}
    elif said.get(system) == date:
        return  # a system that repeats its old date does not undo another's new one
    else:
        said[system] = date
    clock.stated = True
    if trace is not None:
        trace.promises.append((at, date))
    if date != clock.due_at:
        _in_force(clock, date, at, rules)


def _in_force(clock: Clock, date: Instant, at: Instant, rules: ClockRules) -> None:
    clock.due_at = date
    clock.since = at
    if clock.ended_at is None:
        risk_at = max(at, date - rules.warn_before)
        clock.risk_at = risk_at if risk_at < date else None
        clock.breach_at = max(at, date)


def _move(clock: Clock, entry: Entry, number: int, rules: ClockRules, trace: Trace | None) -> None:
    at = entry.at
    if clock.step not in (CANCELLED_STEP, number):
        clock.step, clock.step_at = number, at
    if not clock.submitted and number >= rules.start_step:
        _start(clock, number, at, rules)
    if clock.ended_at is not None:
        return
    if clock.visits:
        _leave(clock, number, at, rules, trace)
    entering = rules.entering[number]
    if entering:
        _enter(clock, entering, at)
    if rules.stops[number] and not (rules.owner_only and entry.system != rules.policy.lifecycle.steps[number].system):
        _end(clock, at, trace, cancelled=False)


def _start(clock: Clock, number: int, at: Instant, rules: ClockRules) -> None:
    """The start step itself starts the clock, once; before it comes, the first later step does."""
    if number == rules.start_step:
        clock.submitted = True
    elif clock.started_at is not None:
        return
    clock.started_at = at
    if not clock.stated:
        _in_force(clock, at + rules.duration, at, rules)


def _enter(clock: Clock, stages: Stages, at: Instant) -> None:
    visits = clock.visits
    for stage, budget in stages:
        if visits is None:
            visits = clock.visits = [Visit(stage, at, at + budget)]
        elif all(visit.stage != stage for visit in visits):
            visits.append(Visit(stage, at, at + budget))


def _leave(clock: Clock, number: int, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    staying = []
    for visit in clock.visits or ():
        if number < rules.leaving[visit.stage]:
            staying.append(visit)
        elif trace is not None:
            trace.leave(visit, at)
    clock.visits = staying or None


def _cancel(clock: Clock, at: Instant, trace: Trace | None) -> None:
    if clock.step != CANCELLED_STEP:
        clock.step, clock.step_at = CANCELLED_STEP, at
    if clock.ended_at is None:
        _end(clock, at, trace, cancelled=True)


def _end(clock: Clock, at: Instant, trace: Trace | None, *, cancelled: bool) -> None:
    clock.ended_at = at
    clock.cancelled = cancelled
    clock.finishing = not cancelled
    clock.risk_at = clock.breach_at = None
    if trace is not None:
        for visit in clock.visits or ():
            trace.leave(visit, at)
    clock.visits = None


def lead_time(clock: Clock) -> Span | None:
    """Start to finish; None while open, after a cancellation, and while only the finish itself was heard of."""
    started_at, ended_at = clock.started_at, clock.ended_at
    if ended_at is None or started_at is None or clock.cancelled or started_at == ended_at:
        return None
    return max(0, ended_at - started_at)
