"""What is known about lag as JSON (CONTRACT §5): the page of all groups, one group, topics, incidents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slamon.lag.age import Age
from slamon.lag.incidents import Incident
from slamon.lag.policy import SlackPolicy
from slamon.lag.rows import GroupLag, PartitionLag, Snapshot, TopicFlow, TopicLag
from slamon.lag.severity import severity
from slamon.lag.troubles import Spot
from slamon.lag.waiting import Waiting
from slamon.orders.event import Instant, Span, rfc3339, seconds

Json = dict[str, Any]


def lag_json(snapshots: Iterable[Snapshot], waiting: Mapping[tuple[str, str], Waiting], slack: SlackPolicy) -> Json:
    """Every group of every cluster; `waiting` by (cluster, group). `as_of` is that of the oldest snapshot."""
    found = list(snapshots)
    return {
        **page_head(found),
        "groups": [
            group_json(group, waiting.get((group.cluster, group.group)), slack)
            for snapshot in found
            for group in snapshot.groups
        ],
        "topics": [topic_flow_json(topic) for snapshot in found for topic in snapshot.topics],
        "clusters": clusters_json(found),
    }


def page_head(snapshots: Sequence[Snapshot]) -> Json:
    """How fresh it is, and whether every broker answered."""
    return {
        "as_of": rfc3339(min(snapshot.as_of for snapshot in snapshots)) if snapshots else None,
        "complete": bool(snapshots) and all(snapshot.is_complete for snapshot in snapshots),
    }


def clusters_json(snapshots: Iterable[Snapshot]) -> list[Json]:
    """What is known about each cluster as a whole."""
    return [_cluster_json(snapshot) for snapshot in snapshots]


def group_json(group: GroupLag, waiting: Waiting | None, slack: SlackPolicy) -> Json:
    """One group with its topics and partitions; unknown is null, never 0."""
    eta = group.eta
    return {
        "group": group.group,
        "cluster": group.cluster,
        "broker": str(group.kind),
        "status": str(group.status),
        "severity": severity(group.verdict, waiting, eta, slack).name.lower(),
        "rule": group.verdict.rule,
        "since": rfc3339(group.since),
        "state": str(group.state),
        "lag": group.lag,
        **_age_json(group.age),
        "lost": None if group.lag is None else group.lost,
        "members": group.members,
        "eta_seconds": None if eta is None else seconds(eta.span),
        "eta_low_seconds": None if eta is None else seconds(eta.low),
        "eta_high_seconds": None if eta is None else _seconds(eta.high),
        "orders_waiting": None if waiting is None else waiting.orders,
        "orders": None if waiting is None else waiting_json(waiting),
        "exact": all(row.exact for topic in group.topics for row in topic.partitions),
        "unknown": None if group.unknown is None else str(group.unknown.reason),
        "topics": [_topic_json(topic, waiting) for topic in group.topics],
    }


def waiting_json(waiting: Waiting) -> Json:
    """The orders behind a group."""
    oldest = waiting.oldest
    return {
        "waiting": waiting.orders,
        "at_least": waiting.at_least,
        "by_stage": waiting.stages,
        "oldest": None if oldest is None else oldest.order_id,
        "oldest_stage": waiting.oldest_stage,
        "oldest_since": None if oldest is None else rfc3339(oldest.stamped_at),
        "soonest": waiting.soonest,
        "slack_seconds": _seconds(waiting.slack),
    }


def topic_flow_json(topic: TopicFlow) -> Json:
    """A topic or queue by itself."""
    return {
        "topic": topic.topic,
        "cluster": topic.cluster,
        "broker": str(topic.kind),
        "status": str(topic.status),
        "messages": topic.messages,
        "ready": topic.ready,
        "unacknowledged": topic.unacknowledged,
        "in_per_second": topic.per_second_in,
        "out_per_second": topic.per_second_out,
        "grown_at": _instant(topic.grown_at),
        "dead_letters": topic.is_dead_letters,
        "retention_seconds": _seconds(topic.retention),
        "deleted_unread_in_seconds": _seconds(topic.deleted_unread_in),
        "unknown": None if topic.unknown is None else str(topic.unknown.reason),
    }


def incident_json(incident: Incident, now: Instant) -> Json:
    """An incident as CONTRACT §5 shows all of them, and what is special to lag."""
    return {
        "incident_id": incident.incident_id,
        "subject": incident.subject,
        "kind": str(incident.kind),
        "started_at": rfc3339(incident.started_at),
        "ended_at": _instant(incident.ended_at),
        "seconds": seconds(max(0, (incident.ended_at or now) - incident.started_at)),
        "cause": incident.cause,
        "orders_affected": incident.orders,
        "cluster": incident.cluster,
        "status": str(incident.status),
        "severity": incident.level.name.lower(),
        "stands_on": _spot_json(incident.spot),
        "lag": incident.backlog.lag,
        "lag_seconds": _seconds(incident.backlog.age),
        "eta_seconds": _seconds(incident.backlog.eta),
        "soonest": incident.backlog.soonest,
        "soonest_due_at": _instant(incident.backlog.due_at),
    }


def _spot_json(spot: Spot | None) -> Json | None:
    if spot is None:
        return None
    return {"topic": spot.topic, "partition": spot.partition, "offset": spot.offset, "order_id": spot.order_id}


def _cluster_json(snapshot: Snapshot) -> Json:
    return {
        "cluster": snapshot.cluster,
        "broker": str(snapshot.kind),
        "as_of": rfc3339(snapshot.as_of),
        "complete": snapshot.is_complete,
        "away": sorted(snapshot.away),
        "unknown": None if snapshot.unknown is None else str(snapshot.unknown.reason),
    }


def _topic_json(topic: TopicLag, waiting: Waiting | None) -> Json:
    return {
        "topic": topic.topic,
        "lag": topic.lag,
        **_age_json(topic.age),
        "lost": None if topic.lag is None else topic.lost,
        "unknown_partitions": topic.unknown,
        "orders_waiting": None if waiting is None else waiting.topics.get(topic.topic),
        "partitions": [_partition_json(row) for row in topic.partitions],
    }


def _partition_json(row: PartitionLag) -> Json:
    return {
        "partition": row.partition,
        "committed": row.committed,
        "start": row.start,
        "end": row.end,
        "lag": row.lag,
        **_age_json(row.age),
        "lost": None if row.lag is None else row.lost,
        "exact": row.exact,
        "status": None if row.verdict is None else str(row.verdict.status),
        "rewind": None if row.rewind is None else str(row.rewind),
        "eta_seconds": None if row.eta is None else seconds(row.eta.span),
        "unknown": None if row.unknown is None else str(row.unknown.reason),
        "read_at": _instant(row.read_at),
    }


def _age_json(age: Age) -> Json:
    """What is proven, and how much more it may be."""
    return {"lag_seconds": _seconds(age.at_least), "lag_seconds_at_most": _seconds(age.at_most)}


def _seconds(span: Span | None) -> float | int | None:
    return None if span is None else seconds(span)


def _instant(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
