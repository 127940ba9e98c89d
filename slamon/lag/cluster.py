"""One cluster, followed from cycle to cycle: observation in, open questions out, answers in, snapshot out.

::

    track.observe(observation)                      what was seen: commits first, ends after
    track.lookups.time_questions(now, at_most)      rounds of questions about ages, with their answers
    track.lookups.scans.questions(now, at_most)      bounded reads, with their answers
    track.conclude(now)                             the snapshot: rows and verdicts

It costs what has changed, not what there is. A group goes when complete listings are without it for `gone_after`, an
expected one turns MISSING; nothing else takes anything away.
"""

import msgspec

from slamon.lag.groups import GroupTrack, KeptGroup, remembered
from slamon.lag.lookups import LookUps, OwnIndex
from slamon.lag.observation import BrokerKind, Observation, Place, TopicSeen, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.queue_names import label_of
from slamon.lag.queues import QueueTrack, observe_queue, queue_flow
from slamon.lag.rows import GroupLag, Snapshot, TopicFlow
from slamon.lag.topics import KeptTopic, TopicTrack, oldest_unread
from slamon.lag.verdict import LagStatus
from slamon.orders.event import Instant

VERSION = 1


class Memory(msgspec.Struct, array_like=True, frozen=True):
    """What is kept over restarts: of groups that were not well, and of topics that have to grow."""

    groups: dict[str, KeptGroup] = {}
    topics: dict[str, KeptTopic] = {}
    version: int = VERSION


encode_memory = msgspec.msgpack.Encoder().encode
_decode_memory = msgspec.msgpack.Decoder(Memory).decode


def decode_memory(kept: bytes) -> Memory:
    """Read what was kept; nothing of another version: it is learnt anew."""
    try:
        memory = _decode_memory(kept)
    except msgspec.DecodeError:
        return Memory()
    return memory if memory.version == VERSION else Memory()


class ClusterTrack:
    """Everything that is known about one cluster."""

    def __init__(self, cluster: str, rules: LagRules, own_index: OwnIndex | None = None) -> None:
        """`own_index`: the stamps that slamon has itself, of topics that it consumes."""
        self.cluster = cluster
        self.rules = rules
        self.lookups = LookUps() if own_index is None else LookUps(own_index)
        self.groups: dict[str, GroupTrack] = {}
        self.kind = BrokerKind.KAFKA
        self.fault: Unknown | None = None
        self.brokers: dict[str, Unknown | None] = {}
        self.topics: dict[str, TopicTrack] = {}
        self.queues: dict[str, QueueTrack] = {}
        self._memory = Memory()

    def remember(self, memory: Memory) -> None:
        """What was known before a restart; to be called before the first observation."""
        self._memory = memory
        for name in memory.groups:
            self.group(name, 0)

    def keep(self) -> Memory:
        """What has to survive a restart."""
        groups = {name: kept for name, group in self.groups.items() if (kept := group.keep()) is not None}
        topics = {
            name: KeptTopic(topic.end, topic.grown_at)
            for name, topic in self.topics.items()
            if topic.end is not None and topic.grown_at is not None and self.rules.silence(name) is not None
        }
        return Memory(groups, topics)

    # --- observe ----------------------------------------------------------------------------------------------------

    def observe(self, seen: Observation) -> None:
        """Take one cycle."""
        self.lookups.begin()
        self.fault, self.brokers = seen.fault, dict(seen.brokers)
        if seen.kind is not self.kind:  # what was remembered did not know it
            self.kind = seen.kind
            for group in self.groups.values():
                group.kind = seen.kind
        if seen.fault is not None:
            for group in self.groups.values():
                group.lose(seen.fault)
            for topic in self.topics.values():
                topic.fault = seen.fault
            return
        at = seen.ends_at
        topics = self._observe_topics(seen, at)
        for name, there in seen.groups.items():
            self.group(name, at).observe(there, topics, at, self.lookups)
        _observe_queues(self, seen, at)
        self._count_reads()
        self._look_for_absent(seen, at)

    def _observe_topics(self, seen: Observation, at: Instant) -> dict[str, TopicSeen]:
        """The topics as they are now; one that has not changed is the same object as before."""
        found: dict[str, TopicSeen] = {}
        for name, there in seen.topics.items():
            track = self.topics.get(name)
            if track is None:
                track = self.topics[name] = TopicTrack(name, at, there, kept=self._memory.topics.get(name))
                track.others(there)
            elif there == track.seen:
                there = track.seen  # noqa: PLW2901 - so that whoever compares it later need not look inside
            else:
                for number in track.others(there):
                    self.lookups.forget(Place(name, number))  # what was learnt is of another log
            track.observe(there, at, self.rules.default.window)
            found[name] = there
        if seen.is_complete:
            for name in self.topics.keys() - found.keys():
                del self.topics[name]
        return found

    def group(self, name: str, at: Instant) -> GroupTrack:
        """The group of this name; with what was known before a restart where it is new."""
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = GroupTrack(name, self.rules.policy(name), at, self.kind)
            kept = self._memory.groups.get(name)
            if kept is not None:
                remembered(group, kept)
        return group

    def _count_reads(self) -> None:
        for group in self.groups.values():
            for name, tracks in group.topics.items():
                topic = self.topics.get(name)
                if tracks.read_now and topic is not None:
                    topic.read += tracks.read_now

    def _look_for_absent(self, seen: Observation, at: Instant) -> None:
        present = seen.groups.keys() | seen.queues.keys()
        for name in self.rules.expected - present:
            if seen.lists(name):
                self.group(name, at)
        for name in self.groups.keys() - present:
            if not seen.lists(name):
                continue
            group = self.groups[name]
            if group.absent_at is None:
                group.absent_at = at
            if at - group.absent_at < self.rules.gone_after and not _was_missing(group):
                continue
            group.forget(self.lookups)
            self.queues.pop(name, None)
            if name in self.rules.expected:
                group.is_missing = True
            else:
                del self.groups[name]

    # --- conclude ---------------------------------------------------------------------------------------------------

    def conclude(self, now: Instant) -> Snapshot:
        """Judge every group and topic by what is known now."""
        groups = tuple(self.groups[name].conclude(now, self.lookups, self.cluster) for name in sorted(self.groups))
        away = {name: fault.detail or fault.reason for name, fault in self.brokers.items() if fault is not None}
        return Snapshot(self.cluster, now, groups, _topic_rows(self, groups, now), self.kind, self.fault, away)


def _was_missing(group: GroupTrack) -> bool:
    """Whether it was missing before a restart already: that it still is needs no time to be believed."""
    return not group.has_been_read and group.verdict is not None and group.verdict.status is LagStatus.MISSING


def _observe_queues(cluster: ClusterTrack, seen: Observation, at: Instant) -> None:
    """The queues; one that was not seen for what is wrong with its virtual host is lost, not gone."""
    if seen.kind is not BrokerKind.RABBITMQ:
        return
    for name, group in cluster.groups.items():
        fault = seen.brokers.get(label_of(name))
        if fault is not None and name not in seen.queues:
            group.lose(fault)
    for name, queue in seen.queues.items():
        group = cluster.group(name, at)
        group.coordinator = label_of(name)
        cluster.queues.setdefault(name, QueueTrack()).observe(queue, group.policy, at)
        observe_queue(group, queue, at)


def _topic_rows(cluster: ClusterTrack, groups: tuple[GroupLag, ...], now: Instant) -> tuple[TopicFlow, ...]:
    if cluster.kind is BrokerKind.RABBITMQ:
        rows, queues = {row.group: row for row in groups}, cluster.queues
        return tuple(
            queue_flow(cluster.cluster, queues[name], cluster.groups[name], rows[name], cluster.rules)
            for name in sorted(queues)
        )
    unread, topics = oldest_unread(groups), cluster.topics
    return tuple(topics[name].flow(cluster.cluster, cluster.rules, unread.get(name), now) for name in sorted(topics))
