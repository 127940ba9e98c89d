"""Metrics about lag: read back with the library's own parser; what is unknown has no series."""

import math

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from slamon.lag.observation import Place, Reason, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.waiting import Waiting
from slamon.metrics.lag import FAMILIES, Detail, Shown, exposition, joined
from slamon.orders.event import DAY, SECOND
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, A1 = Place("a", 0), Place("a", 1)
NONE: dict[tuple[str, str], Waiting] = {}


def cluster(name: str = "mes") -> Followed:
    broker = FakeBroker(**{name: FakeGroup({A0: 1, A1: 1})})
    broker.logs = {A0: FakeLog([T0 - HOUR, T0 + 15 * SECOND - MINUTE, T0]), A1: FakeLog([T0])}
    return Followed(broker, LagRules(silent_after=[("a", HOUR)]))


def samples(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by name, then by the values of the labels that are not cluster or broker."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = tuple(value for key, value in sample.labels.items() if key not in {"cluster", "broker"})
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def shown(followed: Followed, detail: Detail = Detail.PARTITION) -> dict[str, dict[tuple[str, ...], float]]:
    return samples(exposition(Shown((followed.cycle(),), NONE, detail)))


def test_what_the_contract_promises() -> None:
    found = shown(cluster())
    assert found["slamon_consumergroup_lag"] == {("mes", "a", "0"): 2, ("mes", "a", "1"): 0}
    assert found["slamon_consumergroup_lag_seconds"] == {("mes", "a"): 60}
    assert found["slamon_consumergroup_members"] == {("mes",): 1}
    assert found["slamon_topic_messages"] == {("a",): 4}
    status = found["slamon_consumergroup_status"]
    assert {labels[1] for labels, value in status.items() if value == 1} == {"OK"}
    assert set(status.values()) == {0, 1}
    assert "slamon_consumergroup_eta_seconds" not in found


@pytest.mark.parametrize(
    ("detail", "lag"),
    [
        (Detail.PARTITION, {("mes", "a", "0"): 2, ("mes", "a", "1"): 0}),
        (Detail.TOPIC, {("mes", "a"): 2}),
        (Detail.GROUP, {("mes",): 2}),
    ],
)
def test_as_finely_as_is_wanted(detail: Detail, lag: dict[tuple[str, ...], float]) -> None:
    assert shown(cluster(), detail)["slamon_consumergroup_lag"] == lag


@pytest.mark.parametrize("detail", Detail)
def test_what_is_unknown_has_no_series_and_is_no_part_of_a_sum(detail: Detail) -> None:
    followed = cluster()
    followed.broker.faults[A0] = Unknown(Reason.NO_LEADER)
    found = shown(followed, detail)
    expected = {("mes", "a", "1"): 0} if detail is Detail.PARTITION else {}
    assert found.get("slamon_consumergroup_lag", {}) == expected
    assert "slamon_consumergroup_lag_seconds" not in found
    assert found["slamon_consumergroup_unknown_partitions"] == {("mes",): 1}


def test_the_orders_behind_a_group() -> None:
    waiting = {("shop", "mes"): Waiting(3, topics={"a": 3}, slack=-DAY)}
    found = samples(exposition(Shown((cluster().cycle(),), waiting)))
    assert found["slamon_lag_orders_waiting"] == {("mes", "a"): 3}
    assert found["slamon_lag_least_slack_seconds"] == {("mes",): -86_400}


def test_a_topic_that_is_silent() -> None:
    followed = cluster()
    assert shown(followed)["slamon_topic_silent"] == {("a",): 0}
    assert samples(exposition(Shown((followed.cycle(HOUR),), NONE)))["slamon_topic_silent"] == {("a",): 1}


def test_every_label_says_which_cluster_and_which_kind_of_broker() -> None:
    for family in text_string_to_metric_families(exposition(Shown((cluster().cycle(),), NONE)).decode()):
        for sample in family.samples:
            assert (sample.labels["cluster"], sample.labels["broker"]) == ("shop", "kafka")


def test_names_that_break_lines_or_quotes() -> None:
    name = 'a "b"\\n\n\ud800'
    found = shown(cluster(name))
    assert ('a "b"\\n\n?',) in found["slamon_consumergroup_members"]


def test_every_family_has_its_labels_as_the_catalogue_says_and_finite_values() -> None:
    text = exposition(Shown((cluster().cycle(),), {("shop", "mes"): Waiting(1, topics={"a": 1}, slack=1)}))
    labels = {spec.name: set(spec.labels) for spec, _ in FAMILIES}
    families = list(text_string_to_metric_families(text.decode()))
    assert [family.name for family in families] == [spec.name for spec, _ in FAMILIES]
    for family in families:
        for sample in family.samples:
            assert set(sample.labels) == labels[family.name]
            assert math.isfinite(sample.value)


def test_it_joins_either_exposition() -> None:
    lag = exposition(Shown((cluster().cycle(),), NONE))
    assert joined(b"a 1\n", lag) == b"a 1\n" + lag
    both = joined(generate_latest(CollectorRegistry()), lag)  # type: ignore[no-untyped-call]
    assert "slamon_consumergroup_lag" in {family.name for family in openmetrics(both.decode())}  # type: ignore[no-untyped-call]
