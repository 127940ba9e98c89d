"""The frozen policy that the clocks follow: promise, stage budgets, lifecycle (CONTRACT §3, §8 `sla`)."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from slamon.orders.event import DAY, SECOND, Span
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE, Lifecycle


class StopFrom(StrEnum):
    """Whose word ends an order: any system's, or only that of the step's owner (`sla.promise.stop_from`)."""

    ANY = "any"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """When the promise starts and stops, how long it is and how early to warn."""

    start: str = "SUBMITTED"
    stop: frozenset[str] = frozenset({"SHIPPED", "CLOSED"})
    stop_from: StopFrom = StopFrom.ANY
    duration: Span = 21 * DAY
    warn_before: Span = 3 * DAY


@dataclass(frozen=True, slots=True)
class StageBudget:
    """The way from one status to a later one, and how long it may take."""

    start: str
    """The `from` status."""
    to: str
    budget: Span


DEFAULT_STAGES = (
    StageBudget("SUBMITTED", "PRICE_CALCULATED", 30 * 60 * SECOND),
    StageBudget("PRICE_CALCULATED", "MANUFACTURING_APPROVED", 2 * DAY),
    StageBudget("MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", DAY),
    StageBudget("MANUFACTURING_STARTED", "MANUFACTURING_COMPLETED", 10 * DAY),
    StageBudget("MANUFACTURING_COMPLETED", "SHIPPED", 2 * DAY),
)


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """Everything that decides a verdict besides the events and `now`.

    `name` is None for the policy made of `sla`'s own values; named ones come from `sla.policies`.
    `revision` is a hash of the content: equal policies have equal revisions on every machine.
    """

    name: str | None = None
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE
    promise: PromiseTerms = field(default_factory=PromiseTerms)
    stages: tuple[StageBudget, ...] = DEFAULT_STAGES
    revision: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the revision."""
        terms = (
            self.name,
            [(s.status, s.system) for s in self.lifecycle.steps],
            (self.promise.start, sorted(self.promise.stop), str(self.promise.stop_from)),
            (self.promise.duration, self.promise.warn_before),
            [(s.start, s.to, s.budget) for s in self.stages],
        )
        object.__setattr__(self, "revision", hashlib.sha256(repr(terms).encode()).hexdigest()[:12])
