import math

from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from slamon.metrics.catalog import CATALOG, EventOutcome, NoticeOutcome
from slamon.metrics.orders import OrderCounts
from slamon.metrics.registry import Metrics
from slamon.metrics.spec import Kind
from tests.unit.metrics.exposition import samples


def filled() -> Metrics:
    metrics = Metrics(version="1.2.3", revision="abc", sources=["orders\ud800"], receivers=["slack"])
    metrics.set_ready(ready=True)
    metrics.events.counted("orders", EventOutcome.APPLIED)
    metrics.events.set_delay("orders", 1.0)
    metrics.orders.set_order_counts(
        OrderCounts({("SUBMITTED", 'b2b "x"\n\\\ud800'): 1}, {("breached", "b2b"): 1}, {"SUBMITTED": math.inf})
    )
    metrics.orders.finished("b2b", 1e6)
    metrics.notices.counted("slack", "breached", NoticeOutcome.SENT)
    metrics.worker.set_safe_time_age(0.5)
    metrics.http.answered("/", 200, 0.1)
    return metrics


def test_the_exposition_has_exactly_the_metrics_of_the_catalogue() -> None:
    families = list(parse_text(filled().render()[0].decode()))
    shown = {_full_name(family.name, family.type): family.type for family in families}
    assert shown == {spec.name: spec.kind for spec in CATALOG}
    helps = {_full_name(family.name, family.type): family.documentation for family in families}
    assert helps == {spec.name: spec.help for spec in CATALOG}


def test_labels_are_those_of_the_catalogue() -> None:
    labels = {spec.name: set(spec.labels) for spec in CATALOG}
    for family in parse_text(filled().render()[0].decode()):
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == labels[_full_name(family.name, family.type)]


def test_openmetrics_where_accept_asks_for_it() -> None:
    body, content_type = filled().render("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    families = parse_openmetrics(body.decode())  # type: ignore[no-untyped-call]
    names = {_full_name(family.name, family.type) for family in families}
    assert names == {spec.name for spec in CATALOG}
    assert body.endswith(b"# EOF\n")


def test_text_otherwise_whatever_accept_says() -> None:
    for accept in ("", "*/*", "text/plain;version=nonsense", "text/html"):
        body, content_type = filled().render(accept)
        assert content_type == "text/plain; version=0.0.4; charset=utf-8"
        assert b"# EOF" not in body


def test_no_value_is_nan_or_infinite_and_everything_is_utf8() -> None:
    for family in parse_text(filled().render()[0].decode("utf-8")):
        assert all(math.isfinite(sample.value) for sample in family.samples)


def test_no_series_tells_when_it_was_created() -> None:
    assert b"_created" not in filled().render()[0]
    assert b"_created" not in filled().render("application/openmetrics-text")[0]


def test_two_workers_in_one_process_share_nothing() -> None:
    one, two = Metrics(version="1"), Metrics(version="2")
    before = set(REGISTRY._names_to_collectors)
    one.worker.rebalanced()
    assert samples(two, "slamon_worker_rebalances_total") == {(): 0}
    assert set(REGISTRY._names_to_collectors) == before
    assert not any(name.startswith("slamon") for name in before)


def test_ready_and_build() -> None:
    metrics = filled()
    assert samples(metrics, "slamon_ready") == {(): 1}
    metrics.set_ready(ready=False)
    assert samples(metrics, "slamon_ready") == {(): 0}
    [(_, revision, version)] = samples(metrics, "slamon_build_info")
    assert (revision, version) == ("abc", "1.2.3")


def _full_name(name: str, kind: str) -> str:
    return f"{name}_total" if kind == Kind.COUNTER and not name.endswith("_total") else name
