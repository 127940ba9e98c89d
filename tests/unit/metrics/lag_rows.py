"""Rows of lag for the tests of its metrics: the group `mes` that is stuck on the topic `a`."""

from typing import Any

from slamon.lag.age import NO_AGE, Age
from slamon.lag.observation import GroupState, Unknown
from slamon.lag.rows import GroupLag, PartitionLag, Snapshot, TopicFlow, TopicLag, oldest, sum_known
from slamon.lag.verdict import LagStatus, Level, Verdict
from slamon.orders.event import SECOND
from tests.builders import T0


def partition(number: int, lag: int | None = 2, age: int | None = 90, unknown: Unknown | None = None) -> PartitionLag:
    """A partition; `age` in seconds."""
    known = NO_AGE if age is None else Age(age * SECOND, age * SECOND)
    committed = None if lag is None else 5
    end = None if lag is None else 5 + lag
    return PartitionLag("a", number, committed, 0, end, 5, lag, age=known, unknown=unknown)


def topic(*partitions: PartitionLag, name: str = "a") -> TopicLag:
    """The topic with these partitions."""
    lag = sum_known([row.lag for row in partitions])
    return TopicLag(name, lag, 0, oldest([row.age for row in partitions]), partitions)


def group(
    *topics: TopicLag, name: str = "mes", cluster: str = "default", members: int | None = 3, **more: Any
) -> GroupLag:
    """The group over these topics, by default two partitions of `a` of which one is read."""
    over = topics or (topic(partition(0), partition(1, lag=0, age=0)),)
    return GroupLag(
        cluster,
        name,
        Verdict(LagStatus.STUCK, Level.CRITICAL, 6),
        GroupState.STABLE,
        T0,
        members=members,
        lag=sum_known([row.lag for row in over]),
        age=oldest([row.age for row in over]),
        topics=over,
        **more,
    )


def flow(name: str = "a", *, messages: int | None = 7, **more: Any) -> TopicFlow:
    """The topic by itself."""
    return TopicFlow(name, "default", messages=messages, per_second_in=0.5, **more)


def snapshot(*rows: GroupLag | TopicFlow, cluster: str = "default", **more: Any) -> Snapshot:
    """One cluster with these groups and topics; the topic `a` where none is given."""
    flows = tuple(row for row in rows if isinstance(row, TopicFlow))
    groups = tuple(row for row in rows if isinstance(row, GroupLag))
    return Snapshot(cluster, T0, groups, flows or (flow(),), **more)
