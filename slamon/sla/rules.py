"""A policy laid out for the clocks: tables that a hot loop can look into."""

from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.orders.event import Span
from slamon.sla.policy import SlaPolicy, StageBudget, StopFrom

Stages: TypeAlias = tuple[tuple[int, Span], ...]
"""(number in the policy, budget) of stages."""


@dataclass(frozen=True, slots=True)
class ClockRules:
    """A policy laid out for speed; tables with one place for each step of the lifecycle."""

    policy: SlaPolicy
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
    duration: Span = field(init=False)
    warn_before: Span = field(init=False)

    def __post_init__(self) -> None:
        """Derive the tables. Raises KeyError for a status outside the lifecycle (check-config names it)."""
        policy, put = self.policy, object.__setattr__
        index, statuses, promise = policy.lifecycle.index, policy.lifecycle.statuses, policy.promise
        opened = [(index[stage.start], number, stage.budget) for number, stage in enumerate(policy.stages)]
        put(self, "index", index)
        put(self, "start_step", index[promise.start])
        put(self, "entering", tuple(_opened_by(step, opened) for step in range(len(statuses))))
        put(self, "leaving", tuple(index[stage.to] for stage in policy.stages))
        put(self, "stops", tuple(status in promise.stop for status in statuses))
        put(self, "stages", policy.stages)
        put(self, "owner_only", promise.stop_from is StopFrom.OWNER)
        put(self, "duration", promise.duration)
        put(self, "warn_before", promise.warn_before)


def _opened_by(step: int, opened: list[tuple[int, int, Span]]) -> Stages:
    return tuple((number, budget) for start, number, budget in opened if start == step)
