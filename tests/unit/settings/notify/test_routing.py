"""From the section `notify` to the core's routing."""

import pytest

from slamon.notices.notice import NoticeKind, Severity
from slamon.notices.routing import Parties, Person, Route, Rule
from slamon.settings.notify import Severity as Named
from slamon.settings.notify.routing import able_receivers, named_receivers, routing_of, slack_channels
from tests.builders import T0
from tests.calendars import utc
from tests.configurations import settings_of

PEOPLE = """
sla: {calendars: {office: {time_zone: Europe/Berlin, days: {mon-fri: ["09:00-18:00"]}}}}
notify:
  slack:
    token: xoxb-canary
    channel: "#late"
    managers:
      m-1: {user: U1, channel: "#first", hours: {calendar: office}}
      m-2: {user: U2, channel: late}
      m-3: {channel: first, hours: {calendar: always, breaches_anytime: false}}
  webhooks: {crm: {url: "https://crm.example/"}}
  rules:
    - {kinds: [breached, lag], severities: [critical], channels: [b2b], clients: [c-1], managers: [m-1],
       receivers: [crm]}
    - {kinds: [stage_overdue], receivers: [slack], slack_channel: "stages"}
  fallback: [slack]
"""


def test_rules_and_people_are_the_cores() -> None:
    settings = settings_of(PEOPLE)
    routing = routing_of(settings.notify, settings.sla.core_calendars(), ("slack", "crm", "heartbeat", "slack"))
    assert (routing.receivers, routing.fallback, routing.channel) == (("slack", "crm"), ("slack",), "#late")
    assert routing.rules[0] == Rule(
        ("crm",),
        frozenset({NoticeKind.BREACHED, NoticeKind.LAG}),
        frozenset({Severity.CRITICAL}),
        frozenset({"b2b"}),
        frozenset({"c-1"}),
        frozenset({"m-1"}),
    )
    assert routing.rules[1].slack_channel == "stages"
    assert routing.people["m-2"] == Person("U2", "#late")
    night = utc("2026-03-02T22:00:00+01:00")
    assert routing.routes(NoticeKind.AT_RISK, Parties(manager_id="m-1"), night) == (
        Route("slack", "#first", utc("2026-03-03T09:00:00+01:00")),
    )
    assert routing.routes(NoticeKind.AT_RISK, Parties(manager_id="m-3"), night) == (Route("slack", "#first"),)


def test_every_severity_may_be_named() -> None:
    assert {str(severity) for severity in Severity} == {str(severity) for severity in Named}


def test_a_channel_has_one_name_however_it_is_spelled() -> None:
    """Else it would have two queues, each with the pace of one; the default comes first."""
    assert slack_channels(settings_of(PEOPLE).notify) == ("#late", "#first", "stages")


@pytest.mark.parametrize(
    "slack", ["{webhook_url: 'https://hooks.example/x', channel: '#late', managers: {m-1: {channel: '#first'}}}", "{}"]
)
def test_without_a_bot_there_are_no_channels_to_choose(slack: str) -> None:
    """An incoming webhook posts to one channel."""
    notify = settings_of(f"notify: {{slack: {slack}, rules: [{{receivers: [slack], slack_channel: '#x'}}]}}\n").notify
    assert slack_channels(notify) == ()
    routing = routing_of(notify, {}, ("slack",))
    assert routing.routes(NoticeKind.BREACHED, Parties(manager_id="m-1"), T0) == (Route("slack"),)


@pytest.mark.parametrize(
    ("notify", "named", "able"),
    [
        ("{}", (), ()),
        ("{slack: {}}", ("slack",), ()),
        ("{slack: {token: x, channel: y}}", ("slack",), ("slack",)),
        ("{slack: {webhook_url: 'https://hooks.example/x'}}", ("slack",), ("slack",)),
        (
            "{alertmanager: {url: 'http://am:9093'}, webhooks: {a: {url: 'http://a'}}, heartbeat: {url: 'http://b'}}",
            ("a", "alertmanager"),
            ("a", "alertmanager"),
        ),
        (
            "{smtp: {host: mail, sender: a@b.example, to: [c@b.example]}, apprise: {url: 'json://x'}}",
            ("smtp", "apprise"),
            ("smtp", "apprise"),
        ),
    ],
)
def test_who_can_be_told(notify: str, named: tuple[str, ...], able: tuple[str, ...]) -> None:
    """The heartbeat is told nothing."""
    found = settings_of(f"notify: {notify}\n").notify
    assert (named_receivers(found), able_receivers(found)) == (named, able)
