"""`slamon route test`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Ran, slamon
from tests.configurations import SMALLEST

CONFIGURATION = (
    SMALLEST
    + """
sla: {calendars: {office: {time_zone: Europe/Berlin, days: {mon-fri: ["07:00-18:00"]}}}}
notify:
  slack: {token: xoxb-canary, channel: "#late", managers: {m-1: {user: U1, channel: "#one", hours: {calendar: office}}}}
  webhooks: {crm: {url: "https://crm.example/", secret: abc}}
  alertmanager: {url: "http://am:9093"}
  rules:
    - {severities: [critical], clients: [c-77], receivers: [slack, crm, alertmanager], slack_channel: "#key"}
    - {kinds: [stage_overdue], receivers: []}
    - {kinds: [service], channels: [b2b], receivers: [crm]}
  fallback: [slack]
"""
)
SATURDAY, MONDAY = "2027-01-30T22:00:00Z", "2027-02-01T06:00:00Z"


def asked(tmp_path: Path, *words: str, text: str = CONFIGURATION) -> Ran:
    file = tmp_path / "slamon.yaml"
    file.write_text(text)
    return slamon("route", "test", "--config", str(file), *words)


def answered(tmp_path: Path, *words: str, text: str = CONFIGURATION) -> dict[str, Any]:
    ran = asked(tmp_path, *words, "--format", "json", text=text)
    assert ran.code == 0
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def test_the_whole_answer(tmp_path: Path) -> None:
    found = answered(
        tmp_path, "--kind", "at_risk", "--channel", "b2b", "--client", "c-77", "--manager", "m-1", "--at", SATURDAY
    )
    assert found == {
        "kind": "at_risk",
        "severity": "warning",
        "channel": "b2b",
        "client_id": "c-77",
        "manager_id": "m-1",
        "at": SATURDAY,
        "by": "fallback",
        "rule": None,
        "matched": {},
        "why": "no rule matches: notify.fallback",
        "routes": [
            {"receiver": "slack", "slack_channel": "#one", "mention": ["U1"], "state": "held", "not_before": MONDAY}
        ],
    }


def test_a_rule_is_named_with_what_met_it(tmp_path: Path) -> None:
    """A broken promise is the kind that is meant without another, and goes at once."""
    found = answered(tmp_path, "--client", "c-77", "--manager", "m-1", "--at", SATURDAY)
    assert (found["kind"], found["by"], found["rule"]) == ("breached", "rule", 0)
    assert found["matched"] == {"severities": "critical", "clients": "c-77"}
    assert [(r["receiver"], r["slack_channel"], r["mention"], r["state"]) for r in found["routes"]] == [
        ("slack", "#key", ["U1"], "pending"),
        ("crm", None, [], "pending"),
    ]


@pytest.mark.parametrize(
    ("kind", "receivers"), [("stage_overdue", []), ("service", ["slack"]), ("divergence", ["slack"])]
)
def test_system_notices_concern_nobody_and_some_notices_go_to_nobody(
    tmp_path: Path, kind: str, receivers: list[str]
) -> None:
    found = answered(tmp_path, "--kind", kind, "--channel", "b2b", "--manager", "m-1")
    assert [told["receiver"] for told in found["routes"]] == receivers
    assert (found["manager_id"] is None) == (kind == "service")


def test_without_rules_everybody_is_told(tmp_path: Path) -> None:
    text = (
        SMALLEST
        + 'notify: {slack: {}, webhooks: {crm: {url: "http://a", secret: x}}, alertmanager: {url: "http://b"}}\n'
    )
    ran = asked(tmp_path, "--kind", "lag", "--format", "json", text=text)
    found = json.loads(ran.out)
    assert (found["by"], [told["receiver"] for told in found["routes"]]) == ("everybody", ["crm", "alertmanager"])
    assert ran.err == "slack: lacks what it needs to send, gets nothing\n"


def test_what_no_rule_names_is_left(tmp_path: Path) -> None:
    text = SMALLEST + (
        'notify: {webhooks: {crm: {url: "http://a", secret: x}, erp: {url: "http://b", secret: x}},'
        " rules: [{kinds: [lag], receivers: [crm]}]}\n"
    )
    found = answered(tmp_path, text=text)
    assert (found["by"], [told["receiver"] for told in found["routes"]]) == ("unnamed", ["erp"])


def test_the_table_says_the_same_in_words(tmp_path: Path) -> None:
    ran = asked(tmp_path, "--kind", "at_risk", "--manager", "m-1", "--at", SATURDAY)
    lines = [line.split() for line in ran.out.splitlines()]
    assert ran.out.startswith("at_risk (warning): no rule matches: notify.fallback\n")
    assert lines[1:] == [["receiver", "slack", "channel", "mentions", "when"], ["slack", "#one", "U1", MONDAY]]
    assert asked(tmp_path, "--kind", "stage_overdue").out.splitlines() == [
        "stage_overdue (warning): notify.rules.1 (kinds: stage_overdue)",
        "It goes to nobody.",
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--kind", "retracted"), "goes where the notice went"),
        (("--kind", "late"), "late"),
        (("--at", "tomorrow"), "allowed is RFC 3339"),
    ],
)
def test_questions_that_have_no_answer(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    ran = asked(tmp_path, *words)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in " ".join(ran.err.split())


def test_a_wrong_configuration_is_refused(tmp_path: Path) -> None:
    ran = asked(tmp_path, text=CONFIGURATION.replace("[slack]", "[slak]"))
    assert (ran.code, ran.out) == (2, "")
    assert "notify.fallback.0: slak is no configured receiver" in ran.err
