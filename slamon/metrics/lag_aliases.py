"""Lag under the names that kafka_exporter and kafka-lag-exporter use, for dashboards and rules that exist.

kafka_exporter labels the group `consumergroup`, kafka-lag-exporter `group`; its labels of members are left out.
"""

from collections.abc import Iterator

from slamon.lag.rows import GroupLag, PartitionLag
from slamon.metrics.catalog import Kind, MetricSpec
from slamon.metrics.lag import Family, Series, Shown, escaped
from slamon.orders.event import seconds


def _rows(shown: Shown) -> Iterator[tuple[GroupLag, PartitionLag]]:
    for snapshot in shown.snapshots:
        for group in snapshot.groups:
            for topic in group.topics:
                for row in topic.partitions:
                    yield group, row


def _exporter(group: GroupLag, row: PartitionLag) -> str:
    return f'consumergroup="{escaped(group.group)}",topic="{escaped(row.topic)}",partition="{row.partition}"'


def _cluster(group: GroupLag) -> str:
    return f'cluster_name="{escaped(group.cluster)}",group="{escaped(group.group)}"'


def _lag_exporter(group: GroupLag, row: PartitionLag) -> str:
    return f'{_cluster(group)},topic="{escaped(row.topic)}",partition="{row.partition}"'


def _lag(shown: Shown) -> Series:
    return ((_exporter(group, row), row.lag) for group, row in _rows(shown))


def _current(shown: Shown) -> Series:
    return ((_exporter(group, row), row.committed) for group, row in _rows(shown))


def _group_lag(shown: Shown) -> Series:
    return ((_lag_exporter(group, row), row.lag) for group, row in _rows(shown))


def _group_lag_seconds(shown: Shown) -> Series:
    for group, row in _rows(shown):
        yield _lag_exporter(group, row), None if row.age.at_least is None else seconds(row.age.at_least)


def _max_lag_seconds(shown: Shown) -> Series:
    for snapshot in shown.snapshots:
        for group in snapshot.groups:
            yield _cluster(group), None if group.age.at_least is None else seconds(group.age.at_least)


def _gauge(name: str, text: str, *labels: str) -> MetricSpec:
    return MetricSpec(name, Kind.GAUGE, text, labels)


_EXPORTER = ("consumergroup", "topic", "partition")
_LAG_EXPORTER = ("cluster_name", "group", "topic", "partition")
ALIASES: tuple[Family, ...] = (
    (_gauge("kafka_consumergroup_lag", "As kafka_exporter names it.", *_EXPORTER), _lag),
    (_gauge("kafka_consumergroup_current_offset", "As kafka_exporter names it.", *_EXPORTER), _current),
    (_gauge("kafka_consumergroup_group_lag", "As kafka-lag-exporter names it.", *_LAG_EXPORTER), _group_lag),
    (
        _gauge("kafka_consumergroup_group_lag_seconds", "As kafka-lag-exporter names it.", *_LAG_EXPORTER),
        _group_lag_seconds,
    ),
    (
        _gauge("kafka_consumergroup_group_max_lag_seconds", "As kafka-lag-exporter names it.", *_LAG_EXPORTER[:2]),
        _max_lag_seconds,
    ),
)
