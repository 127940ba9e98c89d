"""A broker with logs and groups as a collector sees it, and a cluster that is followed over its cycles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from slamon.lag.cluster import ClusterTrack, Memory
from slamon.lag.observation import (
    Found,
    GroupSeen,
    GroupState,
    Observation,
    PartitionSeen,
    Place,
    Reason,
    Scan,
    ScanAnswers,
    ScanQuestions,
    TimeAnswers,
    TimeQuestions,
    TopicSeen,
    Unknown,
)
from slamon.lag.policy import LagRules
from slamon.lag.rows import GroupLag, PartitionLag, Snapshot
from slamon.orders.event import SECOND, Instant
from slamon.services.lag_ports import LagView
from slamon.services.lag_shown import LagShown
from slamon.services.lag_watch import LagWatch
from tests.builders import T0


class FakeLog:
    """Records by their stamps from offset `start`; `unreadable`: markers or aborted; `gaps`: compacted."""

    def __init__(
        self,
        stamps: Sequence[Instant],
        start: int = 0,
        *,
        unreadable: frozenset[int] = frozenset(),
        gaps: frozenset[int] = frozenset(),
    ) -> None:
        self.stamps = list(stamps)
        self.start = start
        self.unreadable = unreadable
        self.gaps = gaps

    @property
    def end(self) -> int:
        return self.start + len(self.stamps)

    def first_since(self, at: Instant) -> Found:
        """`ListOffsets(timestamp)`: it knows of milliseconds only."""
        for number, stamp in enumerate(self.stamps):
            offset = self.start + number
            if stamp - stamp % 1000 >= at and offset not in self.gaps:
                return Found(offset, stamp - stamp % 1000)
        return Found()

    def scan(self, since: int, until: int, at_most: int = 1000) -> Scan:
        """A bounded read: the first record that is readable."""
        stop = max(since, min(until, self.end, since + at_most))
        for offset in range(max(since, self.start), stop):
            if offset not in self.unreadable and offset not in self.gaps:
                return Scan(offset, offset, self.stamps[offset - self.start])
        return Scan(stop)


@dataclass
class FakeGroup:
    """A group's commits, its state and members; `fault` where the coordinator does not answer."""

    commits: dict[Place, int] = field(default_factory=dict)
    state: GroupState = GroupState.STABLE
    members: int | None = 1
    assigned: frozenset[str] = frozenset()
    unknown: dict[Place, Unknown] = field(default_factory=dict)
    fault: Unknown | None = None


class FakeBroker:
    """Logs by place, groups by name; `stable` ends transactions that are open, `may_read` False refuses every read."""

    def __init__(self, **groups: FakeGroup) -> None:
        self.logs: dict[Place, FakeLog] = {}
        self.groups = groups
        self.topic_ids: dict[str, str] = {}
        self.stable: dict[Place, int] = {}
        self.faults: dict[Place, Unknown] = {}
        self.brokers: dict[str, Unknown | None] = {"1": None}
        self.away: Unknown | None = None
        self.may_read = True
        self.asked = 0
        self.read = 0

    def write(self, topic: str, *stamps: Instant, partition: int = 0) -> None:
        self.logs.setdefault(Place(topic, partition), FakeLog([])).stamps.extend(stamps)

    def observation(self, now: Instant) -> Observation:
        if self.away is not None:
            return Observation("shop", now, now, now, fault=self.away)
        topics: dict[str, dict[int, PartitionSeen]] = {}
        for place, log in self.logs.items():
            stable = self.stable.get(place, log.end)
            seen = PartitionSeen(log.start, stable, log.end, fault=None)
            fault = self.faults.get(place)
            topics.setdefault(place.topic, {})[place.partition] = PartitionSeen(fault=fault) if fault else seen
        return Observation(
            "shop",
            now,
            now,
            now,
            groups={name: _group_seen(group) for name, group in self.groups.items()},
            topics={topic: TopicSeen(parts, self.topic_ids.get(topic)) for topic, parts in topics.items()},
            brokers=dict(self.brokers),
        )

    def look_up(self, questions: TimeQuestions) -> TimeAnswers:
        self.asked += len(questions)
        return {place: self.faults.get(place) or self.logs[place].first_since(at) for place, at in questions.items()}

    def scan(self, questions: ScanQuestions) -> ScanAnswers:
        self.read += len(questions)
        if not self.may_read:
            return dict.fromkeys(questions, Unknown(Reason.REFUSED))
        return {place: self.logs[place].scan(*stretch) for place, stretch in questions.items()}


class Followed:
    """A cluster that is followed over its cycles, by default one every 15 seconds."""

    def __init__(self, broker: FakeBroker, rules: LagRules | None = None, memory: Memory | None = None) -> None:
        self.broker = broker
        self.rules = rules or LagRules()
        self.now = T0
        self.track = ClusterTrack("shop", self.rules)
        if memory is not None:
            self.track.remember(memory)

    def cycle(self, after: int = 15 * SECOND, *, rounds: int = 40) -> Snapshot:
        """One cycle, so long after the last."""
        self.now += after
        lookups = self.track.lookups
        self.track.observe(self.broker.observation(self.now))
        for _ in range(rounds):
            questions = lookups.time_questions(self.now, 100)
            if not questions:
                break
            lookups.take_times(questions, self.broker.look_up(questions), self.now)
        scans = lookups.scans.questions(self.now, 100)
        lookups.scans.take(scans, self.broker.scan(scans), self.now)
        return self.track.conclude(self.now)

    def group(self, after: int = 15 * SECOND, name: str = "mes") -> GroupLag:
        """One cycle, and what it says of a group."""
        return group_of(self.cycle(after), name)

    def restarted(self) -> "Followed":
        """The same broker, watched by another process that knows what this one kept."""
        other = Followed(self.broker, self.rules, self.track.keep())
        other.now = self.now
        return other


def group_of(snapshot: Snapshot, name: str = "mes") -> GroupLag:
    (found,) = (group for group in snapshot.groups if group.group == name)
    return found


def partition_of(group: GroupLag, partition: int = 0) -> PartitionLag:
    (found,) = (row for topic in group.topics for row in topic.partitions if row.partition == partition)
    return found


def _group_seen(group: FakeGroup) -> GroupSeen:
    commits: dict[str, dict[int, int]] = {}
    for place, offset in group.commits.items():
        commits.setdefault(place.topic, {})[place.partition] = offset
    return GroupSeen(
        group.state, group.members, commits, dict(group.unknown), assigned=group.assigned, fault=group.fault
    )


class FakeCollector:
    """A collector over a fake broker; `error` is raised by everything, `mute` by questions only."""

    def __init__(self, broker: FakeBroker, now: Callable[[], Instant], name: str = "shop") -> None:
        self.broker = broker
        self._now = now
        self.name = name
        self.error: Exception | None = None
        self.mute: Exception | None = None
        self.rounds = 0

    async def collect(self) -> Observation:
        if self.error is not None:
            raise self.error
        return msgspec.structs.replace(self.broker.observation(self._now()), cluster=self.name)

    async def ask(self, questions: TimeQuestions) -> TimeAnswers:
        self.rounds += 1
        if self.mute is not None:
            raise self.mute
        return self.broker.look_up(questions)

    async def scan(self, questions: ScanQuestions) -> ScanAnswers:
        if self.mute is not None:
            raise self.mute
        return self.broker.scan(questions)


class FakeRows:
    """System rows in memory; `is_ours` False: another worker watches."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.is_ours = True
        self.puts: list[set[str]] = []

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def put(self, changed: Mapping[str, bytes | None]) -> bool:
        self.puts.append(set(changed))
        self.kept |= {name: row for name, row in changed.items() if row is not None}
        return self.is_ours


class Watched:
    """A lag watch over the cluster `shop`, where `mes` stands at the second of three records, one hour old."""

    def __init__(self, rules: LagRules | None = None) -> None:
        self.now = T0
        self.rows = FakeRows()
        self.broker = FakeBroker(mes=FakeGroup({Place("a", 0): 1}))
        self.broker.logs[Place("a", 0)] = FakeLog([T0 - 7200 * SECOND, T0 - 3600 * SECOND, T0 - 60 * SECOND])
        self.collector = FakeCollector(self.broker, lambda: self.now)
        self.told: list[LagView] = []
        self.watch = LagWatch(
            [self.collector],
            rules or LagRules(),
            self.rows,
            lambda: self.now,
            lambda view, _: self.told.append(view),
        )
        self.shown = LagShown(self.watch, lambda: self.now)

    async def cycle(self, after: int = 15 * SECOND) -> LagView:
        """One look."""
        self.now += after
        await self.watch.step()
        return self.watch.view
