"""`slamon notify test`: its words and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.ports import free_port
from tests.command_line import slamon
from tests.configurations import SMALLEST


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Every kind of receiver; nobody listens."""
    nobody = free_port()
    file = tmp_path / "slamon.yaml"
    file.write_text(
        SMALLEST
        + f"""notify:
  slack: {{token: xoxb-canary, channel: "#late", api_url: "http://127.0.0.1:{nobody}/api/"}}
  webhooks: {{crm: {{url: "http://127.0.0.1:{nobody}/canary", secret: canary}}}}
  alertmanager: {{url: "http://127.0.0.1:{nobody}"}}
  smtp: {{host: 127.0.0.1, port: {nobody}, security: none, sender: a@example.org, to: [b@example.org]}}
"""
    )
    return str(file)


def _shown(config: str, receiver: str) -> list[dict[str, Any]]:
    ran = slamon("notify", "test", receiver, "--dry-run", "--config", config)
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == f"{receiver}: {len(ran.out.splitlines())} calls, nothing was sent"
    return [json.loads(line) for line in ran.out.splitlines()]


def test_dry_run_prints_one_call_a_line(config: str) -> None:
    slack = _shown(config, "slack")
    assert len(slack) == 9
    assert {call["channel"] for call in slack} == {"#late"}
    assert all(call["metadata"]["event_type"] == "slamon_notice" and call["blocks"] for call in slack)
    assert [body["kind"] for body in _shown(config, "crm")][:2] == ["at_risk", "breached"]
    assert [set(mail) for mail in _shown(config, "smtp")] == 9 * [{"from", "to", "subject", "text"}]
    assert [alert["labels"]["alertname"] for alert in _shown(config, "alertmanager")] == [
        "SlamonQueueLags",
        "SlamonServiceDown",
        "SlamonSourceSilent",
    ]


@pytest.mark.parametrize("receiver", ["slack", "crm", "alertmanager", "smtp"])
def test_a_failure_says_what_is_wrong_and_what_to_do(config: str, receiver: str) -> None:
    ran = slamon("notify", "test", receiver, "--config", config)
    assert (ran.code, ran.out) == (1, "")
    assert "check host, port and firewall" in ran.err
    assert ran.err.splitlines()[-1] == f"{receiver}: 0 accepted, 1 failed"
    assert "canary" not in ran.err


def test_an_unknown_receiver(config: str, tmp_path: Path) -> None:
    ran = slamon("notify", "test", "slak", "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "slak is no configured receiver, allowed are: slack, crm, alertmanager, smtp\n"
    (tmp_path / "none.yaml").write_text(SMALLEST)
    ran = slamon("notify", "test", "slack", "--config", str(tmp_path / "none.yaml"))
    assert (ran.code, "none, notify configures none" in ran.err) == (2, True)


def test_a_wrong_configuration(tmp_path: Path) -> None:
    ran = slamon("notify", "test", "slack", "--config", str(tmp_path / "absent.yaml"))
    assert (ran.code, "can't be read" in ran.err) == (2, True)
