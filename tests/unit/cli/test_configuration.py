"""`slamon check-config` and `slamon schema`."""

import json
from pathlib import Path

import pytest

import slamon.app
from slamon.settings import Settings
from slamon.settings.reference import json_schema, markdown, reference_yaml
from tests.command_line import slamon as command
from tests.configurations import SMALLEST


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "slamon.yaml"
    made.write_text(SMALLEST)
    return made


def test_a_right_configuration(file: Path) -> None:
    assert command("check-config", str(file)) == (0, f"{file}: right\n", "")


def test_every_problem_is_a_line_on_stderr(file: Path) -> None:
    file.write_text(SMALLEST + "web: {port: x}\nweb_: 1\n")
    ran = command("check-config", str(file), env={"SLAMON_LOG__LEVEL": "loud"})
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(" is ")[0] for line in ran.err.splitlines()] == [
        f"{file}:3: web.port:",
        f"{file}:4: web_:",
        "SLAMON_LOG__LEVEL:",
    ]


def test_a_warning_is_no_problem(file: Path) -> None:
    file.write_text(SMALLEST + 'services: {mes: {http: "http://mes"}}\n')
    ran = command("check-config", str(file))
    assert ran == (0, f"{file}: right\n", f"{file}:3: services: accepted, not run by this version (warning)\n")


@pytest.mark.parametrize("content", [None, b"\xff", b"kafka: [", b""])
def test_no_file_no_text_no_yaml_nothing(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "slamon.yaml"
    if content is not None:
        file.write_bytes(content)
    ran = command("check-config", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{file}:1: ")


def test_against_kafka(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["orders.events: topic is not there, allowed is one that exists"]

    def check(settings: Settings) -> list[str]:
        assert settings.kafka.app_id == "slamon"
        return found

    monkeypatch.setattr(slamon.app, "check_against_kafka", check, raising=False)
    assert command("check-config", str(file), "--against-kafka") == (2, "", found[0] + "\n")
    found.clear()
    assert command("check-config", str(file), "--against-kafka").code == 0


def test_the_schema_goes_to_stdout() -> None:
    ran = command("schema")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == json.loads(json_schema())
    assert command("schema", "--as", "yaml").out == reference_yaml()
    assert command("schema", "--as", "markdown").out == markdown()


def test_the_schema_is_written_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    words = ("schema", "--output", str(file))
    assert command(*words, "--check").code == 1
    assert command(*words) == (0, "", "")
    assert command(*words, "--check") == (0, "", "")
    file.write_text("{}")
    ran = command(*words, "--check")
    assert (ran.code, ran.out) == (1, "")
    assert "differs" in ran.err
    assert file.read_text() == "{}"
    assert command("schema", "--check").code == 2
