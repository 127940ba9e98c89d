"""The metrics about lag, for groups, topics and the watch itself (CONTRACT §7), and those under others' names."""

from __future__ import annotations

from slamon.metrics.spec import MetricSpec, counter, gauge

_GROUP = "consumergroup"

LAG = gauge(
    "slamon_consumergroup_lag",
    "Records that a group has yet to read of a partition (lag.metrics.detail: of a topic, or of all).",
    _GROUP,
    "topic",
    "partition",
)
LAG_SECONDS = gauge(
    "slamon_consumergroup_lag_seconds",
    "How old the oldest record is that a group has yet to read of a topic, as far as proven; 0: none is unread.",
    _GROUP,
    "topic",
    unit="seconds",
)
STATUS = gauge("slamon_consumergroup_status", "1 for the group's status, 0 for every other.", _GROUP, "status")
SEVERITY = gauge(
    "slamon_consumergroup_severity",
    "How bad it is, by age and by the promises of orders that wait: 0 not, 1 warning, 2 critical.",
    _GROUP,
)
MEMBERS = gauge("slamon_consumergroup_members", "Consumers of the group.", _GROUP)
ETA = gauge(
    "slamon_consumergroup_eta_seconds",
    "How long until the group has read everything, at the rates of lag.window; absent where its lag does not fall.",
    _GROUP,
    unit="seconds",
)
LOST = gauge("slamon_consumergroup_lost_records", "Records that were deleted before the group read them.", _GROUP)
ORDERS_WAITING = gauge(
    "slamon_lag_orders_waiting", "Orders with a record that the group has yet to read.", _GROUP, "topic"
)
LEAST_SLACK = gauge(
    "slamon_lag_least_slack_seconds",
    "The least that is left of a promise among the orders that wait; negative once it has passed.",
    _GROUP,
    unit="seconds",
)
INCIDENTS = gauge("slamon_lag_incidents", "Open incidents about lag.", "kind", "severity")

TOPIC_MESSAGES = gauge("slamon_topic_messages", "Records that a topic or queue holds.", "topic")
TOPIC_READY = gauge("slamon_topic_ready_messages", "Messages of a queue that wait for a consumer.", "topic")
TOPIC_UNACKNOWLEDGED = gauge(
    "slamon_topic_unacknowledged_messages", "Messages of a queue that a consumer has and has not settled.", "topic"
)
TOPIC_IN = gauge("slamon_topic_in_per_second", "Records that came in a second, over lag.window.", "topic")
TOPIC_OUT = gauge("slamon_topic_out_per_second", "Records that groups read a second, over lag.window.", "topic")
TOPIC_SILENT = gauge(
    "slamon_topic_producer_silent", "1 while a topic of lag.watched_topics.silent_after does not grow, else 0.", "topic"
)
TOPIC_AT_RISK = gauge(
    "slamon_topic_deleted_unread_in_seconds",
    "How long until retention deletes the first record that some group has yet to read; absent while none is at risk.",
    "topic",
    unit="seconds",
)
DEAD_LETTERS_HELD = gauge(
    "slamon_dead_letter_topic_messages", "Records that a dead-letter topic holds (lag.watched_topics).", "topic"
)

CYCLE = gauge("slamon_lag_cycle_seconds", "How long the last look at a cluster took.", "cluster", unit="seconds")
AS_OF = gauge(
    "slamon_lag_as_of_timestamp_seconds",
    "Unix time of the last look at a cluster; time() less this is the age of what is shown.",
    "cluster",
    unit="seconds",
)
FAILURES = counter("slamon_lag_failures_total", "Looks at a cluster that got no answer at all.", "cluster")
BROKERS_AWAY = gauge("slamon_lag_brokers_away", "Brokers that did not answer the last look.", "cluster")
UNKNOWN = gauge(
    "slamon_lag_unknown", "Partitions, or whole groups, that could not be read at the last look, by why.", "reason"
)

LAG_CATALOG: tuple[MetricSpec, ...] = (
    *(LAG, LAG_SECONDS, STATUS, SEVERITY, MEMBERS, ETA, LOST, ORDERS_WAITING, LEAST_SLACK, INCIDENTS),
    *(TOPIC_MESSAGES, TOPIC_READY, TOPIC_UNACKNOWLEDGED, TOPIC_IN, TOPIC_OUT, TOPIC_SILENT, TOPIC_AT_RISK),
    *(DEAD_LETTERS_HELD, CYCLE, AS_OF, FAILURES, BROKERS_AWAY, UNKNOWN),
)

# --- under others' names (lag.metrics.also_as): their labels, their words -------------------------------------------

KE_LAG = gauge("kafka_consumergroup_lag", "As kafka_exporter: lag of a partition.", _GROUP, "topic", "partition")
KE_LAG_SUM = gauge("kafka_consumergroup_lag_sum", "As kafka_exporter: lag of a topic.", _GROUP, "topic")
KE_OFFSET = gauge(
    "kafka_consumergroup_current_offset", "As kafka_exporter: what is committed.", _GROUP, "topic", "partition"
)
KE_MEMBERS = gauge("kafka_consumergroup_members", "As kafka_exporter: consumers of a group.", _GROUP)
KE_END = gauge("kafka_topic_partition_current_offset", "As kafka_exporter: end of a partition.", "topic", "partition")
KE_START = gauge(
    "kafka_topic_partition_oldest_offset", "As kafka_exporter: start of a partition.", "topic", "partition"
)
KAFKA_EXPORTER = (KE_LAG, KE_LAG_SUM, KE_OFFSET, KE_MEMBERS, KE_END, KE_START)

_OTHER = ("cluster_name", "group", "topic", "partition")
KLE_LAG = gauge("kafka_consumergroup_group_lag", "As kafka-lag-exporter: lag of a partition.", *_OTHER)
KLE_LAG_SECONDS = gauge(
    "kafka_consumergroup_group_lag_seconds",
    "As kafka-lag-exporter: age of the oldest unread record of a partition.",
    *_OTHER,
    unit="seconds",
)
KLE_OFFSET = gauge("kafka_consumergroup_group_offset", "As kafka-lag-exporter: what is committed.", *_OTHER)
KLE_MAX_LAG = gauge("kafka_consumergroup_group_max_lag", "As kafka-lag-exporter: the greatest lag.", *_OTHER[:2])
KLE_MAX_SECONDS = gauge(
    "kafka_consumergroup_group_max_lag_seconds",
    "As kafka-lag-exporter: the greatest age.",
    *_OTHER[:2],
    unit="seconds",
)
KLE_SUM = gauge("kafka_consumergroup_group_sum_lag", "As kafka-lag-exporter: lag of a group.", *_OTHER[:2])
KLE_TOPIC_SUM = gauge("kafka_consumergroup_group_topic_sum_lag", "As kafka-lag-exporter: lag of a topic.", *_OTHER[:3])
KLE_END = gauge("kafka_partition_latest_offset", "As kafka-lag-exporter: end of a partition.", *_OTHER[::2], _OTHER[3])
KLE_START = gauge(
    "kafka_partition_earliest_offset", "As kafka-lag-exporter: start of a partition.", *_OTHER[::2], _OTHER[3]
)
KAFKA_LAG_EXPORTER = (
    *(KLE_LAG, KLE_LAG_SECONDS, KLE_OFFSET, KLE_MAX_LAG, KLE_MAX_SECONDS, KLE_SUM, KLE_TOPIC_SUM),
    *(KLE_END, KLE_START),
)
