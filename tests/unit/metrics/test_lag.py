"""Lag as metrics: rendered from snapshots, unknown is absent, by the worker that watches alone."""

from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics

from slamon.lag.incidents import Incident
from slamon.lag.observation import BrokerKind, Reason, Unknown
from slamon.lag.policy import LagRules
from slamon.lag.rows import Snapshot
from slamon.lag.troubles import TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.lag.waiting import Waiting
from slamon.metrics.lag import LagFigures, LagMetrics
from slamon.metrics.lag_form import LagForm
from slamon.metrics.registry import Metrics
from slamon.orders.event import SECOND
from tests.builders import T0
from tests.unit.metrics.exposition import samples
from tests.unit.metrics.lag_rows import flow, group, partition, snapshot, topic


def shown(*snapshots: Snapshot, form: LagForm | None = None, **more: Any) -> Metrics:
    metrics = Metrics(version="1", lag=form)
    metrics.lag.show(LagFigures({one.cluster: one for one in snapshots}, **more))
    return metrics


def test_before_the_first_look_there_are_no_samples() -> None:
    metrics = Metrics(version="1")
    assert b"# TYPE slamon_consumergroup_lag gauge\n" in metrics.lag.render()
    assert [line for line in metrics.lag.render().splitlines() if not line.startswith(b"#")] == []


def test_groups_topics_and_the_watch_itself() -> None:
    metrics = shown(snapshot(group()), cycles={"default": (0.25, 3)})
    assert samples(metrics, "slamon_consumergroup_lag") == {("mes", "0", "a"): 2, ("mes", "1", "a"): 0}
    assert samples(metrics, "slamon_consumergroup_lag_seconds") == {("mes", "a"): 90}
    assert samples(metrics, "slamon_consumergroup_members") == {("mes",): 3}
    statuses = samples(metrics, "slamon_consumergroup_status")
    assert {labels[1] for labels, value in statuses.items() if value == 1} == {"STUCK"}
    assert {labels[1] for labels in statuses} == {*LagStatus} - {LagStatus.PRODUCER_SILENT}
    assert samples(metrics, "slamon_consumergroup_severity") == {("mes",): 2}
    assert samples(metrics, "slamon_topic_messages") == {("a",): 7}
    assert samples(metrics, "slamon_topic_in_per_second") == {("a",): 0.5}
    assert samples(metrics, "slamon_lag_cycle_seconds") == {("default",): 0.25}
    assert samples(metrics, "slamon_lag_failures_total") == {("default",): 3}
    assert samples(metrics, "slamon_lag_as_of_timestamp_seconds") == {("default",): T0 / SECOND}


def test_what_is_unknown_is_absent_and_counted_by_reason() -> None:
    lost = Unknown(Reason.NO_LEADER)
    metrics = shown(
        snapshot(group(topic(partition(0, lag=None, age=None, unknown=lost)), members=None), flow(messages=None))
    )
    for name in ("slamon_consumergroup_lag", "slamon_consumergroup_lag_seconds", "slamon_consumergroup_members"):
        assert samples(metrics, name) == {}
    assert samples(metrics, "slamon_consumergroup_eta_seconds") == {}
    assert samples(metrics, "slamon_topic_messages") == {}
    assert samples(metrics, "slamon_lag_unknown") == {("no_leader",): 1}


def test_only_the_worker_that_watches_shows_it() -> None:
    metrics = shown(snapshot(group()))
    metrics.lag.is_ours = lambda: False
    assert samples(metrics, "slamon_consumergroup_lag") == {}
    metrics.lag.is_ours = lambda: True
    assert len(samples(metrics, "slamon_consumergroup_lag")) == 2


def test_a_new_cycle_replaces_the_old_one_whole() -> None:
    first = group()
    metrics = shown(snapshot(first))
    assert samples(metrics, "slamon_consumergroup_lag")["mes", "0", "a"] == 2
    metrics.lag.show(LagFigures({"default": snapshot(group(topic(partition(0, lag=9)), *first.topics[1:]))}))
    assert samples(metrics, "slamon_consumergroup_lag") == {("mes", "0", "a"): 9}
    metrics.lag.show(LagFigures({"default": snapshot(group(name="other"))}))
    assert {labels[0] for labels in samples(metrics, "slamon_consumergroup_lag")} == {"other"}


def test_orders_that_wait_and_open_incidents() -> None:
    waiting = {("default", "mes"): Waiting(5, topics={"a": 5}, slack=-90 * SECOND)}
    incident = Incident("i", "default", "mes", TroubleKind.LAG, 0, 0, LagStatus.STUCK, Level.WARN, Level.WARN, 0)
    metrics = shown(snapshot(group()), waiting=waiting, incidents=[incident, incident])
    assert samples(metrics, "slamon_lag_orders_waiting") == {("mes", "a"): 5}
    assert samples(metrics, "slamon_lag_least_slack_seconds") == {("mes",): -90}
    assert samples(metrics, "slamon_lag_incidents") == {("lag", "warn"): 2}


def test_topics_that_have_to_grow_dead_letters_and_what_will_be_deleted() -> None:
    silent = flow(status=LagStatus.PRODUCER_SILENT, is_dead_letters=True, deleted_unread_in=60 * SECOND)
    metrics = shown(snapshot(flow("b"), silent), rules=LagRules(silent_after=[("a", SECOND)]))
    assert samples(metrics, "slamon_topic_producer_silent") == {("a",): 1}
    assert samples(metrics, "slamon_dead_letter_topic_messages") == {("a",): 7}
    assert samples(metrics, "slamon_topic_deleted_unread_in_seconds") == {("a",): 60}


def test_other_clusters_and_rabbitmq_are_told_apart() -> None:
    queue = snapshot(group(kind=BrokerKind.RABBITMQ, cluster="mq"), cluster="mq", kind=BrokerKind.RABBITMQ)
    metrics = shown(snapshot(group()), snapshot(group(cluster="b"), cluster="b"), queue)
    text = metrics.lag.render().decode()
    for labels in ("", ',cluster="b"', ',cluster="mq",broker="rabbitmq"'):
        assert f'slamon_consumergroup_lag{{consumergroup="mes",topic="a",partition="0"{labels}}} 2\n' in text


def test_names_of_any_kind_stay_in_their_quotes() -> None:
    name = 'a"b\\c\nd\ud800'
    assert list(samples(shown(snapshot(group(name=name))), "slamon_consumergroup_members")) == [('a"b\\c\nd?',)]


def test_openmetrics_reads_it_too() -> None:
    metrics = shown(snapshot(group()), cycles={"default": (0.25, 3)})
    body, _ = metrics.render("application/openmetrics-text;version=1.0.0")
    families = {family.name: family for family in parse_openmetrics(body.decode())}  # type: ignore[no-untyped-call]
    assert [sample.value for sample in families["slamon_lag_failures"].samples] == [3]
    assert families["slamon_consumergroup_lag"].type == "gauge"


def test_what_does_not_change_is_not_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(*given: Any, **_: Any) -> list[tuple[str, str]]:
        made.append(given[1].topic)
        return []

    monkeypatch.setattr("slamon.metrics.lag.topic_of_group", counted)
    metrics, there = LagMetrics(LagForm()), topic(partition(0))
    for _ in range(3):
        metrics.show(LagFigures({"default": snapshot(group(there))}))
        metrics.render()
    assert made == ["a"]
