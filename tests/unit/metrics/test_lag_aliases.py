"""The names and labels that dashboards for kafka_exporter and kafka-lag-exporter ask for."""

from prometheus_client.parser import text_string_to_metric_families

from slamon.lag.observation import Place, Reason, Unknown
from slamon.metrics.lag import Shown, exposition
from slamon.metrics.lag_aliases import ALIASES
from slamon.orders.event import SECOND
from tests.builders import MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, Followed

A0, A1 = Place("a", 0), Place("a", 1)
FIRST = T0 + 15 * SECOND


def followed() -> Followed:
    broker = FakeBroker(mes=FakeGroup({A0: 1, A1: 1}))
    broker.logs = {A0: FakeLog([T0, FIRST - MINUTE]), A1: FakeLog([T0])}
    return Followed(broker)


def samples(cluster: Followed) -> list[tuple[str, dict[str, str], float]]:
    text = exposition(Shown((cluster.cycle(),), {}), ALIASES).decode()
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def test_names_labels_and_values() -> None:
    exporter = {"consumergroup": "mes", "topic": "a", "partition": "0"}
    lag_exporter = {"cluster_name": "shop", "group": "mes", "topic": "a", "partition": "0"}
    found = samples(followed())
    for expected in (
        ("kafka_consumergroup_lag", exporter, 1),
        ("kafka_consumergroup_current_offset", exporter, 1),
        ("kafka_consumergroup_group_lag", lag_exporter, 1),
        ("kafka_consumergroup_group_lag_seconds", lag_exporter, 60),
        ("kafka_consumergroup_group_max_lag_seconds", {"cluster_name": "shop", "group": "mes"}, 60),
    ):
        assert expected in found
    assert len(found) == 4 * 2 + 1


def test_unknown_and_missing_values_have_no_series() -> None:
    cluster = followed()
    del cluster.broker.groups["mes"].commits[A1]
    cluster.broker.faults[A0] = Unknown(Reason.NO_LEADER)
    names = [(name, labels.get("partition")) for name, labels, _ in samples(cluster)]
    assert ("kafka_consumergroup_lag", "0") not in names
    assert ("kafka_consumergroup_current_offset", "1") not in names
    assert ("kafka_consumergroup_lag", "1") in names
