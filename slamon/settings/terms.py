"""The terms of `sla` as the core takes them: policies with their promise, stages, holds and calendars."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slamon.sla.calendar import Calendar, Length
from slamon.sla.policy import HoldTerms, PromiseTerms, SlaPolicy, StageBudget
from slamon.sla.policy import When as CoreWhen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slamon.orders.lifecycle import Lifecycle
    from slamon.settings.duration import Duration
    from slamon.settings.policies import Policy, Promise, Stage, When

# As sources write the attributes of an event: the texts of equal values are equal.
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def length(duration: Duration) -> Length:
    """A duration of the configuration as the core takes it."""
    return Length(duration.days, duration.time)


@dataclass(frozen=True, slots=True)
class Terms:
    """Makes policies of one lifecycle; `calendars` holds `always` too."""

    lifecycle: Lifecycle
    calendars: Mapping[str, Calendar]

    def for_all(self, promise: Promise, stages: Iterable[Stage]) -> SlaPolicy:
        """The policy without a name: `sla`'s own values."""
        return SlaPolicy(lifecycle=self.lifecycle, promise=self._promise(promise), stages=self._stages(stages))

    def for_some(self, policy: Policy, promise: Promise, stages: Iterable[Stage]) -> SlaPolicy:
        """A policy over the promise and the stages for all orders."""
        return SlaPolicy(
            name=policy.name,
            lifecycle=self.lifecycle,
            promise=self._promise(policy.promise.over(promise)),
            stages=self._stages(stages if policy.stages is None else policy.stages),
            when=_when(policy.when),
            holds=HoldTerms(
                pauses_promise="promise" in policy.holds.pause,
                pauses_stages="stages" in policy.holds.pause,
                statuses=frozenset(policy.holds.statuses),
            ),
            on_regress=policy.on_regress,
            apply_to=policy.apply_to,
        )

    def _promise(self, promise: Promise) -> PromiseTerms:
        return PromiseTerms(
            start=promise.start,
            stop=frozenset(promise.stop),
            stop_from=promise.stop_from,
            duration=length(promise.duration),
            warn_before=length(promise.warn_before),
            calendar=self.calendars[promise.calendar],
            round=promise.round,
            max_extensions=promise.max_extensions,
            max_extension=None if promise.max_extension is None else length(promise.max_extension),
        )

    def _stages(self, stages: Iterable[Stage]) -> tuple[StageBudget, ...]:
        return tuple(
            StageBudget(stage.from_, stage.to, length(stage.budget), self.calendars[stage.calendar or "always"])
            for stage in stages
        )


def _when(when: When) -> CoreWhen:
    return CoreWhen(
        channels=frozenset(when.channels),
        clients=frozenset(when.clients),
        attributes=tuple(sorted((name, canonical(value)) for name, value in when.attributes.items())),
    )
