"""What one cycle of a collector saw of a broker's groups, topics and queues, as values without any client's types.

Commits are read first and ends after, so a lag may be overstated by what came in between, never negative by a race.
What could not be read is an `Unknown` at its own partition, group, topic or broker and hides nothing else. A collector
keeps no older values: `slamon.lag` remembers what was known and for how long it has not been.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import msgspec

from slamon.lag.queue_names import label_of
from slamon.orders.event import Instant


class BrokerKind(StrEnum):
    """What kind of broker a cluster is; the label `broker` of metrics."""

    KAFKA = "kafka"
    RABBITMQ = "rabbitmq"


class Isolation(StrEnum):
    """Up to where a group reads: to the last stable offset, or to the high watermark."""

    READ_COMMITTED = "read_committed"
    READ_UNCOMMITTED = "read_uncommitted"


class GroupState(StrEnum):
    """The state of a consumer group as its coordinator names it, in small letters.

    A group of the new protocol (KIP-848) that an old question shows as Dead is UNKNOWN unless ListGroups omits it.
    """

    STABLE = "stable"
    PREPARING_REBALANCE = "preparing_rebalance"
    COMPLETING_REBALANCE = "completing_rebalance"
    ASSIGNING = "assigning"
    RECONCILING = "reconciling"
    EMPTY = "empty"
    DEAD = "dead"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why something is not known: a closed set, also a metric label."""

    NO_LEADER = "no_leader"
    """The partition has no leader, or the one that was asked is none any more."""
    NO_COORDINATOR = "no_coordinator"
    """The group's coordinator is loading, moving or away."""
    BROKER_AWAY = "broker_away"
    """The broker could not be reached, or did not answer in time."""
    DEADLINE = "deadline"
    """The cycle's time was over before this was asked."""
    REFUSED = "refused"
    """slamon has no right to see it."""
    NO_TOPIC = "no_topic"
    """The broker says that there is no such topic or partition: positive evidence."""
    UNSUPPORTED = "unsupported"
    """The broker does not offer it."""
    ERROR = "error"
    """Anything else; `detail` says what."""


class Place(NamedTuple):
    """One partition; of a RabbitMQ queue: its name and 0."""

    topic: str
    partition: int


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be read in this cycle; `detail` is for people."""

    reason: Reason
    detail: str = ""


class PartitionSeen(msgspec.Struct, frozen=True, gc=False):
    """A partition's log: [start, end). All None where `fault` says why.

    `stable_end` is the last stable offset, `high_watermark` the end for those who read uncommitted; one that no
    watched group needs may be None. `leader_epoch` where the broker says it.
    """

    start: int | None = None
    stable_end: int | None = None
    high_watermark: int | None = None
    leader_epoch: int | None = None
    fault: Unknown | None = None

    def end(self, isolation: Isolation) -> int | None:
        """The end of what a group of this isolation can read; None when it is not known."""
        return self.stable_end if isolation is Isolation.READ_COMMITTED else self.high_watermark


class TopicSeen(msgspec.Struct, frozen=True):
    """A topic with every partition that it has; `fault` when the topic's metadata could not be read.

    `fault.reason` NO_TOPIC means that the topic is gone. `topic_id` (a text) changes when it is made anew.
    `retention_ms` None: not known or unlimited.
    """

    partitions: Mapping[int, PartitionSeen] = {}
    topic_id: str | None = None
    retention_ms: int | None = None
    fault: Unknown | None = None


class GroupSeen(msgspec.Struct, frozen=True):
    """A group in this cycle.

    `commits[topic][partition]` is the committed offset; a partition without a commit is left out. `unknown` holds the
    partitions whose commit could not be read, `fault` says why none could; state and members are shown as far as
    known. `assigned`: topics that members are assigned to or have subscribed, where that is known; they
    count although nothing is committed. `metadata`: what consumers wrote beside a commit, where they wrote something.
    """

    state: GroupState = GroupState.UNKNOWN
    members: int | None = None
    commits: Mapping[str, Mapping[int, int]] = {}
    unknown: Mapping[Place, Unknown] = {}
    metadata: Mapping[Place, str] = {}
    assigned: frozenset[str] = frozenset()
    coordinator: str | None = None
    """The broker that answers for the group, as named in `Observation.brokers`."""
    fault: Unknown | None = None


class QueueSeen(msgspec.Struct, frozen=True, gc=False):
    """A RabbitMQ queue in this cycle; counters are totals since the queue was made (or the node started).

    `published` counts what came in, `settled` what left for good (acknowledged, or delivered without need of it);
    None where the management API does not count. `head_at`: when the oldest ready message was published.
    """

    ready: int | None = None
    unacknowledged: int | None = None
    consumers: int | None = None
    published: int | None = None
    settled: int | None = None
    head_at: Instant | None = None
    state: str | None = None
    fault: Unknown | None = None


class Observation(msgspec.Struct, frozen=True):
    """One cycle over one cluster.

    `brokers` holds every broker that was asked to list its groups, with its fault or None (of RabbitMQ: every virtual
    host, by its label). Only when all answered, a group that is not in `groups` is positively absent (`is_complete`).
    Groups that were filtered away are not in `groups`, and not known to the core. `fault`: nothing could be read at
    all; the rest is empty.
    `commits_at` is the instant before the first commit was asked, `ends_at` the one before the first end was.
    """

    cluster: str
    began_at: Instant
    commits_at: Instant
    ends_at: Instant
    kind: BrokerKind = BrokerKind.KAFKA
    groups: Mapping[str, GroupSeen] = {}
    topics: Mapping[str, TopicSeen] = {}
    queues: Mapping[str, QueueSeen] = {}
    brokers: Mapping[str, Unknown | None] = {}
    fault: Unknown | None = None

    def lists(self, name: str) -> bool:
        """Whether a group or queue that is not in it is not there at all: positive evidence of its absence.

        Of a queue its own virtual host has to have been listed, or to be gone.
        """
        if self.kind is BrokerKind.RABBITMQ:
            fault = self.brokers.get(label_of(name))
            return self.fault is None and (fault is None or fault.reason is Reason.NO_TOPIC)
        return self.is_complete

    @property
    def is_complete(self) -> bool:
        """Whether every broker listed its groups, so that absence is evidence."""
        return self.fault is None and bool(self.brokers) and not any(self.brokers.values())


# --- questions that the core asks between cycles, and their answers -----------------------------------------------


class Found(msgspec.Struct, frozen=True, gc=False):
    """The answer to `ListOffsets(timestamp)`: the first record with that timestamp or a later one, and its own.

    Both None: no record is that young.
    """

    offset: int | None = None
    stamped_at: Instant | None = None


class Scan(msgspec.Struct, frozen=True, gc=False):
    """What a bounded read_committed read from a commit found.

    `first` is the offset of the first readable record, `stamped_at` its timestamp; None: none was readable in what
    was read. `up_to`: the position after what was read (markers and aborted records are stepped over).
    """

    up_to: int
    first: int | None = None
    stamped_at: Instant | None = None


TimeQuestions: TypeAlias = Mapping[Place, Instant]
"""Which timestamp to look up in each partition; whole milliseconds."""

TimeAnswers: TypeAlias = Mapping[Place, Found | Unknown]
"""A question that is not in the answers was not asked (the deadline): it is asked again."""

ScanQuestions: TypeAlias = Mapping[Place, tuple[int, int]]
"""From which offset to which (exclusive) a bounded read has to look."""

ScanAnswers: TypeAlias = Mapping[Place, Scan | Unknown]
