"""Makes outlooks from what was learnt, and keeps the costly part of them until enough new has been learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slamon.sla.forecast.cells import cells_of
from slamon.sla.forecast.outlook import Outlook
from slamon.sla.forecast.remaining import AT_ONCE, Remaining, remaining
from slamon.sla.forecast.route import Route

if TYPE_CHECKING:
    from collections.abc import Collection

    from slamon.orders.event import Instant
    from slamon.orders.lifecycle import Lifecycle
    from slamon.sla.forecast.durations import Durations, StepTimes
    from slamon.sla.forecast.sketch import Sketch

ENOUGH: Final = 20
"""Effective observations of a step below which its data is thin."""

UNKNOWN_AT_MOST: Final = 0.05
"""A forecast leaves out ways on that nobody knows enough about if no more orders than this share go them."""

LONG_ENOUGH: Final = 2
"""A way is forecast once orders have been watched for this many times its median length."""

_LEAST_NEWS, _MOST_NEWS = 20, 2000


class _Channel:
    """What was worked out for one channel, and how many spells of its own and of all make it stale."""

    __slots__ = ("leans_on_all", "own_until", "routes", "tables", "until")

    def __init__(self, own: int, overall: int) -> None:
        self.own_until = own + news(own)
        self.until = overall + news(overall)
        self.leans_on_all = False
        self.routes: dict[str, Route | None] = {}
        self.tables: dict[str, Remaining | None] = {}


class Forecaster:
    """The outlooks of orders that share their stop steps."""

    def __init__(self, durations: Durations, lifecycle: Lifecycle, stop: Collection[str]) -> None:
        """Forecast from `durations`, which may go on learning."""
        self.durations = durations
        self._rank = lifecycle.index
        self._stop = frozenset(stop)
        self._channels: dict[str | None, _Channel] = {}

    def outlook(self, channel: str | None, step: str, reached_at: Instant) -> Outlook | None:
        """The outlook of an order whose furthest step is `step`; None while data is thin: the static rule has to do."""
        worked_out = self._worked_out(channel)
        if step not in worked_out.routes:
            worked_out.routes[step] = self._route(channel, step, worked_out)
        route = worked_out.routes[step]
        return None if route is None else Outlook(route, reached_at)

    def _worked_out(self, channel: str | None) -> _Channel:
        if channel not in self.durations.channels:
            channel = None
        own, overall = self.durations.of(channel).learnt, self.durations.overall.learnt
        found = self._channels.get(channel)
        if found is None or own >= found.own_until or (found.leans_on_all and overall >= found.until):
            found = self._channels[channel] = _Channel(own, overall)
        return found

    def _route(self, channel: str | None, step: str, worked_out: _Channel) -> Route | None:
        """The way on from a step; None when too little is known, or it has been watched for too short a time.

        What has just begun to learn has seen only those end that were quick.
        """
        ways = self._ways(channel, step, worked_out)
        if not ways:
            return None
        route = Route(ways)
        watched = max(sketch.newest for _, sketch, _ in ways) - (self.durations.overall.since or 0)
        return route if watched >= LONG_ENOUGH * route.quantile(0.5, 0.0) else None

    def _ways(
        self, channel: str | None, step: str, worked_out: _Channel
    ) -> list[tuple[float, Sketch, Remaining]] | None:
        """The known ways on from a step with their shares; None when too little is known."""
        nexts = self._nexts(channel, step, worked_out)
        if step in self._stop or not nexts:
            return None
        newest = max(sketch.newest for sketch in nexts.values())
        weights = {to: sketch.weight(newest) for to, sketch in nexts.items()}
        known = [(weights[to], nexts[to], after) for to in nexts if (after := self._table(channel, to, worked_out))]
        total = sum(weight for weight, _, _ in known)
        if total < (1 - UNKNOWN_AT_MOST) * sum(weights.values()):
            return None
        return [(weight / total, sketch, after) for weight, sketch, after in known]

    def _table(self, channel: str | None, step: str, worked_out: _Channel) -> Remaining | None:
        if step in self._stop:
            return AT_ONCE
        if step not in worked_out.tables:
            ways = self._ways(channel, step, worked_out)
            worked_out.tables[step] = (
                remaining((share, cells_of(sketch), after) for share, sketch, after in ways) if ways else None
            )
        return worked_out.tables[step]

    def _nexts(self, channel: str | None, step: str, worked_out: _Channel) -> dict[str, Sketch]:
        """The sketches of the steps that followed: the channel's own, else those of all; empty when both are thin."""
        own = self._of_step(self.durations.of(channel), step)
        if own:
            return own
        worked_out.leans_on_all = True
        return self._of_step(self.durations.overall, step)

    def _of_step(self, times: StepTimes, step: str) -> dict[str, Sketch]:
        learnt = times.steps.get(step, {})
        nexts = {to: sketch for to, sketch in learnt.items() if sketch.weights and self._is_after(to, step)}
        newest = max((sketch.newest for sketch in nexts.values()), default=0)
        return nexts if sum(sketch.weight(newest) for sketch in nexts.values()) >= ENOUGH else {}

    def _is_after(self, to: str, step: str) -> bool:
        return self._rank.get(to, -1) > self._rank.get(step, len(self._rank))


def news(learnt: int) -> int:
    """How many more spells make it worth to work everything out anew."""
    return min(max(_LEAST_NEWS, learnt // 10), _MOST_NEWS)
