"""The sinks besides Slack and webhooks, from their sections."""

from slamon.app.sinks import heartbeat_caller, other_sinks
from slamon.notices.notice import NoticeKind
from slamon.sinks.alertmanager import AlertmanagerSink
from slamon.sinks.apprise import AppriseSink
from slamon.sinks.smtp import SmtpSink
from tests.configurations import settings_of
from tests.samples import NOW, outgoing

ALL = """
notify:
  alertmanager: {url: "http://alerts:9093", keep: PT2H, labels: {team: sales}}
  smtp: {host: mail, sender: slamon@example.org, to: [a@example.org], managers: {m-1: m@example.org}, security: tls}
  apprise: {url: "json://one json://two"}
  heartbeat: {url: "http://hc.example/ping"}
"""


def test_each_section_makes_its_sink() -> None:
    found = [sink for sink, _ in other_sinks(settings_of(ALL), "http://slamon/")]
    assert [type(sink) for sink in found] == [AlertmanagerSink, SmtpSink, AppriseSink]
    assert [sink.name for sink in found] == ["alertmanager", "smtp", "apprise"]
    assert heartbeat_caller(settings_of(ALL)) is not None
    alert = found[0].payload(outgoing(kind=NoticeKind.LAG, order=None), now=NOW)  # type: ignore[attr-defined]
    assert (alert["labels"]["team"], alert["generatorURL"]) == ("sales", "http://slamon/")
    assert alert["endsAt"] == "2026-05-04T14:00:00Z"
    mail = found[1].payload(outgoing(), now=NOW)  # type: ignore[attr-defined]
    assert mail["to"] == ["a@example.org", "m@example.org"]


def test_without_sections_there_is_none() -> None:
    assert list(other_sinks(settings_of(), "http://slamon/")) == []
    assert heartbeat_caller(settings_of()) is None
