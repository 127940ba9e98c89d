"""The samples of lag as lines of the exposition: of a topic for a group, of a group, of a topic by itself.

Ten thousand partitions are shown: these are texts, not objects of the library, and a topic's are made once for as long
as its row stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from slamon.lag.observation import BrokerKind
from slamon.lag.verdict import LagStatus
from slamon.metrics import lag_catalog as names
from slamon.metrics.labels import printable
from slamon.metrics.lag_form import Detail, Exposition
from slamon.orders.event import SECOND

if TYPE_CHECKING:
    from collections import defaultdict
    from collections.abc import Iterable

    from slamon.lag.rows import GroupLag, PartitionLag, Snapshot, TopicFlow, TopicLag
    from slamon.lag.verdict import Level
    from slamon.metrics.lag_form import LagForm
    from slamon.metrics.spec import MetricSpec
    from slamon.orders.event import Span

Lines: TypeAlias = "defaultdict[str, list[str]]"
"""Texts of one or more whole lines by the name of their metric."""
STATUSES = tuple(status for status in LagStatus if status is not LagStatus.PRODUCER_SILENT)


class Labels(NamedTuple):
    """What is said of a group beside its topics: `consumergroup="mes"`, and what tells its cluster from others."""

    group: str
    cluster: str
    other_group: str
    """As kafka-lag-exporter names cluster and group."""


def escaped(text: str) -> str:
    """A label's value as it stands in the exposition."""
    return printable(text).replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def of_cluster(snapshot: Snapshot, form: LagForm) -> str:
    """The labels that tell a cluster's series from those of slamon's own Kafka, which carry none."""
    cluster = "" if snapshot.cluster == form.own_cluster else f',cluster="{escaped(snapshot.cluster)}"'
    return cluster if snapshot.kind is BrokerKind.KAFKA else f'{cluster},broker="{snapshot.kind}"'


def of_group(group: GroupLag, cluster: str) -> Labels:
    """The labels of a group."""
    name = escaped(group.group)
    return Labels(f'consumergroup="{name}"', cluster, f'cluster_name="{escaped(group.cluster)}",group="{name}"')


def topic_of_group(labels: Labels, topic: TopicLag, form: LagForm, *, is_kafka: bool) -> list[tuple[str, str]]:
    """What is said of a topic for a group; a sum of which a part is unknown is none."""
    name = escaped(topic.topic)
    there, cluster = f'{labels.group},topic="{name}"', labels.cluster
    found: list[tuple[str, str]] = []
    if form.detail is Detail.PARTITION:
        found.append(_each(names.LAG, there, cluster, ((row.partition, row.lag) for row in topic.partitions)))
    elif form.detail is Detail.TOPIC and topic.lag is not None and not topic.unknown:
        found.append(_one(names.LAG, f"{there}{cluster}", topic.lag))
    if form.detail is not Detail.GROUP and topic.age.at_least is not None:
        found.append(_one(names.LAG_SECONDS, f"{there}{cluster}", seconds(topic.age.at_least)))
    if is_kafka and Exposition.KAFKA_EXPORTER in form.also_as:
        found += _as_kafka_exporter(there, cluster, topic)
    if is_kafka and Exposition.KAFKA_LAG_EXPORTER in form.also_as:
        found += _as_lag_exporter(f'{labels.other_group},topic="{name}"', topic)
    return found


def group_lines(lines: Lines, group: GroupLag, labels: Labels, level: Level, form: LagForm) -> None:
    """What is said of a group as a whole."""
    here = f"{labels.group}{labels.cluster}"
    lines[names.STATUS.name].extend(
        f'{names.STATUS.name}{{{labels.group},status="{status}"{labels.cluster}}} {int(status is group.status)}\n'
        for status in STATUSES
    )
    _put(lines, names.SEVERITY, here, int(level))
    _put(lines, names.MEMBERS, here, group.members)
    _put(lines, names.ETA, here, None if group.eta is None else seconds(group.eta.span))
    _put(lines, names.LOST, here, None if group.lag is None else group.lost)
    if form.detail is Detail.GROUP:
        _put(lines, names.LAG, here, None if any(topic.unknown for topic in group.topics) else group.lag)
        _put(lines, names.LAG_SECONDS, here, _seconds(group.age.at_least))
    if group.kind is not BrokerKind.KAFKA:
        return
    if Exposition.KAFKA_EXPORTER in form.also_as:
        _put(lines, names.KE_MEMBERS, here, group.members)
    if Exposition.KAFKA_LAG_EXPORTER in form.also_as:
        known = [row.lag for topic in group.topics for row in topic.partitions if row.lag is not None]
        _put(lines, names.KLE_SUM, labels.other_group, group.lag)
        _put(lines, names.KLE_MAX_LAG, labels.other_group, max(known, default=None))
        _put(lines, names.KLE_MAX_SECONDS, labels.other_group, _seconds(group.age.at_least))


def flow_lines(lines: Lines, topic: TopicFlow, cluster: str, *, has_to_grow: bool) -> None:
    """What is said of a topic by itself."""
    here = f'topic="{escaped(topic.topic)}"{cluster}'
    _put(lines, names.TOPIC_MESSAGES, here, topic.messages)
    _put(lines, names.TOPIC_READY, here, topic.ready)
    _put(lines, names.TOPIC_UNACKNOWLEDGED, here, topic.unacknowledged)
    _put(lines, names.TOPIC_IN, here, topic.per_second_in)
    _put(lines, names.TOPIC_OUT, here, topic.per_second_out)
    _put(lines, names.TOPIC_AT_RISK, here, _seconds(topic.deleted_unread_in))
    if has_to_grow:
        _put(lines, names.TOPIC_SILENT, here, int(topic.status is LagStatus.PRODUCER_SILENT))
    if topic.is_dead_letters:
        _put(lines, names.DEAD_LETTERS_HELD, here, topic.messages)


def end_lines(lines: Lines, snapshot: Snapshot, topic: TopicLag, cluster: str, form: LagForm) -> None:
    """Where the partitions of a topic start and end, under others' names."""
    name = escaped(topic.topic)
    if Exposition.KAFKA_EXPORTER in form.also_as:
        _put_ends(lines, (names.KE_START, names.KE_END), f'topic="{name}"', cluster, topic)
    if Exposition.KAFKA_LAG_EXPORTER in form.also_as:
        there = f'cluster_name="{escaped(snapshot.cluster)}",topic="{name}"'
        _put_ends(lines, (names.KLE_START, names.KLE_END), there, "", topic)


def put(lines: Lines, spec: MetricSpec, labels: str, value: float | None) -> None:
    """One sample; what is unknown is absent."""
    _put(lines, spec, labels, value)


def seconds(span: Span) -> float:
    """A length of time in seconds."""
    return span / SECOND


def _put(lines: Lines, spec: MetricSpec, labels: str, value: float | None) -> None:
    if value is not None:
        lines[spec.name].append(f"{spec.name}{{{labels}}} {value}\n")


def _put_ends(lines: Lines, specs: tuple[MetricSpec, MetricSpec], there: str, cluster: str, topic: TopicLag) -> None:
    start, end = specs
    lines[start.name].append(_each(start, there, cluster, ((row.partition, row.start) for row in topic.partitions))[1])
    lines[end.name].append(_each(end, there, cluster, ((row.partition, row.end) for row in topic.partitions))[1])


def _one(spec: MetricSpec, labels: str, value: float) -> tuple[str, str]:
    return spec.name, f"{spec.name}{{{labels}}} {value}\n"


def _each(spec: MetricSpec, there: str, cluster: str, values: Iterable[tuple[int, float | None]]) -> tuple[str, str]:
    """One line a partition; those that are unknown are left out."""
    name = spec.name
    lines = [
        f'{name}{{{there},partition="{number}"{cluster}}} {value}\n' for number, value in values if value is not None
    ]
    return name, "".join(lines)


def _as_kafka_exporter(there: str, cluster: str, topic: TopicLag) -> list[tuple[str, str]]:
    rows = topic.partitions
    found = [
        _each(names.KE_LAG, there, cluster, ((row.partition, row.lag) for row in rows)),
        _each(names.KE_OFFSET, there, cluster, ((row.partition, row.committed) for row in rows)),
    ]
    return found if topic.lag is None else [*found, _one(names.KE_LAG_SUM, f"{there}{cluster}", topic.lag)]


def _as_lag_exporter(there: str, topic: TopicLag) -> list[tuple[str, str]]:
    rows = topic.partitions
    found = [
        _each(names.KLE_LAG, there, "", ((row.partition, row.lag) for row in rows)),
        _each(names.KLE_LAG_SECONDS, there, "", ((row.partition, _age(row)) for row in rows)),
        _each(names.KLE_OFFSET, there, "", ((row.partition, row.committed) for row in rows)),
    ]
    return found if topic.lag is None else [*found, _one(names.KLE_TOPIC_SUM, there, topic.lag)]


def _age(row: PartitionLag) -> float | None:
    return _seconds(row.age.at_least)


def _seconds(span: Span | None) -> float | None:
    return None if span is None else seconds(span)
