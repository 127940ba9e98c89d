"""Metrics about lag, written as text from a snapshot: once per cycle, in plain strings, since there may be many.

What is unknown has no series; no value is ever infinite or no number. Names and labels of kafka_exporter and
kafka-lag-exporter can be had beside slamon's own, so that dashboards that exist go on working.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from slamon.lag.rows import GroupLag, Snapshot, TopicFlow
from slamon.lag.verdict import WORST_FIRST, LagStatus
from slamon.lag.waiting import Waiting
from slamon.metrics.catalog import Kind, MetricSpec
from slamon.metrics.labels import printable
from slamon.orders.event import SECOND, Span, seconds

_EOF = b"# EOF\n"
_STATUSES = [status.value for status in WORST_FIRST]


class Detail(StrEnum):
    """How finely lag in records is shown; what is left out is summed up."""

    GROUP = "group"
    TOPIC = "topic"
    PARTITION = "partition"


class Shown(NamedTuple):
    """One cycle's results: `waiting` by (cluster, group)."""

    snapshots: tuple[Snapshot, ...]
    waiting: Mapping[tuple[str, str], Waiting]
    detail: Detail = Detail.PARTITION


Series: TypeAlias = Iterator[tuple[str, float | int | None]]
"""Labels as they stand between the braces, and the value; None is left out."""
Family: TypeAlias = tuple[MetricSpec, Callable[[Shown], Series]]


def _gauge(name: str, text: str, *labels: str, unit: str = "") -> MetricSpec:
    return MetricSpec(name, Kind.GAUGE, text, labels, unit)


@lru_cache(maxsize=16_384)
def escaped(value: str) -> str:
    """A label value as it stands between quotes."""
    return printable(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _of_group(group: GroupLag) -> str:
    return f'consumergroup="{escaped(group.group)}",cluster="{escaped(group.cluster)}",broker="{group.kind}"'


def _of_topic(topic: TopicFlow) -> str:
    return f'topic="{escaped(topic.topic)}",cluster="{escaped(topic.cluster)}",broker="{topic.kind}"'


def _groups(shown: Shown) -> Iterator[tuple[str, GroupLag]]:
    for snapshot in shown.snapshots:
        for group in snapshot.groups:
            yield _of_group(group), group


def _lag(shown: Shown) -> Series:
    """A sum of which a part is unknown is none."""
    for labels, group in _groups(shown):
        if shown.detail is Detail.GROUP:
            yield labels, None if any(topic.unknown for topic in group.topics) else group.lag
            continue
        for topic in group.topics:
            place = f'{labels},topic="{escaped(topic.topic)}"'
            if shown.detail is Detail.TOPIC:
                yield place, None if topic.unknown else topic.lag
                continue
            for row in topic.partitions:
                yield f'{place},partition="{row.partition}"', row.lag


def _lag_seconds(shown: Shown) -> Series:
    for labels, group in _groups(shown):
        for topic in group.topics:
            yield f'{labels},topic="{escaped(topic.topic)}"', _seconds(topic.age.at_least)


def _status(shown: Shown) -> Series:
    for labels, group in _groups(shown):
        for status in _STATUSES:
            yield f'{labels},status="{status}"', int(status == group.status)


def _members(shown: Shown) -> Series:
    return ((labels, group.members) for labels, group in _groups(shown))


def _eta(shown: Shown) -> Series:
    return ((labels, None if group.eta is None else seconds(group.eta.span)) for labels, group in _groups(shown))


def _lost(shown: Shown) -> Series:
    return ((labels, group.lost) for labels, group in _groups(shown))


def _unknown(shown: Shown) -> Series:
    return ((labels, sum(topic.unknown for topic in group.topics)) for labels, group in _groups(shown))


def _orders_waiting(shown: Shown) -> Series:
    for labels, group in _groups(shown):
        waiting = shown.waiting.get((group.cluster, group.group))
        for topic, orders in sorted(waiting.topics.items()) if waiting is not None else ():
            yield f'{labels},topic="{escaped(topic)}"', orders


def _slack(shown: Shown) -> Series:
    for labels, group in _groups(shown):
        waiting = shown.waiting.get((group.cluster, group.group))
        yield labels, None if waiting is None or waiting.slack is None else seconds(waiting.slack)


def _topics(value: Callable[[TopicFlow], float | int | None]) -> Callable[[Shown], Series]:
    def series(shown: Shown) -> Series:
        return ((_of_topic(topic), value(topic)) for snapshot in shown.snapshots for topic in snapshot.topics)

    return series


def _as_of(shown: Shown) -> Series:
    return ((f'cluster="{escaped(one.cluster)}",broker="{one.kind}"', one.as_of / SECOND) for one in shown.snapshots)


def _seconds(span: Span | None) -> float | int | None:
    return None if span is None else seconds(span)


_PLACE = ("consumergroup", "cluster", "broker")
_TOPIC = ("topic", "cluster", "broker")
FAMILIES: tuple[Family, ...] = (
    (
        _gauge("slamon_consumergroup_lag", "Records that the group has yet to read.", *_PLACE, "topic", "partition"),
        _lag,
    ),
    (
        _gauge(
            "slamon_consumergroup_lag_seconds",
            "The proven age of the first unread record; 0 when nothing is unread, absent while it is unknown.",
            *_PLACE,
            "topic",
            unit="seconds",
        ),
        _lag_seconds,
    ),
    (_gauge("slamon_consumergroup_status", "1 for the status that the group has.", *_PLACE, "status"), _status),
    (_gauge("slamon_consumergroup_members", "Members of the group.", *_PLACE), _members),
    (
        _gauge(
            "slamon_consumergroup_eta_seconds",
            "When all is read if it goes on like this; absent when the lag does not go down.",
            *_PLACE,
            unit="seconds",
        ),
        _eta,
    ),
    (_gauge("slamon_consumergroup_lost_records", "Records deleted before the group read them.", *_PLACE), _lost),
    (_gauge("slamon_consumergroup_unknown_partitions", "Partitions whose lag is unknown.", *_PLACE), _unknown),
    (_gauge("slamon_lag_orders_waiting", "Orders that wait behind the group.", *_PLACE, "topic"), _orders_waiting),
    (
        _gauge(
            "slamon_lag_least_slack_seconds",
            "The least that is left of a promise among the orders behind the group; negative once it has passed.",
            *_PLACE,
            unit="seconds",
        ),
        _slack,
    ),
    (
        _gauge("slamon_topic_messages", "Records that a topic or queue holds.", *_TOPIC),
        _topics(lambda topic: topic.messages),
    ),
    (
        _gauge("slamon_topic_produced_per_second", "Records that come in, over the window.", *_TOPIC),
        _topics(lambda topic: topic.per_second_in),
    ),
    (
        _gauge("slamon_topic_consumed_per_second", "Records that all groups together read, over the window.", *_TOPIC),
        _topics(lambda topic: topic.per_second_out),
    ),
    (
        _gauge("slamon_topic_silent", "1 while a topic that has to grow does not.", *_TOPIC),
        _topics(lambda topic: int(topic.status is LagStatus.PRODUCER_SILENT)),
    ),
    (
        _gauge(
            "slamon_topic_deleted_unread_in_seconds",
            "When retention may delete the first record that a group has not read.",
            *_TOPIC,
            unit="seconds",
        ),
        _topics(lambda topic: _seconds(topic.deleted_unread_in)),
    ),
    (_gauge("slamon_lag_snapshot_timestamp_seconds", "When lag was last told.", *_TOPIC[1:], unit="seconds"), _as_of),
)


def exposition(shown: Shown, families: Iterable[Family] = FAMILIES) -> bytes:
    """All of it in the text format, which OpenMetrics reads too (without its end)."""
    lines: list[str] = []
    for spec, series in families:
        lines += (f"# HELP {spec.name} {spec.help}\n", f"# TYPE {spec.name} {spec.kind}\n")
        name = spec.name
        lines += [f"{name}{{{labels}}} {value}\n" for labels, value in series(shown) if value is not None]
    return "".join(lines).encode()


def joined(rendered: bytes, lag: bytes) -> bytes:
    """An exposition with that of lag behind it, before the end that OpenMetrics wants."""
    if rendered.endswith(_EOF):
        return rendered[: -len(_EOF)] + lag + _EOF
    return rendered + lag
