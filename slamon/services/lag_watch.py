"""The loop that watches the lag of every cluster: gather what a collector sees, decide (`slamon.lag`), apply.

One worker runs it, whoever owns the shared rows. Clusters are watched each by itself: one that hangs hides no other.
What was found is one value, swapped whole; whoever shows it reads memory only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from slamon.errors import SourceError
from slamon.lag.cluster import ClusterTrack
from slamon.lag.explaining import explained
from slamon.lag.incidents import Changes, Incidents, step
from slamon.lag.lookups import LookUps
from slamon.lag.observation import Observation, Reason, Unknown
from slamon.lag.order_index import OrderIndex
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.lag.troubles import troubles
from slamon.lag.waiting import Waiting, floors, waiting_behind
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.lag_keeping import MOST_ENDED, LagKeeping, Rows
from slamon.services.lag_ports import Collector, Cycle, LagView, Orders

_ASK_AGAIN = 1.0
"""Seconds between two looks at whether it is ours to watch."""

_log = structlog.get_logger("slamon.lag")


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is asked in a cycle: what is left over is asked in the next, with bounds in the meantime."""

    rounds: int = 8
    questions: int = 2000
    scans: int = 20
    time: Span = 5 * SECOND
    """No further round begins after so long."""


After = Callable[[LagView], Awaitable[None]]
Applied = Callable[[LagView, Changes], None]
"""Called after every cycle of every cluster, with the whole view and what has changed of the incidents."""


@dataclass(slots=True)
class LagWatch:
    """Watches every cluster in turn; `view` is what it knows, `faults` are the collectors that can't answer."""

    collectors: Sequence[Collector]
    rules: LagRules
    rows: Rows
    clock: Callable[[], Instant]
    applied: Applied
    orders: Orders | None = None
    after: Sequence[After] = ()
    """Called one after the other when all clusters were looked at."""
    interval: float = 15.0
    """Seconds from the beginning of one look to that of the next."""
    expected: Mapping[str, frozenset[str]] | None = None
    """By cluster what has to be there; None: what the rules say, in each."""
    budget: Budget = field(default_factory=Budget)
    view: LagView = field(default_factory=LagView)
    _tracks: dict[str, ClusterTrack] = field(default_factory=dict)
    _incidents: Incidents = field(default_factory=Incidents)
    _is_new: bool = False
    _keeping: LagKeeping = field(init=False)

    def __post_init__(self) -> None:
        """It keeps what it knows in its rows."""
        self._keeping = LagKeeping(self.rows)

    async def run(self) -> None:
        """Watch for ever, every `interval` seconds, however long a cycle takes."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.step()
            except Exception:  # noqa: BLE001  # nothing that goes wrong here may end the watch over promises
                _log.exception("lag.not_kept")
            pause = self.interval if self._tracks else min(self.interval, _ASK_AGAIN)
            await asyncio.sleep(max(0.0, began + pause - loop.time()))

    def taken_up(self) -> None:
        """The rows are ours from now on: somebody else may have written them since they were last."""
        self._is_new = True

    async def step(self) -> None:
        """One cycle of every cluster, when it is ours to watch them."""
        if self._is_new or not self.rows.is_ours:
            self._lay_down()
        if self.orders is not None:
            self.orders.watching(ours=self.rows.is_ours)
        if not self.rows.is_ours:
            return
        if not self._tracks:
            self._take_up()
        await asyncio.gather(*(self._watch(collector) for collector in self.collectors))
        await self._keeping.keep(self._incidents, self._tracks, self.clock(), self.view.ended)
        await _tell_all(self.after, self.view)

    def explain(self, group: str) -> list[dict[str, Any]]:
        """The evidence about a group, of every cluster that knows it; none when no cluster does."""
        return [
            {"cluster": name} | explained(track.groups[group], self.view.snapshots[name].as_of)
            for name, track in sorted(self._tracks.items())
            if group in track.groups and name in self.view.snapshots
        ]

    # --- gather, decide, apply --------------------------------------------------------------------------------------

    async def _watch(self, collector: Collector) -> None:
        track = self._tracks[collector.name]
        began = asyncio.get_running_loop().time()
        try:
            await _gather(collector, track, self.budget, self.clock)
            snapshot = track.conclude(self.clock())
            self._decide(track, snapshot, await _learnt(self.orders, snapshot), began)
        except Exception:  # noqa: BLE001  # one cluster that can't be watched hides no other
            _log.exception("lag.not_watched", cluster=collector.name)

    def _decide(self, track: ClusterTrack, snapshot: Snapshot, index: OrderIndex | None, began: float) -> None:
        now = snapshot.as_of
        waiting = _waiting(snapshot, index, now)
        found = troubles(snapshot, self.rules, waiting, index)
        self._incidents, changes = step(self._incidents, found, track.cluster, now)
        others = {key: behind for key, behind in self.view.waiting.items() if key[0] != track.cluster}
        self.view = replace(
            self.view,
            snapshots={**self.view.snapshots, track.cluster: snapshot},
            waiting=others | {(track.cluster, group): behind for group, behind in waiting.items()},
            incidents=self._incidents.open,
            rules=self.rules,
            ended=(*reversed(changes.closed), *self.view.ended)[:MOST_ENDED],
            cycles={**self.view.cycles, track.cluster: _cycle(self.view.cycles.get(track.cluster), track, began)},
        )
        _tell(changes)
        self.applied(self.view, changes)

    # --- what survives a restart ------------------------------------------------------------------------------------

    def _take_up(self) -> None:
        self._incidents = self._keeping.incidents()
        self.view = replace(self.view, incidents=self._incidents.open, ended=self._keeping.ended())
        for collector in self.collectors:
            orders = self.orders if self.orders is not None and self.orders.cluster == collector.name else None
            own_index = None if orders is None else orders.index.stamp
            track = self._tracks[collector.name] = ClusterTrack(collector.name, self._rules(collector.name), own_index)
            track.remember(self._keeping.memory(collector.name))

    def _rules(self, cluster: str) -> LagRules:
        return (
            self.rules
            if self.expected is None
            else replace(self.rules, expected=self.expected.get(cluster, frozenset()))
        )

    def _lay_down(self) -> None:
        """Another worker watches: what this one knew grows old."""
        self._is_new = False
        self._tracks.clear()
        self._keeping.forget()
        self._incidents, self.view = Incidents(), LagView(rules=self.rules)


def _cycle(last: Cycle | None, track: ClusterTrack, began: float) -> Cycle:
    failures = (0 if last is None else last.failures) + (track.fault is not None)
    return Cycle(asyncio.get_running_loop().time() - began, failures)


async def _tell_all(tellers: Sequence[After], view: LagView) -> None:
    for tell in tellers:
        try:
            await tell(view)
        except Exception:  # noqa: BLE001  # what is told of it may fail; the watch goes on
            _log.exception("lag.not_told")


async def _learnt(orders: Orders | None, snapshot: Snapshot) -> OrderIndex | None:
    """The index with what this cycle needs; None for a cluster that has no orders."""
    if orders is None or orders.cluster != snapshot.cluster:
        return None
    await orders.learn(snapshot.groups)
    return orders.index


async def _gather(collector: Collector, track: ClusterTrack, budget: Budget, clock: Callable[[], Instant]) -> None:
    began_at = clock()
    try:
        track.observe(await collector.collect())
        await _look_up(collector, track.lookups, budget, clock)
    except SourceError as fault:
        _log.warning("lag.not_collected", cluster=collector.name, error=str(fault))
        unknown = Unknown(Reason.BROKER_AWAY, str(fault))
        track.observe(Observation(collector.name, began_at, began_at, began_at, track.kind, fault=unknown))


async def _look_up(collector: Collector, lookups: LookUps, budget: Budget, clock: Callable[[], Instant]) -> None:
    """Ask for ages in rounds, then read a little; what the broker does not answer is asked in the next cycle."""
    now = clock()
    until = now + budget.time
    try:
        for _ in range(budget.rounds):
            questions = lookups.time_questions(now, budget.questions)
            if not questions or now >= until:
                break
            lookups.take_times(questions, await collector.ask(questions), now)
            now = clock()
        scans = lookups.scans.questions(now, budget.scans)
        if scans and now < until:
            lookups.scans.take(scans, await collector.scan(scans), now)
    except SourceError as fault:
        _log.warning("lag.not_asked", cluster=collector.name, error=str(fault))


def _waiting(snapshot: Snapshot, index: OrderIndex | None, now: Instant) -> dict[str, Waiting]:
    """The orders behind each group that reads order topics; what all of them have read leaves the index."""
    if index is None:
        return {}
    for place, offset in floors(snapshot.groups, index.topics).items():
        index.committed_by_all(place, offset)
    behind = {group.group: waiting_behind(group, index, now) for group in snapshot.groups}
    return {group: waiting for group, waiting in behind.items() if waiting is not None}


def _tell(changes: Changes) -> None:
    for event, incidents in (("lag.opened", changes.opened), ("lag.closed", changes.closed)):
        for incident in incidents:
            _log.warning(
                event,
                incident_id=incident.incident_id,
                cluster=incident.cluster,
                subject=incident.subject,
                kind=str(incident.kind),
                status=str(incident.status),
            )
