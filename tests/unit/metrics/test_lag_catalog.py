"""The metrics about lag: those that the contract promises, and others' names as the others have them."""

import re

from slamon.metrics.lag_catalog import KAFKA_EXPORTER, KAFKA_LAG_EXPORTER, LAG_CATALOG

# CONTRACT §7
PROMISED = {
    "slamon_consumergroup_lag": ("consumergroup", "topic", "partition"),
    "slamon_consumergroup_lag_seconds": ("consumergroup", "topic"),
    "slamon_consumergroup_status": ("consumergroup", "status"),
    "slamon_consumergroup_members": ("consumergroup",),
    "slamon_consumergroup_eta_seconds": ("consumergroup",),
    "slamon_lag_orders_waiting": ("consumergroup", "topic"),
    "slamon_topic_messages": ("topic",),
}


def test_what_the_contract_promises() -> None:
    labels = {spec.name: spec.labels for spec in LAG_CATALOG}
    assert {name: labels[name] for name in PROMISED} == PROMISED


def test_others_names() -> None:
    labels = {spec.name: spec.labels for spec in (*KAFKA_EXPORTER, *KAFKA_LAG_EXPORTER)}
    assert labels["kafka_consumergroup_lag"] == ("consumergroup", "topic", "partition")
    assert labels["kafka_consumergroup_group_lag_seconds"] == ("cluster_name", "group", "topic", "partition")
    assert labels["kafka_partition_latest_offset"] == ("cluster_name", "topic", "partition")
    assert len(labels) == len(KAFKA_EXPORTER) + len(KAFKA_LAG_EXPORTER)
    assert all(re.fullmatch(r"kafka_[a-z_]+", name) for name in labels)
