"""The result of a cycle, frozen: what is shown, exported and told about groups, topics and partitions.

Spans are microseconds; None is unknown. What was read once and can't be read now keeps its last value with the instant
of that reading, until it is too old to be said.
"""

import msgspec

from slamon.lag.age import NO_AGE, Age
from slamon.lag.observation import BrokerKind, GroupState, Unknown
from slamon.lag.records import Rewind
from slamon.lag.verdict import LagStatus, Verdict
from slamon.lag.window import Eta
from slamon.orders.event import Instant, Span


class PartitionLag(msgspec.Struct, frozen=True, gc=False):
    """One partition for one group. `exact` False: markers and aborted records may be among the lag, nobody may read.

    `verdict` None: nothing has to be said about it. `waited`: how long the commit has stood with something unread.
    """

    topic: str
    partition: int
    committed: int | None = None
    start: int | None = None
    end: int | None = None
    x: int | None = None
    lag: int | None = None
    lost: int = 0
    age: Age = NO_AGE
    eta: Eta | None = None
    verdict: Verdict | None = None
    rewind: Rewind | None = None
    waited: Span = 0
    exact: bool = True
    read_at: Instant | None = None
    unknown: Unknown | None = None


class TopicLag(msgspec.Struct, frozen=True):
    """One topic for one group: the sum of what is known, the greatest age, and of how many partitions nothing is."""

    topic: str
    lag: int | None
    lost: int
    age: Age
    partitions: tuple[PartitionLag, ...]
    unknown: int = 0


class GroupLag(msgspec.Struct, frozen=True):
    """One group. `worst` is the partition that its verdict stands on; `since`: since when it has this status."""

    cluster: str
    group: str
    verdict: Verdict
    state: GroupState
    since: Instant
    kind: BrokerKind = BrokerKind.KAFKA
    members: int | None = None
    lag: int | None = None
    lost: int = 0
    age: Age = NO_AGE
    eta: Eta | None = None
    topics: tuple[TopicLag, ...] = ()
    worst: PartitionLag | None = None
    unknown: Unknown | None = None
    coordinator: str | None = None

    @property
    def status(self) -> LagStatus:
        """The verdict's word."""
        return self.verdict.status


class TopicFlow(msgspec.Struct, frozen=True):
    """A topic by itself: how many records it holds, how fast they come, and whether it should have got some by now.

    `rates` in and out a second over the window; out is None where nobody reads it. `deleted_unread_in`: when
    the first records will be deleted unread, by the topic's retention and the oldest unread record of any group.
    """

    topic: str
    cluster: str
    kind: BrokerKind = BrokerKind.KAFKA
    messages: int | None = None
    end: int | None = None
    """The sum of the partitions' ends: how many records there ever were."""
    per_second_in: float | None = None
    per_second_out: float | None = None
    grown_at: Instant | None = None
    status: LagStatus = LagStatus.OK
    is_dead_letters: bool = False
    ready: int | None = None
    unacknowledged: int | None = None
    retention: Span | None = None
    deleted_unread_in: Span | None = None
    unknown: Unknown | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """Everything about one cluster as of one cycle."""

    cluster: str
    as_of: Instant
    groups: tuple[GroupLag, ...] = ()
    topics: tuple[TopicFlow, ...] = ()
    kind: BrokerKind = BrokerKind.KAFKA
    unknown: Unknown | None = None
    away: dict[str, str] = {}
    """The brokers that did not answer, and why."""

    @property
    def is_complete(self) -> bool:
        """Whether every broker answered."""
        return self.unknown is None and not self.away


def sum_known(values: list[int | None]) -> int | None:
    """The sum of what is known; None where nothing is, 0 of nothing."""
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def oldest(ages: list[Age]) -> Age:
    """The greatest age: at least the greatest of what is proven, at most as old as any may be."""
    if not ages:
        return Age(0, 0)
    known = [age.at_least for age in ages if age.at_least is not None]
    most = [age.at_most for age in ages]
    bound = None if any(value is None for value in most) else max(value for value in most if value is not None)
    return Age(max(known) if known else None, bound)
