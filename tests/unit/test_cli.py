"""The command line as a whole."""

import subprocess
import sys

import pytest

from slamon import __version__
from tests.command_line import slamon


def test_the_version() -> None:
    assert slamon("--version") == (0, f"slamon {__version__}\n", "")


def test_python_m_slamon() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "slamon", "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"slamon {__version__}\n", "")


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "check-config",
        "replay",
        "report",
        "demo",
        "orders",
        "explain",
        "notices",
        "notify",
        "lag",
        "incidents",
        "schema",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    ran = slamon(command, "--help")
    assert ran.code == 0
    assert "Usage: slamon" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("command", ["services", "doctor", "rules", "dashboards"])
def test_commands_of_later_versions_are_not_pretended(command: str) -> None:
    ran = slamon(command)
    assert ran.code == 2
    assert "No such command" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--unknown",),
        ("run",),
        ("check-config",),
        ("replay",),
        ("orders", "show"),
        ("explain",),
        ("orders", "list", "--limit", "0"),
    ],
)
def test_wrong_usage_is_2_and_on_stderr(words: tuple[str, ...]) -> None:
    ran = slamon(*words, env={"SLAMON_CONFIG": None})
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err != ""
