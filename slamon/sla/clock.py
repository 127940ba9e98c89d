"""The running clocks of one order: what its promise, stages and systems say after its last event.

`slamon.sla.advance` takes the events of an order in their order (CONTRACT §3) and keeps, in a few numbers, the date in
force, the stages it is in, what each system has reported, and which notices' conditions have come true. A condition
is judged by the history *up to* its instant: between two events nothing changes but the time, so each stretch
[event, next event) is settled by comparing a handful of instants (CONTRACT §4 "Standing",
docs/explanation/sla-clocks.md).
"""

from enum import IntEnum
from typing import NamedTuple, TypeAlias

import msgspec

from slamon.orders.event import Instant, Span
from slamon.sla.holds import Held, Pauses, moved
from slamon.sla.rules import ClockRules

NO_STEP = -1
"""`Clock.step` while no known status was heard."""

CANCELLED_STEP = -2
"""`Clock.step` once cancelled, for good."""

NEVER: Instant = 2**62


class Due(IntEnum):
    """What has come due; written into rows as a number."""

    AT_RISK = 0
    BREACHED = 1
    STAGE_OVERDUE = 2
    FINISHED_LATE = 3
    DIVERGENCE = 4


Apart: TypeAlias = tuple[str, str, str]
"""(system, kind, expected step) that name a divergence."""

Key: TypeAlias = tuple[int, str | None, Instant | None, Apart | None]
"""(kind, stage, due time without holds, divergence): what makes a notice of an order the one it is."""


class Passed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A condition that came true before the last event; `shown_at` is its due time with holds."""

    kind: int
    stage: str | None
    due_at: Instant | None
    at: Instant
    shown_at: Instant | None
    apart: Apart | None = None

    @property
    def key(self) -> Key:
        """What names it."""
        return self.kind, self.stage, self.due_at, self.apart


class Visit(msgspec.Struct, array_like=True, gc=False):
    """A stage the order is in: its number in the policy, since when, and the end of its budget.

    `due_at` is that end without holds, `shown_at` with those that are over; `overdue_at` is the instant after which
    it is overdue, None when that is noted or the stage's clock is paused.
    """

    stage: int
    entered_at: Instant
    due_at: Instant
    shown_at: Instant
    overdue_at: Instant | None


class Told(msgspec.Struct, array_like=True, gc=False):
    """What one system has reported: `firsts` are (step, at) of each furthest step, `foreign` those it does not own.

    `back`: since when it reports less than it had reached, and which step it went back to.
    """

    step: int = NO_STEP
    reach: int = NO_STEP
    firsts: list[tuple[int, Instant]] = []
    foreign: list[tuple[int, Instant]] = []
    cancelled: bool = False
    back: tuple[Instant, int] | None = None


class Match(NamedTuple):
    """What a policy is matched on: first stated channel, client id and attributes; None while never stated."""

    channel: str | None = None
    client_id: str | None = None
    attributes: str | None = None


class Clock(msgspec.Struct, array_like=True, gc=False):
    """What the clocks need to know of an order's past; a fold over its events.

    `rules` is the number of the order's policy in the book, `due_at` the date in force without holds, `shown_at` the
    same with the holds that are over, `original_at` the first date that counted, `top` the furthest step of the
    cycle, `apart_at` the instant after which a divergence not yet
    noted shows, `finish_at` the finish while it is not settled, `statements` the (stated at, date) of the cycle where
    extensions are capped.
    """

    rules: int = 0
    last_at: Instant = -(2**62)
    step: int = NO_STEP
    step_at: Instant = 0
    top: int = NO_STEP
    started_at: Instant | None = None
    submitted: bool = False
    due_at: Instant | None = None
    shown_at: Instant | None = None
    since: Instant = 0
    stated: bool = False
    said: dict[str | None, Instant] | None = None
    original_at: Instant | None = None
    extensions: int = 0
    ended_at: Instant | None = None
    cancelled: bool = False
    finish_at: Instant | None = None
    risk_at: Instant | None = None
    breach_at: Instant | None = None
    visits: list[Visit] | None = None
    passed: list[Passed] | None = None
    pauses: Pauses | None = None
    told: dict[str, Told] | None = None
    apart_at: Instant | None = None
    channel: str | None = None
    channel_at: Instant = 0
    match: Match | None = None
    cycle_at: Instant | None = None
    statements: list[tuple[Instant, Instant]] | None = None


class Trace:
    """What a fold notes down for people: dates that counted, those over a cap, stage visits that are over."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.promises: list[tuple[Instant, Instant]] = []
        self.refused: list[tuple[Instant, Instant]] = []
        self.visits: list[tuple[int, Instant, Instant]] = []
        self.moves: list[tuple[Instant, int]] = []

    def leave(self, visit: Visit, at: Instant) -> None:
        """Note that a stage was left."""
        self.visits.append((visit.stage, visit.entered_at, at))


def is_silent(clock: Clock, rules: ClockRules) -> bool:
    """Tell whether the order started before notices are enforced (`sla.enforce_from`)."""
    return rules.enforce_from is not None and clock.started_at is not None and clock.started_at < rules.enforce_from


def due_with_holds(clock: Clock, rules: ClockRules, now: Instant) -> Instant | None:
    """The date in force at `now`, moved by the holds up to then; a stated date is not moved."""
    due_at, pauses = clock.due_at, clock.pauses
    if due_at is None or pauses is None or clock.stated or not rules.policy.holds.pauses_promise:
        return due_at
    since = clock.started_at if clock.started_at is not None else clock.since
    return moved(due_at, since, _held_until(pauses, now if clock.ended_at is None else clock.ended_at), rules.calendar)


def default_at(clock: Clock, rules: ClockRules, now: Instant) -> Instant | None:
    """The default date as it was at `now`, moved by the holds up to then, whatever was stated; None before a start."""
    started_at, pauses = clock.started_at, clock.pauses
    if started_at is None:
        return None
    due_at = rules.default_due(started_at)
    if pauses is None or not rules.policy.holds.pauses_promise:
        return due_at
    until = now if clock.ended_at is None else min(now, clock.ended_at)
    return moved(due_at, started_at, _held_until(pauses, until), rules.calendar)


def stage_due(clock: Clock, rules: ClockRules, visit: tuple[int, Instant], until: Instant) -> Instant:
    """When a stage's budget ends, by (stage, entered at), moved by the holds up to `until`."""
    stage, entered_at = visit
    due_at, pauses = rules.overdue_at(stage, entered_at), clock.pauses
    if pauses is None or not rules.policy.holds.pauses_stages:
        return due_at
    return moved(due_at, entered_at, _held_until(pauses, until), rules.stages[stage].calendar)


def _held_until(pauses: Pauses, until: Instant) -> list[Held]:
    return [(since, min(end, until)) for since, end in pauses.until(until) if since < until]


def lead_time(clock: Clock) -> Span | None:
    """Start to finish; None while open, after a cancellation, and while only the finish itself was heard of."""
    started_at, ended_at = clock.started_at, clock.ended_at
    if ended_at is None or started_at is None or clock.cancelled or started_at == ended_at:
        return None
    return max(0, ended_at - started_at)
