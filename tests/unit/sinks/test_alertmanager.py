"""Alerts as Alertmanager takes them; the real one is asked in tests/peers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind, Severity, severity_of
from slamon.orders.event import SECOND, rfc3339
from slamon.sinks.alertmanager import ALERTS, OWN_LABELS, Alert, AlertmanagerSink, AlertmanagerTarget, alert_json
from slamon.sinks.message import OutgoingNotice
from tests.fakes.http_receiver import HttpReceiver
from tests.samples import HOUR, NOW, outgoing

TARGET = AlertmanagerTarget("http://a", HOUR, {"team": "sales"}, page="http://slamon/")
TEXT = "Source mes is silent: nothing was heard since 4 May 2026, 11:00 UTC, expected by then. More is said here."
ALERT = Alert("an-id", NoticeKind.SOURCE_SILENT, "mes", TEXT, NOW - HOUR)


def _about_mes() -> OutgoingNotice:
    return outgoing(
        notice_id="an-id", kind=NoticeKind.SOURCE_SILENT, subject="mes", order=None, text=TEXT, at=NOW - HOUR
    )


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[HttpReceiver]:
    made = HttpReceiver(tmp_path / "ledger", lambda posted: posted[0]["labels"]["notice_id"])
    await made.start()
    yield made
    await made.stop()


def test_what_stands_ends_in_the_future() -> None:
    assert alert_json(ALERT, TARGET, NOW) == {
        "labels": {
            "team": "sales",
            "alertname": "SlamonSourceSilent",
            "subject": "mes",
            "kind": "source_silent",
            "severity": "critical",
            "notice_id": "an-id",
        },
        "annotations": {"summary": TEXT.partition(" More")[0], "description": TEXT},
        "startsAt": rfc3339(NOW - HOUR),
        "endsAt": rfc3339(NOW + HOUR),
        "generatorURL": "http://slamon/",
    }


def test_labels_and_start_are_the_same_whenever_it_is_posted() -> None:
    first = alert_json(ALERT, TARGET, NOW)
    for ended_at in (None, NOW):
        alert = Alert("an-id", NoticeKind.SOURCE_SILENT, "mes", "other words", NOW - HOUR, ended_at)
        later = alert_json(alert, TARGET, NOW + HOUR)
        assert (later["labels"], later["startsAt"]) == (first["labels"], first["startsAt"])


def test_what_has_ended_ends_then_and_never_before_it_began() -> None:
    """Alertmanager refuses alerts that end before they start."""
    ended = alert_json(Alert("i", NoticeKind.LAG, "g", "t", NOW, NOW - 1), TARGET, NOW)
    assert ended["endsAt"] == ended["startsAt"] == rfc3339(NOW)


def test_every_kind_about_a_system_has_an_alert_and_its_own_labels() -> None:
    for kind, alertname in ALERTS.items():
        labels = alert_json(Alert("i", kind, "s", "t", NOW), AlertmanagerTarget("http://a"), NOW)["labels"]
        assert set(labels) == OWN_LABELS
        assert (labels["alertname"], labels["severity"]) == (alertname, severity_of(kind))


async def test_notices_about_orders_are_refused_for_good(receiver: HttpReceiver) -> None:
    sink = AlertmanagerSink(AlertmanagerTarget(receiver.url))
    with pytest.raises(SinkError) as refused:
        await sink.send(outgoing(), now=NOW)
    assert refused.value.permanent
    assert receiver.rows() == []
    assert sink.payload(outgoing(), now=NOW) is None


async def test_it_logs_in(receiver: HttpReceiver) -> None:
    sink = AlertmanagerSink(AlertmanagerTarget(receiver.url + "/", username="u", password="pä"))
    await sink.send(_about_mes(), now=NOW)
    await sink.close()
    assert receiver.headers[0]["Authorization"] == "Basic dTpww6Q="
    assert receiver.rows()[0]["path"] == "/api/v2/alerts"
    assert "pä" not in repr(sink)


async def test_a_late_attempt_sets_nothing_on_fire_again(receiver: HttpReceiver) -> None:
    """The notice waited in the queue while its alert was kept and ended."""
    sink = AlertmanagerSink(AlertmanagerTarget(receiver.url))
    ended = Alert("an-id", NoticeKind.SOURCE_SILENT, "mes", TEXT, NOW - HOUR, NOW)
    await sink.post([ended], now=NOW)
    await sink.send(_about_mes(), now=NOW + 5 * SECOND)
    await sink.close()
    assert [row["request"][0]["endsAt"] for row in receiver.rows()] == 2 * [rfc3339(NOW)]


def test_a_notice_with_a_severity_of_its_own_keeps_it() -> None:
    alert = Alert("i", NoticeKind.LAG, "g", "t", NOW, severity=Severity.CRITICAL)
    assert alert_json(alert, TARGET, NOW)["labels"]["severity"] == "critical"
