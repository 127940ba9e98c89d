from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from slamon.errors import DecodeError
from slamon.metrics.registry import Metrics
from slamon.notices.notice import NoticeKind
from slamon.notices.row import OrderRules, Row, apply, new_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, SECOND, EventType, OrderEvent
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.tally import MetricsTally
from slamon.sla.clock import Trace
from slamon.stream import Effects
from tests.builders import MINUTE, PROMISE_ONLY, RULES, T0, day, order_event, row_of, told
from tests.fakes.stream import FakeRows, record
from tests.unit.metrics.exposition import samples


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(version="1", receivers=["slack"])


@pytest.fixture
def tally(metrics: Metrics) -> MetricsTally:
    return MetricsTally(metrics)


def test_a_micro_batch_is_counted_by_outcome_and_logged_in_one_line(tally: MetricsTally, metrics: Metrics) -> None:
    records = [record(b"secret", offset=number, partition=3) for number in (7, 8, 9)]
    with capture_logs() as lines:
        tally.ingested("shop", {"applied": 2, "dead_letter": 1}, 90 * SECOND, records)
        tally.ingested("shop", {"applied": 1}, None, records[:1])
    assert samples(metrics, "slamon_events_total") == {("applied", "shop"): 3, ("dead_letter", "shop"): 1}
    assert samples(metrics, "slamon_event_delay_seconds") == {("shop",): 90}
    assert lines[0] == {
        "event": "batch.applied",
        "log_level": "info",
        "source": "shop",
        "topic": "orders",
        "partition": 3,
        "first_offset": 7,
        "last_offset": 9,
        "delay_seconds": 90,
        "applied": 2,
        "dead_letter": 1,
    }
    assert lines[1]["delay_seconds"] is None


def test_a_dead_letter_is_counted_by_reason_and_its_content_is_not_logged(
    tally: MetricsTally, metrics: Metrics
) -> None:
    with capture_logs() as lines:
        tally.dead_letter("not_json", record(b"canary", offset=5), DecodeError("not_json", "canary at 3"))
        tally.dead_letter("internal_error", record(b"canary"), KeyError("canary"))
    assert samples(metrics, "slamon_dead_letters_total") == {("not_json",): 1, ("internal_error",): 1}
    assert [(line["topic"], line["offset"], line["fault"]) for line in lines] == [
        ("orders", 5, "DecodeError"),
        ("orders", 0, "KeyError"),
    ]
    assert "canary" not in str(lines)


def test_a_record_sent_on_is_counted(tally: MetricsTally, metrics: Metrics) -> None:
    tally.rerouted("shop")
    tally.rerouted("shop")
    assert samples(metrics, "slamon_records_rerouted_total") == {("shop",): 2}


def moved(tally: MetricsTally, *events: OrderEvent, rules: OrderRules = RULES) -> Row:
    """Tell of each event as an order's partition does."""
    row = new_row(rules)
    for event in events:
        trace, was_open = Trace(), row.clock.ended_at is None
        apply(row, event, rules, trace)
        tally.moved(row, trace, rules.book.rules_of(row.clock), ended=was_open)
    return row


def test_a_stage_that_was_left_is_observed_by_its_from(tally: MetricsTally, metrics: Metrics) -> None:
    moved(tally, order_event(), order_event("PRICE_CALCULATED", T0 + 20 * MINUTE, system="mes"))
    assert samples(metrics, "slamon_order_stage_seconds_sum") == {("SUBMITTED",): 20 * 60}
    assert samples(metrics, "slamon_order_lead_time_seconds_count") == {}


def test_the_lead_time_is_observed_once_when_the_order_finishes(tally: MetricsTally, metrics: Metrics) -> None:
    moved(
        tally,
        order_event(channel="b2b"),
        order_event("SHIPPED", day(5), system="mes"),
        order_event("CLOSED", day(9), system="crm"),
    )
    assert samples(metrics, "slamon_order_lead_time_seconds_sum") == {("b2b",): 5 * DAY / SECOND}
    assert samples(metrics, "slamon_order_lead_time_seconds_count") == {("b2b",): 1}


def test_a_cancelled_order_and_one_that_never_started_have_no_lead_time(tally: MetricsTally, metrics: Metrics) -> None:
    moved(tally, order_event(), told(EventType.CANCEL, day(3)))
    moved(tally, order_event("INITIATED"), told(EventType.CANCEL, day(3)))
    assert samples(metrics, "slamon_order_lead_time_seconds_count") == {}


def test_a_new_breach_is_counted_and_so_is_what_will_not_be_sent(tally: MetricsTally, metrics: Metrics) -> None:
    rules = replace(PROMISE_ONLY, notices=NoticeRules(("slack",)))
    row = row_of(order_event(channel="shop"), rules=rules)
    settle_row(row, day(22), rules)
    tally.decided(row, row.records or [])
    assert samples(metrics, "slamon_order_promise_breaches_total") == {("shop",): 1}
    assert samples(metrics, "slamon_notices_total") == {("at_risk", "superseded", "slack"): 1}


def test_notices_are_counted_by_how_their_delivery_ended(tally: MetricsTally, metrics: Metrics) -> None:
    tally.sent("slack", NoticeKind.BREACHED, 2 * SECOND)
    tally.sent("slack", NoticeKind.BREACHED, -SECOND)
    tally.failed("slack", NoticeKind.AT_RISK)
    tally.superseded("slack", NoticeKind.AT_RISK)
    tally.attempt_failed("slack", "timeout")
    assert samples(metrics, "slamon_notices_total") == {
        ("breached", "sent", "slack"): 2,
        ("at_risk", "failed", "slack"): 1,
        ("at_risk", "superseded", "slack"): 1,
    }
    assert samples(metrics, "slamon_notice_delay_seconds_sum") == {("slack",): 2}
    assert samples(metrics, "slamon_notice_attempts_failed_total") == {("timeout", "slack"): 1}


def test_disorder_is_measured_as_if_it_had_come_in_order(tally: MetricsTally, metrics: Metrics) -> None:
    """SHIPPED is read before SUBMITTED: nothing is observed until the start is known, and then the whole."""
    shard = OrderPartition(0, PartitionRules(RULES, {}, "outbox"), tally)
    rows, effects = FakeRows(), Effects()
    shipped = order_event("SHIPPED", day(6), system="mes")
    for event in (shipped, order_event("PRICE_CALCULATED", day(2), system="mes"), order_event(at=day(1))):
        shard.apply(b"o-1", event, rows, effects, None)
    assert sum(samples(metrics, "slamon_order_lead_time_seconds_count").values()) == 1
    stages = samples(metrics, "slamon_order_stage_seconds_sum")
    assert stages[("SUBMITTED",)] == DAY / SECOND
    assert stages[("PRICE_CALCULATED",)] == 4 * DAY / SECOND
