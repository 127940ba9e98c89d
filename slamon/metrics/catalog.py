"""The catalogue of metrics: name, kind, unit, labels, help and buckets, each stated once (CONTRACT §7)."""

from __future__ import annotations

from enum import StrEnum

from slamon.metrics.lag_catalog import LAG_CATALOG
from slamon.metrics.spec import MetricSpec, counter, gauge, histogram

_MINUTE = 60.0
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

LEAD_TIME_BUCKETS = tuple(days * _DAY for days in (1, 3, 7, 10, 14, 18, 21, 24, 28, 35, 42, 60, 90, 120, 180))
"""Around the three weeks that a made-to-order shop promises."""

STAGE_BUCKETS = (
    *(minutes * _MINUTE for minutes in (5, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 8)),
    *(days * _DAY for days in (1, 2, 3, 5, 7, 10, 14, 21, 30, 60)),
)
"""From a price calculated in minutes to a production of weeks."""

NOTICE_DELAY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, _HOUR, 6 * _HOUR, _DAY)
"""From sent at once to held back by an outage of the receiver."""

REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class EventOutcome(StrEnum):
    """What became of one record of a source; each is counted under exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    DEAD_LETTER = "dead_letter"
    UNKNOWN_STATUS = "unknown_status"
    EXPIRED = "expired"


class NoticeOutcome(StrEnum):
    """How the delivery of one notice to one receiver ended."""

    SENT = "sent"
    DIGESTED = "digested"
    FAILED = "failed"
    SUPERSEDED = "superseded"


BUILD_INFO = gauge("slamon_build_info", "Always 1; the labels say what runs.", "version", "revision", "python")
READY = gauge("slamon_ready", "1 while this worker serves, else 0; /-/ready names the reasons.")

EVENTS = counter(
    "slamon_events_total",
    "Records read from order sources: applied, duplicate, dead_letter, unknown_status (kept, moves nothing) "
    "or expired (its order has left).",
    "source",
    "outcome",
)
EVENT_DELAY = gauge(
    "slamon_event_delay_seconds",
    "From occurred_at to the moment of reading: the greatest of the latest batch that held events.",
    "source",
    unit="seconds",
)
DEAD_LETTERS = counter("slamon_dead_letters_total", "Records put on the dead-letter topic.", "reason")
REROUTED = counter(
    "slamon_records_rerouted_total",
    "Records found on another partition than their order's and sent on.",
    "source",
)
ATTRIBUTES_LEFT_OUT = counter(
    "slamon_attributes_left_out_total",
    "Events accepted without their attributes, which were over 4 KiB.",
    "source",
)

SOURCE_SILENT = gauge(
    "slamon_source_silent",
    "1 while a source is silent, else 0; absent while it is not known how often it speaks.",
    "source",
)
SOURCE_QUIET = gauge(
    "slamon_source_quiet_seconds",
    "How long no record has come from a source, as far as slamon has looked.",
    "source",
    unit="seconds",
)

ORDERS = gauge("slamon_orders", "Open orders of this worker.", "status", "channel")
ORDERS_BY_VERDICT = gauge("slamon_orders_by_verdict", "Orders of this worker by verdict.", "verdict", "channel")
OLDEST_AGE = gauge(
    "slamon_order_oldest_age_seconds",
    "How long the open order that is longest in this status has been in it.",
    "status",
    unit="seconds",
)
DIVERGENCES = gauge(
    "slamon_order_divergences",
    "Disagreements about open orders: behind, ahead, contradicting, regressed, lost.",
    "system",
    "kind",
)
OLDEST_UNCLAIMED = gauge(
    "slamon_stage_oldest_unclaimed_seconds",
    "How long the order that waits longest for another system or person to take it up has waited; stage is its from.",
    "stage",
    unit="seconds",
)
ORDERS_BLOCKED = gauge(
    "slamon_orders_blocked",
    "Open orders by what they wait for now: hold, service, queue, message, person or work.",
    "cause",
)
LEAD_TIME = histogram(
    "slamon_order_lead_time_seconds", "Start to finish of orders that finished.", LEAD_TIME_BUCKETS, "channel"
)
STAGE_TIME = histogram(
    "slamon_order_stage_seconds",
    "Time spent in a stage by orders that left it; stage is its from.",
    STAGE_BUCKETS,
    "stage",
)
BREACHES = counter("slamon_order_promise_breaches_total", "Promised dates that passed unkept.", "channel")
HELD_ORDERS = gauge("slamon_held_orders", "Orders with notices that a silent source holds back.")
DUE_ORDERS = gauge("slamon_due_orders", "Entries in the due-time heaps: orders that wait for a deadline.")

FORECASTS_SCORED = counter(
    "slamon_forecasts_scored_total",
    "Forecasts of orders that have finished, by how likely they said a miss to be (in tenths) and whether the date "
    "was missed or kept.",
    "probability",
    "outcome",
)
FORECAST_SQUARED_ERROR = counter(
    "slamon_forecast_squared_error_total",
    "Sum of the squared errors of scored forecasts; over their number it is the Brier score: 0 is perfect.",
)
SPELLS_LEARNT = counter("slamon_forecast_spells_total", "Times at a step learnt from orders that have ended.")

NOTICES = counter(
    "slamon_notices_total",
    "Notices by how their delivery ended: sent, failed (given up) or superseded (not sent).",
    "receiver",
    "kind",
    "outcome",
)
NOTICE_ATTEMPTS_FAILED = counter(
    "slamon_notice_attempts_failed_total",
    "Calls to a receiver that failed, those to be repeated included.",
    "receiver",
    "reason",
)
NOTICE_QUEUE = gauge("slamon_notice_queue_length", "Notices that wait to be sent.", "receiver")
NOTICE_QUEUES_REFUSED = gauge(
    "slamon_notice_queues_refused",
    "Queues of a receiver (Slack: one a channel) that refuse every notice for good and are asked no more until a "
    "restart.",
    "receiver",
)
NOTICE_DELAY = histogram(
    "slamon_notice_delay_seconds",
    "From the instant a notice was decided to its acceptance by the receiver.",
    NOTICE_DELAY_BUCKETS,
    "receiver",
)

HEARTBEAT_SUCCESS = gauge(
    "slamon_heartbeat_last_success_timestamp_seconds",
    "Unix time at which the heartbeat last came through; absent before the first time.",
    unit="seconds",
)
HEARTBEAT_WITHHELD = gauge(
    "slamon_heartbeat_withheld",
    "1 while the heartbeat is withheld because something does not work (the log says what), else 0; absent on workers "
    "that do not send it.",
)
HEARTBEAT_FAILURES = counter("slamon_heartbeat_failures_total", "Calls of the heartbeat that failed.", "reason")

BATCHES = counter("slamon_worker_batches_total", "Micro-batches whose changelog records are acknowledged.")
PARTITIONS = gauge("slamon_worker_partitions", "Partitions of the orders table owned and recovered here.")
REBALANCES = counter("slamon_worker_rebalances_total", "Assignments of partitions received.")
RECOVERY = gauge(
    "slamon_worker_recovery_seconds",
    "How long this worker had no partitions at its start or in the latest rebalance.",
    unit="seconds",
)
SAFE_TIME_AGE = gauge(
    "slamon_worker_safe_time_age_seconds",
    "The lag gate: how far the instant up to which deadlines may fire is behind the clock; absent while unknown.",
    unit="seconds",
)
TIME_UNKNOWN = gauge(
    "slamon_worker_time_unknown",
    "1 while the broker gives no fresh answer, so that deadlines stand still, else 0.",
)

REQUESTS = counter("slamon_http_requests_total", "HTTP requests answered.", "route", "code")
REQUEST_TIME = histogram("slamon_http_request_seconds", "Time to answer an HTTP request.", REQUEST_BUCKETS, "route")
PEER_FAILURES = counter("slamon_http_peer_failures_total", "Questions to another worker that got no usable answer.")

CATALOG: tuple[MetricSpec, ...] = (
    *(BUILD_INFO, READY),
    *(EVENTS, EVENT_DELAY, DEAD_LETTERS, REROUTED, ATTRIBUTES_LEFT_OUT),
    *(SOURCE_SILENT, SOURCE_QUIET),
    *(
        ORDERS,
        ORDERS_BY_VERDICT,
        OLDEST_AGE,
        DIVERGENCES,
        OLDEST_UNCLAIMED,
        ORDERS_BLOCKED,
        LEAD_TIME,
        STAGE_TIME,
        BREACHES,
        DUE_ORDERS,
        HELD_ORDERS,
    ),
    *(FORECASTS_SCORED, FORECAST_SQUARED_ERROR, SPELLS_LEARNT),
    *(NOTICES, NOTICE_ATTEMPTS_FAILED, NOTICE_QUEUE, NOTICE_QUEUES_REFUSED, NOTICE_DELAY),
    *(HEARTBEAT_SUCCESS, HEARTBEAT_WITHHELD, HEARTBEAT_FAILURES),
    *(BATCHES, PARTITIONS, REBALANCES, RECOVERY, SAFE_TIME_AGE, TIME_UNKNOWN),
    *(REQUESTS, REQUEST_TIME, PEER_FAILURES),
    *LAG_CATALOG,
)
"""Every metric, in the order of the exposition and of docs/reference/metrics.md."""
