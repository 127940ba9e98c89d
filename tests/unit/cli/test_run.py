"""`slamon run` and `slamon demo`."""

import json
import logging
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

import slamon.app
from slamon.settings import Settings
from tests.command_line import slamon as command
from tests.configurations import SMALLEST


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    present, level = list(root.handlers), root.level
    yield
    root.handlers[:] = present
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "slamon.yaml"
    made.write_text(SMALLEST)
    return made


@pytest.mark.parametrize("code", [0, 1])
def test_the_daemons_exit_code_is_the_commands(file: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Settings] = []

    def run_daemon(settings: Settings) -> int:
        ran.append(settings)
        return code

    monkeypatch.setattr(slamon.app, "run_daemon", run_daemon)
    assert command("run", "--config", str(file)) == (code, "", "")
    assert command("run", env={"SLAMON_CONFIG": str(file)}).code == code
    assert [settings.web.port for settings in ran] == [8080, 8080]


def test_a_wrong_configuration_is_2_and_runs_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slamon.app, "run_daemon", None)
    file.write_text("web: {port: x}\n")
    ran = command("run", "--config", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "kafka.bootstrap_servers",
        "sources",
        "web.port",
    ]


def test_a_crash_is_1_and_a_line_without_secrets(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(settings: Settings) -> NoReturn:
        raise RuntimeError(f"token xoxb-canary refused for {settings.kafka.app_id}")

    monkeypatch.setattr(slamon.app, "run_daemon", crash)
    file.write_text(
        SMALLEST + 'notify: {slack: {token: xoxb-canary, channel: "#l"}}\nservices: {mes: {http: "http://mes"}}\n'
    )
    ran = command("run", "--config", str(file))
    assert (ran.code, ran.out) == (1, "")
    remark, crashed = [json.loads(line) for line in ran.err.splitlines()]
    assert (remark["level"], remark["event"]) == ("warning", "configuration.remarked")
    assert "services: accepted, not run by this version" in remark["remark"]
    assert (crashed["level"], crashed["event"]) == ("error", "daemon.crashed")
    assert "RuntimeError: token *** refused for slamon" in crashed["exception"]
    assert "xoxb-canary" not in ran.err


def test_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def main(seconds: int | None, **options: object) -> int:
        asked.append({"seconds": seconds} | options)
        return 0 if seconds is None else 1

    monkeypatch.setitem(sys.modules, "slamon.demo.run", types.SimpleNamespace(main=main))
    usual = {"kafka": None, "host": "127.0.0.1", "port": 0, "slack_port": 0, "seed": None}
    assert command("demo").code == 0
    assert command("demo", "--seconds", "60", "--kafka", "kafka:9092", "--slack-port", "8081").code == 1
    assert command("demo", "--seconds", "10").code == 2
    assert asked == [{"seconds": None} | usual, {"seconds": 60} | usual | {"kafka": "kafka:9092", "slack_port": 8081}]
