"""Metrics about sources: absent while unknown, replaced as a whole."""

from slamon.metrics.registry import Metrics
from tests.unit.metrics.exposition import samples


def test_what_is_unknown_is_absent() -> None:
    metrics = Metrics(version="1")
    assert samples(metrics, "slamon_source_silent") == samples(metrics, "slamon_source_quiet_seconds") == {}
    metrics.sources.show({"mes": True, "crm": False}, {"mes": 90.5, "crm": 1, "shop": 0})
    assert samples(metrics, "slamon_source_silent") == {("mes",): 1, ("crm",): 0}
    assert samples(metrics, "slamon_source_quiet_seconds") == {("mes",): 90.5, ("crm",): 1, ("shop",): 0}
    metrics.sources.show({}, {})
    assert samples(metrics, "slamon_source_silent") == {}
