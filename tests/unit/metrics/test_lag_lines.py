"""The lines of lag: how finely, and under others' names."""

import msgspec
import pytest

from slamon.lag.observation import BrokerKind
from slamon.metrics.lag import LagFigures
from slamon.metrics.lag_form import Detail, Exposition, LagForm
from slamon.metrics.lag_lines import escaped, of_cluster
from slamon.metrics.registry import Metrics
from tests.unit.metrics.exposition import samples
from tests.unit.metrics.lag_rows import group, partition, snapshot, topic


def shown(form: LagForm, **more: object) -> Metrics:
    metrics = Metrics(version="1", lag=form)
    metrics.lag.show(LagFigures({"default": snapshot(group(**more))}))  # type: ignore[arg-type]
    return metrics


@pytest.mark.parametrize(
    ("detail", "lag", "seconds"),
    [
        (Detail.PARTITION, {("mes", "0", "a"): 2, ("mes", "1", "a"): 0}, {("mes", "a"): 90}),
        (Detail.TOPIC, {("mes", "a"): 2}, {("mes", "a"): 90}),
        (Detail.GROUP, {("mes",): 2}, {("mes",): 90}),
    ],
)
def test_detail(detail: Detail, lag: dict[tuple[str, ...], float], seconds: dict[tuple[str, ...], float]) -> None:
    metrics = shown(LagForm(detail))
    assert samples(metrics, "slamon_consumergroup_lag") == lag
    assert samples(metrics, "slamon_consumergroup_lag_seconds") == seconds


def test_the_names_of_kafka_exporter() -> None:
    metrics = shown(LagForm(also_as=(Exposition.KAFKA_EXPORTER,)))
    assert samples(metrics, "kafka_consumergroup_lag") == {("mes", "0", "a"): 2, ("mes", "1", "a"): 0}
    assert samples(metrics, "kafka_consumergroup_lag_sum") == {("mes", "a"): 2}
    assert samples(metrics, "kafka_consumergroup_current_offset") == {("mes", "0", "a"): 5, ("mes", "1", "a"): 5}
    assert samples(metrics, "kafka_consumergroup_members") == {("mes",): 3}
    assert samples(metrics, "kafka_topic_partition_current_offset") == {("0", "a"): 7, ("1", "a"): 5}
    assert samples(metrics, "kafka_topic_partition_oldest_offset") == {("0", "a"): 0, ("1", "a"): 0}


def test_the_names_of_kafka_lag_exporter() -> None:
    metrics = shown(LagForm(also_as=(Exposition.KAFKA_LAG_EXPORTER,)))
    lag, mes = samples(metrics, "kafka_consumergroup_group_lag"), ("default", "mes")
    assert lag == {(*mes, "0", "a"): 2, (*mes, "1", "a"): 0}
    assert samples(metrics, "kafka_consumergroup_group_lag_seconds") == {(*mes, "0", "a"): 90, (*mes, "1", "a"): 0}
    assert samples(metrics, "kafka_consumergroup_group_offset") == {(*mes, "0", "a"): 5, (*mes, "1", "a"): 5}
    assert samples(metrics, "kafka_consumergroup_group_sum_lag") == {mes: 2}
    assert samples(metrics, "kafka_consumergroup_group_max_lag") == {mes: 2}
    assert samples(metrics, "kafka_consumergroup_group_max_lag_seconds") == {mes: 90}
    assert samples(metrics, "kafka_consumergroup_group_topic_sum_lag") == {(*mes, "a"): 2}
    assert samples(metrics, "kafka_partition_latest_offset") == {("default", "0", "a"): 7, ("default", "1", "a"): 5}
    assert samples(metrics, "kafka_partition_earliest_offset") == {("default", "0", "a"): 0, ("default", "1", "a"): 0}


def test_without_being_asked_nothing_has_others_names() -> None:
    text = shown(LagForm()).lag.render().decode()
    assert "kafka_" not in text.replace("kafka_exporter", "")


def test_queues_of_rabbitmq_have_no_names_of_kafkas_exporters() -> None:
    metrics = Metrics(version="1", lag=LagForm(also_as=tuple(Exposition)))
    rows = snapshot(group(kind=BrokerKind.RABBITMQ), kind=BrokerKind.RABBITMQ)
    metrics.lag.show(LagFigures({"default": rows}))
    lines = [line for line in metrics.lag.render().decode().splitlines() if line.startswith("kafka_")]
    assert lines == []


def test_labels() -> None:
    assert escaped('a"\\\n') == 'a\\"\\\\\\n'
    assert of_cluster(snapshot(), LagForm()) == ""
    assert of_cluster(snapshot(cluster="b"), LagForm()) == ',cluster="b"'
    assert of_cluster(snapshot(cluster="b"), LagForm(own_cluster="b")) == ""


@pytest.mark.parametrize("detail", [Detail.TOPIC, Detail.GROUP])
def test_a_sum_of_which_a_part_is_unknown_is_none(detail: Detail) -> None:
    part = msgspec.structs.replace(topic(partition(0), partition(1, lag=None, age=None)), unknown=1)
    metrics = Metrics(version="1", lag=LagForm(detail))
    metrics.lag.show(LagFigures({"default": snapshot(group(part))}))
    assert samples(metrics, "slamon_consumergroup_lag") == {}
