"""A policy laid out for the clocks: tables that a hot loop can look into."""

from __future__ import annotations

from dataclasses import dataclass, field

from slamon.orders.event import Span
from slamon.sla.policy import SlaPolicy, StageBudget, StopFrom


@dataclass(frozen=True, slots=True)
class ClockRules:
    """A policy laid out for speed."""

    policy: SlaPolicy
    index: dict[str, int] = field(init=False)
    start_step: int = field(init=False)
    entering: dict[str, tuple[tuple[int, Span], ...]] = field(init=False)
    leaving: tuple[int, ...] = field(init=False)
    stages: tuple[StageBudget, ...] = field(init=False)
    start: str = field(init=False)
    stop: frozenset[str] = field(init=False)
    owner_only: bool = field(init=False)
    duration: Span = field(init=False)
    warn_before: Span = field(init=False)

    def __post_init__(self) -> None:
        """Derive the tables; raises KeyError for a status outside the lifecycle (check-config names it first)."""
        policy, put = self.policy, object.__setattr__
        index = policy.lifecycle.index
        entering: dict[str, tuple[tuple[int, Span], ...]] = {}
        for number, stage in enumerate(policy.stages):
            entering[stage.start] = (*entering.get(stage.start, ()), (number, stage.budget))
        put(self, "index", index)
        put(self, "start_step", index[policy.promise.start])
        put(self, "entering", entering)
        put(self, "leaving", tuple(index[stage.to] for stage in policy.stages))
        put(self, "stages", policy.stages)
        put(self, "start", policy.promise.start)
        put(self, "stop", policy.promise.stop)
        put(self, "owner_only", policy.promise.stop_from is StopFrom.OWNER)
        put(self, "duration", policy.promise.duration)
        put(self, "warn_before", policy.promise.warn_before)
