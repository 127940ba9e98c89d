import math

from slamon.metrics.catalog import EventOutcome, NoticeOutcome
from slamon.metrics.registry import Metrics
from tests.unit.metrics.exposition import samples


def test_configured_sources_show_from_the_start() -> None:
    metrics = Metrics(version="1", sources=["orders"])
    assert samples(metrics, "slamon_events_total") == {(outcome, "orders"): 0 for outcome in EventOutcome}


def test_events_are_counted_once_per_batch() -> None:
    metrics = Metrics(version="1")
    metrics.events.counted("orders", EventOutcome.APPLIED, 900)
    metrics.events.counted("orders", EventOutcome.APPLIED, 100)
    metrics.events.counted("orders", EventOutcome.DEAD_LETTER)
    metrics.events.dead_letters("not_json")
    metrics.events.rerouted("orders", 3)
    metrics.events.attributes_left_out("orders")
    assert samples(metrics, "slamon_events_total") == {
        ("applied", "orders"): 1000,
        ("dead_letter", "orders"): 1,
    }
    assert samples(metrics, "slamon_dead_letters_total") == {("not_json",): 1}
    assert samples(metrics, "slamon_records_rerouted_total") == {("orders",): 3}
    assert samples(metrics, "slamon_attributes_left_out_total") == {("orders",): 1}


def test_the_delay_of_the_latest_batch_is_finite_and_not_negative() -> None:
    metrics = Metrics(version="1")
    shown = []
    for seconds in (12.5, math.nan, math.inf, -3.0):
        metrics.events.set_delay("orders", seconds)
        shown.append(samples(metrics, "slamon_event_delay_seconds")[("orders",)])
    assert shown == [12.5, 12.5, 12.5, 0]


def test_notices_of_kinds_that_do_not_exist_share_one_label() -> None:
    metrics = Metrics(version="1", receivers=["slack"])
    assert samples(metrics, "slamon_notice_queue_length") == {("slack",): 0}
    metrics.notices.counted("slack", "breached", NoticeOutcome.SENT)
    for number in range(100):
        metrics.notices.counted("slack", f"kind-{number}", NoticeOutcome.FAILED)
    metrics.notices.attempt_failed("slack", "rate_limited")
    metrics.notices.set_queue_length("slack", 4)
    metrics.notices.set_queues_refused("slack", 1)
    metrics.notices.delivered_after("slack", 0.4)
    assert samples(metrics, "slamon_notices_total") == {
        ("breached", "sent", "slack"): 1,
        ("other", "failed", "slack"): 100,
    }
    assert samples(metrics, "slamon_notice_attempts_failed_total") == {("rate_limited", "slack"): 1}
    assert samples(metrics, "slamon_notice_queue_length") == {("slack",): 4}
    assert samples(metrics, "slamon_notice_queues_refused") == {("slack",): 1}
    assert samples(metrics, "slamon_notice_delay_seconds_sum") == {("slack",): 0.4}


def test_what_the_worker_does_not_know_is_absent() -> None:
    metrics = Metrics(version="1")
    assert samples(metrics, "slamon_worker_recovery_seconds") == {}
    assert samples(metrics, "slamon_worker_safe_time_age_seconds") == {}
    metrics.worker.recovered(2.5)
    metrics.worker.set_safe_time_age(0.25)
    assert samples(metrics, "slamon_worker_recovery_seconds") == {(): 2.5}
    assert samples(metrics, "slamon_worker_safe_time_age_seconds") == {(): 0.25}
    assert samples(metrics, "slamon_worker_time_unknown") == {(): 0}
    metrics.worker.set_safe_time_age(None)
    assert samples(metrics, "slamon_worker_safe_time_age_seconds") == {}
    assert samples(metrics, "slamon_worker_time_unknown") == {(): 1}


def test_batches_and_partitions() -> None:
    metrics = Metrics(version="1")
    metrics.worker.batches_done(3)
    metrics.worker.set_partitions(8)
    metrics.worker.rebalanced()
    assert samples(metrics, "slamon_worker_batches_total") == {(): 3}
    assert samples(metrics, "slamon_worker_partitions") == {(): 8}
    assert samples(metrics, "slamon_worker_rebalances_total") == {(): 1}


def test_requests() -> None:
    metrics = Metrics(version="1")
    metrics.http.answered("/api/v1/orders/{order_id}", 404, 0.001)
    metrics.http.peer_failed()
    assert samples(metrics, "slamon_http_requests_total") == {("404", "/api/v1/orders/{order_id}"): 1}
    assert samples(metrics, "slamon_http_request_seconds_count") == {("/api/v1/orders/{order_id}",): 1}
    assert samples(metrics, "slamon_http_peer_failures_total") == {(): 1}
