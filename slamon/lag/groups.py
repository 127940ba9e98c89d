"""One consumer group, followed from cycle to cycle: its topics, whether it is there at all, and its verdict."""

from collections.abc import Mapping

import msgspec

from slamon.lag.age import NO_AGE
from slamon.lag.lookups import LookUps
from slamon.lag.observation import BrokerKind, GroupSeen, GroupState, Place, Reason, TopicSeen, Unknown
from slamon.lag.policy import LagPolicy
from slamon.lag.rows import GroupLag, PartitionLag, TopicLag, oldest, sum_known
from slamon.lag.topic_tracks import TopicTracks
from slamon.lag.tracks import Kept, keep
from slamon.lag.verdict import (
    IDLE_RULE,
    MISSING_RULE,
    WORST_FIRST,
    Case,
    LagStatus,
    Level,
    Verdict,
    judge,
    worst,
)
from slamon.lag.window import Eta, latest
from slamon.orders.event import Instant

MISSING = Verdict(LagStatus.MISSING, Level.CRITICAL, MISSING_RULE)
_WITHOUT_MEMBERS = frozenset({GroupState.EMPTY, GroupState.DEAD})
_NOT_ASKED = Unknown(Reason.DEADLINE, "the topic was not asked about in this cycle")
_NEVER_READ = Unknown(Reason.DEADLINE, "not read yet")
_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


class KeptGroup(msgspec.Struct, array_like=True, frozen=True):
    """What has to survive a restart of a group that is not well."""

    status: str
    since: Instant
    partitions: list[Kept] = []


class GroupTrack(msgspec.Struct):
    """`absent_at`: since when complete listings are without it. `kept`: what was known before a restart."""

    group: str
    policy: LagPolicy
    first_at: Instant
    kind: BrokerKind = BrokerKind.KAFKA
    topics: dict[str, TopicTracks] = {}
    state: GroupState = GroupState.UNKNOWN
    members: int | None = None
    coordinator: str | None = None
    fault: Unknown | None = None
    absent_at: Instant | None = None
    is_missing: bool = False
    verdict: Verdict | None = None
    since: Instant = 0
    kept: Mapping[Place, Kept] = {}
    has_been_read: bool = False

    @property
    def has_members(self) -> bool | None:
        """Whether anybody reads for it; None where that is not known."""
        if self.state in _WITHOUT_MEMBERS:
            return False
        if self.members is not None:
            return self.members > 0
        return None if self.state is GroupState.UNKNOWN else True

    def observe(self, seen: GroupSeen, topics: Mapping[str, TopicSeen], at: Instant, lookups: LookUps) -> None:
        """Take what was seen of it in one cycle."""
        self.absent_at, self.is_missing, self.fault = None, False, seen.fault
        self.coordinator = seen.coordinator or self.coordinator
        if seen.fault is None or seen.state is not GroupState.UNKNOWN:
            self.state, self.members = seen.state, seen.members
        if seen.fault is not None:
            self.lose(seen.fault)
            return
        if not self.has_been_read:
            self.has_been_read, self.first_at = True, at
        unknown: dict[str, dict[int, Unknown]] = {}
        for place, fault in seen.unknown.items():
            unknown.setdefault(place.topic, {})[place.partition] = fault
        named = seen.commits.keys() | seen.assigned | unknown.keys()
        for topic in self.topics.keys() - named:
            self.topics.pop(topic).forget(lookups)  # its offsets were deleted
        for topic in named:
            self._observe_topic(topic, seen, topics.get(topic), unknown.get(topic, {}), at=at, lookups=lookups)

    def _observe_topic(
        self,
        topic: str,
        seen: GroupSeen,
        there: TopicSeen | None,
        unknown: Mapping[int, Unknown],
        *,
        at: Instant,
        lookups: LookUps,
    ) -> None:
        if there is None:
            there = TopicSeen(fault=_NOT_ASKED)
        if there.fault is not None and there.fault.reason is Reason.NO_TOPIC:
            gone = self.topics.pop(topic, None)
            if gone is not None:
                gone.forget(lookups)
            return
        tracks = self.topics.get(topic)
        if tracks is None:
            tracks = self.topics[topic] = TopicTracks(topic)
        if there.fault is not None and not tracks.tracks:
            unknown = dict.fromkeys(seen.commits.get(topic, {0: 0}), there.fault)
        commits = seen.commits.get(topic, {})
        tracks.observe(there, commits, unknown, at=at, policy=self.policy, lookups=lookups, kept=self.kept)

    def lose(self, fault: Unknown) -> None:
        """Nothing of it could be read in this cycle."""
        self.fault = fault
        for tracks in self.topics.values():
            tracks.lose(fault)

    def forget(self, lookups: LookUps) -> None:
        """It is gone, or nothing is known of it any more."""
        for tracks in self.topics.values():
            tracks.forget(lookups)
        self.topics.clear()

    def conclude(self, now: Instant, lookups: LookUps, cluster: str) -> GroupLag:
        """Judge it and write its row."""
        verdict = _judge(self, now, lookups)
        if self.verdict is None or self.verdict.status is not verdict.status:
            self.since = now if self.verdict is not None or not self.since else self.since
        self.verdict = verdict
        return _row(self, verdict, cluster)

    def keep(self) -> KeptGroup | None:
        """What to remember of it; None when it is well."""
        rows = [row for tracks in self.topics.values() for track in tracks.uneasy if (row := keep(track)) is not None]
        rows += [kept for place, kept in self.kept.items() if not self._knows(place)]
        verdict = self.verdict
        if verdict is None or (verdict.level is Level.NONE and not rows):
            return None
        return KeptGroup(verdict.status, self.since, rows)

    def _knows(self, place: Place) -> bool:
        tracks = self.topics.get(place.topic)
        return tracks is not None and place.partition in tracks.tracks


def remembered(track: GroupTrack, kept: KeptGroup) -> GroupTrack:
    """The group with what was known of it before a restart."""
    track.kept = {Place(row.topic, row.partition): row for row in kept.partitions}
    track.since = kept.since
    track.verdict = Verdict(LagStatus(kept.status), Level.NONE, 0)
    return track


def _judge(group: GroupTrack, now: Instant, lookups: LookUps) -> Verdict:
    if group.is_missing:
        return MISSING
    found: list[Verdict] = []
    for tracks in group.topics.values():
        found += tracks.judge(now, group.policy, lookups, has_members=group.has_members)
    verdict = worst(found)
    if not group.has_been_read:
        return verdict or judge(Case(), group.policy)
    if verdict is None or verdict.status in {LagStatus.OK, LagStatus.IDLE}:
        is_unread = any(track.shown for tracks in group.topics.values() for track in tracks.uneasy)
        return _resting(group, now, is_unread=is_unread)
    return verdict


def _resting(group: GroupTrack, now: Instant, *, is_unread: bool) -> Verdict:
    """OK or IDLE: whether anything came in or was read."""
    changed = [tracks.changed_at for tracks in group.topics.values() if tracks.changed_at is not None]
    quiet = max(0, now - max([group.first_at, *changed]))
    verdict = judge(Case(lag=0, read_ago=0, quiet=quiet), group.policy)
    return Verdict(LagStatus.OK, Level.NONE, IDLE_RULE - 1) if is_unread else verdict


def _row(group: GroupTrack, verdict: Verdict, cluster: str) -> GroupLag:
    topics = tuple(group.topics[topic].row() for topic in sorted(group.topics))
    is_unknown = verdict.status is LagStatus.UNKNOWN and not group.has_been_read
    is_nothing_known = is_unknown or group.is_missing
    lag = None if is_nothing_known else sum_known([topic.lag for topic in topics])
    return GroupLag(
        cluster,
        group.group,
        verdict,
        GroupState.UNKNOWN if group.is_missing else group.state,
        group.since,
        group.kind,
        None if group.is_missing else group.members,
        lag,
        sum(topic.lost for topic in topics),
        NO_AGE if is_nothing_known else oldest([topic.age for topic in topics if topic.lag != 0 or topic.unknown]),
        None if lag is None or any(topic.unknown for topic in topics) else _eta(topics),
        topics,
        _worst_row(topics),
        group.fault or (_NEVER_READ if is_unknown else None),
        group.coordinator,
    )


def _eta(topics: tuple[TopicLag, ...]) -> Eta | None:
    return latest(row.eta for topic in topics if topic.lag for row in topic.partitions if row.lag)


def _worst_row(topics: tuple[TopicLag, ...]) -> PartitionLag | None:
    """The partition that says most about the group: by its status, then by age, lag and place."""
    rows = [row for topic in topics for row in topic.partitions if row.verdict is not None]
    return min(rows, key=_badness, default=None)


def _badness(row: PartitionLag) -> tuple[int, int, int, str, int]:
    status = LagStatus.IDLE if row.verdict is None else row.verdict.status
    return _RANK[status], -(row.age.at_least or 0), -(row.lag or 0), row.topic, row.partition
