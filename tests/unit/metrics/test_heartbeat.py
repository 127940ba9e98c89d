"""Metrics about the heartbeat: absent where nothing is known."""

from slamon.metrics.registry import Metrics
from tests.unit.metrics.exposition import samples

SUCCESS, WITHHELD = "slamon_heartbeat_last_success_timestamp_seconds", "slamon_heartbeat_withheld"


def test_they_show_on_the_worker_that_sends_it() -> None:
    metrics = Metrics(version="1")
    assert samples(metrics, SUCCESS) == samples(metrics, WITHHELD) == {}
    metrics.heartbeat.show(withheld=True)
    metrics.heartbeat.succeeded(1_777_896_000.5)
    metrics.heartbeat.failed("timeout")
    metrics.heartbeat.failed("timeout")
    assert samples(metrics, SUCCESS) == {(): 1_777_896_000.5}
    assert samples(metrics, WITHHELD) == {(): 1}
    assert samples(metrics, "slamon_heartbeat_failures_total") == {("timeout",): 2}
    metrics.heartbeat.show(withheld=None)
    assert samples(metrics, SUCCESS) == samples(metrics, WITHHELD) == {}
