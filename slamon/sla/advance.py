"""One event more: how the clocks of an order move, whatever the length of its history."""

from slamon.orders.entry import (
    ATTRIBUTES,
    CHANNEL,
    CLIENT_ID,
    HOLD_CODE,
    RELEASE_CODE,
    STATUS_CODE,
    Entry,
)
from slamon.orders.event import Instant
from slamon.orders.facts import is_cancel
from slamon.sla.clock import CANCELLED_STEP, NO_STEP, Clock, Match, Trace, is_silent
from slamon.sla.divergence import hear
from slamon.sla.holds import Pauses
from slamon.sla.promising import in_force, promise, promise_again
from slamon.sla.rules import ClockRules
from slamon.sla.settling import arm_divergence, arm_promise, arm_stages, settle_until, visit_at


def advance(clock: Clock, entry: Entry, rules: ClockRules, trace: Trace | None = None) -> None:
    """Take the next event; `entry.at` must not lie before the clock's last event."""
    at = entry.at
    if at > clock.last_at:
        settle_until(clock, at, rules)
        clock.last_at = at
    if entry.texts is not None:
        _state(clock, entry)
    # None is in no lifecycle.
    number = rules.index.get(entry.status) if entry.type == STATUS_CODE else None  # type: ignore[arg-type]
    cancels = number is None and is_cancel(entry)
    if number is not None and rules.cycles and number <= rules.start_step < clock.step:
        _open_cycle(clock, at, rules, trace)
    if entry.promised_at is not None:
        promise(clock, entry, entry.promised_at, rules, trace)
    if number is not None:
        _move(clock, entry, number, rules, trace)
    elif cancels:
        _cancel(clock, at, rules, trace)
    if rules.pauses:
        _pause(clock, entry, rules)
    _hear(clock, entry, number, rules, cancels=cancels)


def _state(clock: Clock, entry: Entry) -> None:
    """Remember the channel as last stated, and what a policy is matched on as first stated."""
    channel, client, attributes = entry.text(CHANNEL), entry.text(CLIENT_ID), entry.text(ATTRIBUTES)
    newer = clock.channel is None or entry.at > clock.channel_at or (channel or "") > clock.channel
    if channel is not None and newer:
        clock.channel, clock.channel_at = channel, entry.at
    match = clock.match
    if match is None:
        if channel is not None or client is not None or attributes is not None:
            clock.match = Match(channel, client, attributes)
    elif None in match:
        first = zip(match, (channel, client, attributes), strict=True)
        clock.match = Match(*(kept if kept is not None else new for kept, new in first))


def _open_cycle(clock: Clock, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    """A return to the start opens a new promise; what came true stays so, and the stages go on."""
    if is_silent(clock, rules):
        clock.passed = None  # of a cycle that gives no notices; the new one may
    fresh = Clock()
    for name in _OF_A_CYCLE:
        setattr(clock, name, getattr(fresh, name))
    clock.cycle_at = at
    if trace is not None:
        trace.promises.clear()
        trace.refused.clear()


_OF_A_CYCLE = (
    "top",
    "started_at",
    "submitted",
    "due_at",
    "shown_at",
    "since",
    "stated",
    "said",
    "original_at",
    "statements",
    "extensions",
    "ended_at",
    "finish_at",
    "risk_at",
    "breach_at",
    "told",
    "apart_at",
)


def _move(clock: Clock, entry: Entry, number: int, rules: ClockRules, trace: Trace | None) -> None:
    at = entry.at
    ignored = number < clock.top and rules.ignores
    clock.top = max(clock.top, number)
    if not ignored and clock.step not in (CANCELLED_STEP, number):
        clock.step, clock.step_at = number, at
        if trace is not None:
            trace.moves.append((at, number))
    if not clock.submitted and number >= rules.start_step:
        _start(clock, number, at, rules, trace)
    if clock.ended_at is not None:
        return
    if clock.visits:
        _leave(clock, number, at, rules, trace)
    entering = rules.entering[number]
    if entering and not ignored:
        _enter(clock, entering, at, rules)
    if _finishes(entry, number, rules):
        _end(clock, at, rules, trace, cancelled=False)


def _finishes(entry: Entry, number: int, rules: ClockRules) -> bool:
    """A stop status ends the order, from any system or only from its owner (`stop_from`)."""
    return rules.stops[number] and not (rules.owner_only and entry.system != rules.reports.owners[number])


def _start(clock: Clock, number: int, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    """The start step itself starts the clock, once; before it comes, the first later step does."""
    if number == rules.start_step:
        clock.submitted = True
    elif clock.started_at is not None:
        return
    clock.started_at = at
    if clock.statements:
        promise_again(clock, at, rules, trace)
    elif not clock.stated:
        in_force(clock, rules.default_due(at), at, rules)


def _enter(clock: Clock, stages: tuple[int, ...], at: Instant, rules: ClockRules) -> None:
    visits = clock.visits
    for stage in stages:
        if visits is None:
            visits = clock.visits = [visit_at(clock, stage, at, rules)]
        elif all(visit.stage != stage for visit in visits):
            visits.append(visit_at(clock, stage, at, rules))


def _leave(clock: Clock, number: int, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    staying = []
    for visit in clock.visits or ():
        if number < rules.leaving[visit.stage]:
            staying.append(visit)
        elif trace is not None:
            trace.leave(visit, at)
    clock.visits = staying or None


def _cancel(clock: Clock, at: Instant, rules: ClockRules, trace: Trace | None) -> None:
    if clock.step != CANCELLED_STEP:
        clock.step, clock.step_at = CANCELLED_STEP, at
        if trace is not None:
            trace.moves.append((at, CANCELLED_STEP))
    if clock.ended_at is None:
        _end(clock, at, rules, trace, cancelled=True)


def _end(clock: Clock, at: Instant, rules: ClockRules, trace: Trace | None, *, cancelled: bool) -> None:
    clock.ended_at = at
    clock.cancelled = cancelled
    arm_promise(clock, at, rules)
    clock.finish_at = None if cancelled else at
    clock.apart_at = None
    if trace is not None:
        for visit in clock.visits or ():
            trace.leave(visit, at)
    clock.visits = None


def _pause(clock: Clock, entry: Entry, rules: ClockRules) -> None:
    """Begin or end a hold, and arm anew the clocks that it pauses; after the end one may begin for the next cycle."""
    kind, statuses = entry.type, rules.policy.holds.statuses
    by_status = kind == STATUS_CODE and bool(statuses) and (entry.status in statuses or entry.status in rules.index)
    if kind not in (HOLD_CODE, RELEASE_CODE) and not by_status:
        return
    pauses = clock.pauses
    if pauses is None:
        pauses = clock.pauses = Pauses()
    was_held = pauses.since is not None
    if kind == HOLD_CODE:
        pauses.hold(entry.system, entry.at)
    elif kind == RELEASE_CODE:
        pauses.release(entry.system, entry.at)
    else:
        pauses.status(entry.at, holds=_status_holds(clock, entry, rules))
    if clock.ended_at is None and was_held != (pauses.since is not None):
        arm_promise(clock, entry.at, rules)
        arm_stages(clock, entry.at, rules)


def _status_holds(clock: Clock, entry: Entry, rules: ClockRules) -> bool:
    """Whether the order's status is one that holds; a step back that is ignored leaves it as it was."""
    number = rules.index.get(entry.status or "")
    if number is not None and rules.ignores and number < clock.top:
        return clock.pauses is not None and clock.pauses.by_status
    return entry.status in rules.policy.holds.statuses


def _hear(clock: Clock, entry: Entry, number: int | None, rules: ClockRules, *, cancels: bool) -> None:
    """What the systems say, for divergence; arms it anew where this can have changed anything."""
    system = entry.system
    if system is None:
        if entry.texts is not None:
            arm_divergence(clock, entry.at, rules)  # the channel decides what is expected
        return
    if clock.told is None:
        clock.told = {}
    known = system in clock.told
    hear(clock.told, system, number, entry.at, rules.reports)
    if cancels:
        clock.told[system].cancelled = True
    if clock.ended_at is None and (number is not None or not known or cancels or entry.texts is not None):
        arm_divergence(clock, entry.at, rules)


def rearm(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Set every instant anew from `at` on: the order has come under other rules then."""
    clock.risk_at = clock.breach_at = None
    if clock.step != NO_STEP or clock.due_at is not None:
        arm_promise(clock, at, rules)
        arm_stages(clock, at, rules)
    arm_divergence(clock, at, rules)
    if clock.ended_at is not None and not clock.cancelled:
        clock.finish_at = at
