"""What the lag watch asks of others, and what it gives them: collectors, orders, the view after a cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from slamon.lag.incidents import Incident
from slamon.lag.observation import Observation, ScanAnswers, ScanQuestions, TimeAnswers, TimeQuestions
from slamon.lag.order_index import OrderIndex
from slamon.lag.policy import LagRules
from slamon.lag.report import Json, incident_json, lag_json
from slamon.lag.rows import GroupLag, Snapshot
from slamon.lag.waiting import Waiting
from slamon.orders.event import Instant


class Collector(Protocol):
    """One cluster as the watch asks about it; `name` is the cluster's."""

    @property
    def name(self) -> str:
        """How the cluster is called."""

    async def collect(self) -> Observation:
        """Look at everything once. What can't be read is in the observation; raises SourceError if nothing can."""

    async def ask(self, questions: TimeQuestions) -> TimeAnswers:
        """Look up timestamps. Raises SourceError."""

    async def scan(self, questions: ScanQuestions) -> ScanAnswers:
        """Read a little. Raises SourceError."""


class Orders(Protocol):
    """The orders of the order topics, which are all in one cluster."""

    @property
    def cluster(self) -> str:
        """Which it is."""

    @property
    def index(self) -> OrderIndex:
        """Which order each record is about."""

    async def learn(self, groups: Sequence[GroupLag]) -> None:
        """Learn what is missing of the records that these groups have not read; does not raise."""

    def watching(self, *, ours: bool) -> None:
        """Whether this worker watches: else nothing is kept."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """How the last look at a cluster went: how many seconds it took, and how many were without any answer so far."""

    seconds: float
    failures: int


@dataclass(frozen=True, slots=True)
class LagView:
    """What is known after a cycle; immutable. `ended` are the latest incidents that are over, the last to end first."""

    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    waiting: Mapping[tuple[str, str], Waiting] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    rules: LagRules = field(default_factory=LagRules)
    ended: tuple[Incident, ...] = ()
    cycles: Mapping[str, Cycle] = field(default_factory=dict)

    def json(self) -> Json:
        """CONTRACT §5 `lag`."""
        snapshots = [self.snapshots[name] for name in sorted(self.snapshots)]
        return lag_json(snapshots, self.waiting, self.rules.slack)

    def incidents_json(self, now: Instant) -> list[Json]:
        """The open ones, then those that are over."""
        return [incident_json(incident, now) for incident in (*self.incidents, *self.ended)]
