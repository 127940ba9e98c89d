"""What is wrong right now, of groups, topics and brokers: the conditions that incidents are made of."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from slamon.lag.observation import Place, Reason
from slamon.lag.order_index import OrderIndex
from slamon.lag.policy import LagPolicy, LagRules
from slamon.lag.rows import GroupLag, PartitionLag, Snapshot, TopicFlow
from slamon.lag.severity import severity
from slamon.lag.verdict import LATE, LagStatus, Level
from slamon.lag.waiting import Waiting
from slamon.orders.event import Instant, Span


class TroubleKind(StrEnum):
    """What kind of incident it makes. A group that is late is one incident, whatever becomes of it meanwhile."""

    LAG = "lag"
    DATA_LOSS = "data_loss"
    REWOUND = "rewound"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    PRODUCER_SILENT = "producer_silent"
    BROKER_AWAY = "broker_away"


_KINDS = {
    LagStatus.DATA_LOSS: TroubleKind.DATA_LOSS,
    LagStatus.REWOUND: TroubleKind.REWOUND,
    LagStatus.MISSING: TroubleKind.MISSING,
    LagStatus.UNKNOWN: TroubleKind.UNREADABLE,
} | dict.fromkeys(LATE, TroubleKind.LAG)
_OUTAGE = frozenset({Reason.BROKER_AWAY, Reason.NO_LEADER, Reason.NO_COORDINATOR, Reason.DEADLINE})


class Spot(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The record on which a group stands, and the order that it is about where that is known."""

    topic: str
    partition: int
    offset: int
    order_id: str | None = None


class Backlog(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How much there is: records, the age of the first, when it will be gone, and which promise ends first.

    `lost`: records deleted unread, or of a rewind those that are read again. None is unknown.
    """

    lag: int | None = None
    age: Span | None = None
    eta: Span | None = None
    lost: int = 0
    orders: int | None = None
    soonest: str | None = None
    due_at: Instant | None = None


NO_BACKLOG = Backlog()


class Trouble(msgspec.Struct, frozen=True):
    """One condition. `anchor` names its beginning in the log, so that whoever finds it anew finds the same.

    `is_silenced`: a broker is away, and this hangs on it. `is_new`: it has to last before it is told.
    """

    cluster: str
    subject: str
    kind: TroubleKind
    status: LagStatus
    level: Level
    started_at: Instant
    anchor: str
    clear_after: Span
    spot: Spot | None = None
    backlog: Backlog = NO_BACKLOG
    cause: str | None = None
    is_silenced: bool = False
    is_new: bool = False


def troubles(
    snapshot: Snapshot, rules: LagRules, waiting: Mapping[str, Waiting], index: OrderIndex | None = None
) -> list[Trouble]:
    """Everything that is wrong by a snapshot: brokers first, then groups, then topics."""
    found = list(_of_brokers(snapshot, rules.default))
    is_outage = bool(found)
    for group in snapshot.groups:
        trouble = _of_group(group, snapshot, rules, waiting.get(group.group), index)
        if trouble is not None:
            found.append(trouble)
    found += [_of_topic(topic, rules) for topic in snapshot.topics if topic.status is LagStatus.PRODUCER_SILENT]
    if snapshot.unknown is not None and is_outage:
        return [one if one.kind is TroubleKind.BROKER_AWAY else _silenced(one) for one in found]
    return found


def is_under_outage(group: GroupLag, snapshot: Snapshot) -> bool:
    """Whether what is said of a group hangs on a broker that is away."""
    if snapshot.unknown is not None or group.coordinator in snapshot.away:
        return True
    if group.unknown is not None and group.unknown.reason in _OUTAGE:
        return True
    rows = (row for topic in group.topics for row in topic.partitions)
    return bool(snapshot.away) and any(row.unknown is not None and row.unknown.reason in _OUTAGE for row in rows)


def _of_brokers(snapshot: Snapshot, policy: LagPolicy) -> Iterator[Trouble]:
    if snapshot.unknown is not None:
        yield _away(snapshot, snapshot.cluster, policy, snapshot.unknown.detail or snapshot.unknown.reason)
    for broker, detail in snapshot.away.items():
        yield _away(snapshot, f"{snapshot.cluster}/{broker}", policy, detail)


def _away(snapshot: Snapshot, subject: str, policy: LagPolicy, detail: str) -> Trouble:
    return Trouble(
        snapshot.cluster,
        subject,
        TroubleKind.BROKER_AWAY,
        LagStatus.UNKNOWN,
        Level.CRITICAL,
        snapshot.as_of,
        str(snapshot.as_of),
        policy.clear_after,
        cause=detail,
    )


def _of_group(
    group: GroupLag, snapshot: Snapshot, rules: LagRules, waiting: Waiting | None, index: OrderIndex | None
) -> Trouble | None:
    kind, policy = _KINDS.get(group.status), rules.policy(group.group)
    level = severity(group.verdict, waiting, group.eta, rules.slack)
    if kind is None or level is Level.NONE:
        return None
    lasts = snapshot.as_of - group.since
    started_at, anchor = _beginning(group, snapshot.as_of)
    return Trouble(
        group.cluster,
        group.group,
        kind,
        group.status,
        level,
        started_at,
        anchor,
        policy.clear_after,
        None if kind is TroubleKind.UNREADABLE else _spot(group, index),
        _backlog(group, waiting, snapshot.as_of),
        None if group.unknown is None else group.unknown.detail or group.unknown.reason,
        is_under_outage(group, snapshot),
        kind is TroubleKind.UNREADABLE and lasts < policy.unknown_after,  # one cycle that failed is no incident
    )


def _beginning(group: GroupLag, now: Instant) -> tuple[Instant, str]:
    """Since when it is so, and a name for that: where it is late, the record that was the first to wait."""
    row = group.worst
    if row is None or group.status is LagStatus.MISSING or group.status is LagStatus.UNKNOWN:
        return group.since, str(group.since)
    place = f"{row.topic}:{row.partition}:{row.committed if row.committed is not None else row.start}"
    if group.status in LATE:
        return now - (row.age.at_least or 0), place
    return group.since, place


def _backlog(group: GroupLag, waiting: Waiting | None, now: Instant) -> Backlog:
    return Backlog(
        group.lag,
        group.age.at_least,
        None if group.eta is None else group.eta.span,
        group.lost,
        None if waiting is None else waiting.orders,
        None if waiting is None else waiting.soonest,
        None if waiting is None or waiting.slack is None else now + waiting.slack,
    )


def _spot(group: GroupLag, index: OrderIndex | None) -> Spot | None:
    row = group.worst
    if row is None or row.x is None:
        return None
    return Spot(row.topic, row.partition, row.x, _order_at(row, index))


def _order_at(row: PartitionLag, index: OrderIndex | None) -> str | None:
    if index is None or row.x is None:
        return None
    record = index.first(Place(row.topic, row.partition), row.x)
    return record.order_id if record is not None and record.offset == row.x else None


def _of_topic(topic: TopicFlow, rules: LagRules) -> Trouble:
    grown_at = topic.grown_at or 0
    return Trouble(
        topic.cluster,
        topic.topic,
        TroubleKind.PRODUCER_SILENT,
        topic.status,
        Level.WARN,
        grown_at,
        str(topic.end),
        rules.default.clear_after,
    )


def _silenced(trouble: Trouble) -> Trouble:
    return msgspec.structs.replace(trouble, is_silenced=True)
