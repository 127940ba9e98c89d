"""A policy laid out for the clocks: tables that a hot loop can look into."""

from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.orders.event import Instant, Span
from slamon.orders.lifecycle import Lifecycle
from slamon.sla.calendar import Calendar
from slamon.sla.policy import (
    DivergenceTerms,
    OnRegress,
    Rounding,
    SlaPolicy,
    SlaTerms,
    StageBudget,
    StopFrom,
    revision_of,
)

Stages: TypeAlias = tuple[int, ...]
"""Numbers of stages in their policy."""


@dataclass(frozen=True, slots=True)
class ReportRules:
    """Which system has to report which steps (CONTRACT §3.2), laid out for speed."""

    skew: Span
    statuses: tuple[str, ...]
    owners: tuple[str, ...]
    """By step: the system that owns it."""
    owed: dict[str, tuple[int, ...]]
    """By system that has something to report: by step, the first step from it on that the system owes, or -1."""
    entry: dict[str, int]
    """By channel: the first step expected of its orders."""
    goes_back: bool = True
    """Whether a step back changes what a system reports."""

    @classmethod
    def of(cls, terms: DivergenceTerms, lifecycle: Lifecycle, *, goes_back: bool = True) -> "ReportRules":
        """Lay the terms out; an `entry` that is no status of the lifecycle counts as not given."""
        owners = tuple(step.system for step in lifecycle.steps)
        owed = {}
        for system in sorted({*owners, *terms.mirrors}):
            mine = [number for number, owner in enumerate(owners) if owner == system or system in terms.mirrors]
            owed[system] = tuple(next((s for s in mine if s >= step), -1) for step in range(len(owners) + 1))
        entry = {channel: lifecycle.index[status] for channel, status in terms.entry if status in lifecycle.index}
        return cls(terms.allowed_skew, lifecycle.statuses, owners, owed, entry, goes_back)


@dataclass(frozen=True, slots=True)
class ClockRules:
    """A policy laid out for speed; tables with one place for each step of the lifecycle."""

    policy: SlaPolicy
    divergence: DivergenceTerms = field(default_factory=DivergenceTerms)
    enforce_from: Instant | None = None
    era: str = ""
    """The revision of the terms that the policy belongs to, as orders show it and `<app_id>.policies` has it."""
    index: dict[str, int] = field(init=False)
    start_step: int = field(init=False)
    entering: tuple[Stages, ...] = field(init=False)
    """By step: the stages that it opens."""
    leaving: tuple[int, ...] = field(init=False)
    """By stage: the step from which on it is over."""
    stops: tuple[bool, ...] = field(init=False)
    """By step: whether it ends the order."""
    stages: tuple[StageBudget, ...] = field(init=False)
    owner_only: bool = field(init=False)
    calendar: Calendar = field(init=False)
    reports: ReportRules = field(init=False)
    ignores: bool = field(init=False)
    """A step back does not change the status."""
    cycles: bool = field(init=False)
    """A return to the start opens a new promise."""
    pauses: bool = field(init=False)
    """Holds stop some clock."""
    capped: bool = field(init=False)
    revision: str = field(init=False)
    """Of all that decides the state of an order under this policy; equal rules have equal ones on every machine."""

    def __post_init__(self) -> None:
        """Derive the tables. Raises KeyError for a status outside the lifecycle (check-config names it)."""
        policy, put = self.policy, object.__setattr__
        index, statuses, promise = policy.lifecycle.index, policy.lifecycle.statuses, policy.promise
        opened = [index[stage.start] for stage in policy.stages]
        put(self, "index", index)
        put(self, "start_step", index[promise.start])
        put(self, "entering", tuple(_opened_by(step, opened) for step in range(len(statuses))))
        put(self, "leaving", tuple(index[stage.to] for stage in policy.stages))
        put(self, "stops", tuple(status in promise.stop for status in statuses))
        put(self, "stages", policy.stages)
        put(self, "owner_only", promise.stop_from is StopFrom.OWNER)
        put(self, "calendar", promise.calendar)
        put(self, "ignores", policy.on_regress is OnRegress.IGNORE)
        put(self, "reports", ReportRules.of(self.divergence, policy.lifecycle, goes_back=not self.ignores))
        put(self, "cycles", policy.on_regress is OnRegress.NEW_CYCLE)
        put(self, "pauses", policy.holds.pauses_promise or policy.holds.pauses_stages)
        put(self, "revision", revision_of((policy.revision, self.divergence.content, self.enforce_from)))
        put(self, "capped", promise.max_extensions is not None or promise.max_extension is not None)

    def default_due(self, started_at: Instant) -> Instant:
        """The default date of a promise that starts then."""
        promise = self.policy.promise
        due_at = self.calendar.forward(started_at, promise.duration)
        return self.calendar.end_of_day(due_at) if promise.round is Rounding.END_OF_DAY else due_at

    def warn_at(self, due_at: Instant) -> Instant:
        """The instant from which an open order is at risk of missing a date."""
        return self.calendar.backward(due_at, self.policy.promise.warn_before)

    def furthest(self, original_due_at: Instant) -> Instant | None:
        """How far a date may be moved in all; None without a cap."""
        length = self.policy.promise.max_extension
        return None if length is None else self.calendar.forward(original_due_at, length)

    def overdue_at(self, stage: int, entered_at: Instant) -> Instant:
        """The end of a stage's budget."""
        terms = self.stages[stage]
        return terms.calendar.forward(entered_at, terms.budget)

    def budget(self, stage: int) -> Span | None:
        """The budget as a plain span; None for working days, which have no fixed length."""
        terms = self.stages[stage]
        return None if terms.calendar.counts_days and terms.budget.days else terms.budget.span


def _opened_by(step: int, opened: list[int]) -> Stages:
    return tuple(number for number, start in enumerate(opened) if start == step)


def laid_out(terms: SlaTerms, era: str, enforce_from: Instant | None) -> tuple[ClockRules, ...]:
    """Every policy of some terms, in the order of matching."""
    return tuple(ClockRules(policy, terms.divergence, enforce_from, era) for policy in terms.policies)
