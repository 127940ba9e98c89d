import re

import pytest

from slamon.metrics.catalog import CATALOG
from slamon.metrics.spec import Kind, MetricSpec

IDENTIFIERS = {"order_id", "client_id", "client_name", "manager_id", "notice_id", "event_id", "user"}

# CONTRACT §7, the part for events, orders and notices.
PROMISED = {
    "slamon_build_info": None,
    "slamon_ready": (),
    "slamon_events_total": ("source", "outcome"),
    "slamon_event_delay_seconds": ("source",),
    "slamon_orders": ("status", "channel"),
    "slamon_orders_by_verdict": ("verdict", "channel"),
    "slamon_order_oldest_age_seconds": ("status",),
    "slamon_order_lead_time_seconds": ("channel",),
    "slamon_order_stage_seconds": ("stage",),
    "slamon_order_promise_breaches_total": ("channel",),
    "slamon_notices_total": ("receiver", "kind", "outcome"),
    "slamon_notice_queue_length": ("receiver",),
    "slamon_notice_delay_seconds": ("receiver",),
}


def test_what_the_contract_promises_is_there_with_its_labels() -> None:
    labels = {spec.name: spec.labels for spec in CATALOG}
    assert {name: labels[name] for name, wanted in PROMISED.items() if wanted is not None} == {
        name: wanted for name, wanted in PROMISED.items() if wanted is not None
    }
    assert "slamon_build_info" in labels


def test_names_are_unique() -> None:
    assert len({spec.name for spec in CATALOG}) == len(CATALOG)


@pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.name)
def test_conventions_of_prometheus(spec: MetricSpec) -> None:
    assert re.fullmatch(r"slamon_[a-z_]+", spec.name)
    assert spec.name.endswith("_total") == (spec.kind is Kind.COUNTER)
    assert not re.search(r"_(milliseconds|ms|minutes|hours|days|percent|kb|mb)(_|$)", spec.name)
    assert spec.help.endswith(".")
    assert not IDENTIFIERS & set(spec.labels)
    if spec.unit:
        assert spec.name.endswith(f"_{spec.unit}")
    if spec.kind is Kind.HISTOGRAM:
        assert list(spec.buckets) == sorted(set(spec.buckets))
        assert spec.buckets
