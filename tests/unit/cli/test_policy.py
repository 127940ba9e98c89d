"""`slamon policy diff`: its words and exit codes."""

import json
from pathlib import Path

import pytest

from tests.command_line import slamon
from tests.configurations import SMALLEST


@pytest.fixture
def events(tmp_path: Path) -> str:
    """Two orders in one file: one takes ten days, one two."""
    told = (("slow", "SUBMITTED", 1), ("slow", "SHIPPED", 11), ("quick", "SUBMITTED", 1), ("quick", "SHIPPED", 3))
    lines = [
        {"order_id": order_id, "system": "shop", "status": status, "occurred_at": f"2027-01-{day:02}T09:00:00Z"}
        for order_id, status, day in told
    ]
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


@pytest.fixture
def configs(tmp_path: Path) -> list[str]:
    """As options: three weeks, then one."""
    (tmp_path / "old.yaml").write_text(SMALLEST)
    (tmp_path / "new.yaml").write_text(SMALLEST + "sla: {promise: {duration: P7D}}\n")
    return ["--config", str(tmp_path / "old.yaml"), "--config", str(tmp_path / "new.yaml")]


def test_json(events: str, configs: list[str]) -> None:
    ran = slamon("policy", "diff", *configs, events, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    shown = json.loads(ran.out)
    assert list(shown) == ["at", "old", "new", "orders", "summary"]
    assert (shown["at"], shown["old"], shown["new"]) == ("2027-01-11T09:00:00Z", configs[1], configs[3])
    assert [(order["order_id"], order["verdict"]["new"]) for order in shown["orders"]] == [
        ("quick", "kept"),
        ("slow", "broken"),
    ]
    assert shown["summary"]["verdict_flips"] == 1


@pytest.mark.parametrize(("rows", "said"), [("0", ", 0 shown; more with --rows"), ("1", ", 1 shown"), ("2", "quick")])
def test_the_table_shows_flips_first(events: str, configs: list[str], rows: str, said: str) -> None:
    ran = slamon("policy", "diff", *configs, events, "--rows", rows)
    assert (ran.code, ran.err) == (0, "")
    assert said in ran.out
    assert "Orders that change: 2" in ran.out
    assert ("slow" in ran.out) == (rows != "0")


def test_nothing_changes_and_nothing_is_there(events: str, configs: list[str], tmp_path: Path) -> None:
    same = slamon("policy", "diff", *configs[:2], *configs[:2], events)
    assert (same.code, "Orders that change: 0" in same.out) == (0, True)
    (tmp_path / "none.jsonl").write_text("")
    ran = slamon("policy", "diff", *configs, str(tmp_path / "none.jsonl"), "--format", "json")
    shown = json.loads(ran.out)
    assert (ran.code, shown["at"], shown["orders"]) == (0, None, [])


def test_at(events: str, configs: list[str]) -> None:
    ran = slamon("policy", "diff", *configs, events, "--format", "json", "--at", "2027-01-09T09:00:00Z")
    shown = json.loads(ran.out)
    assert [order["verdict"] for order in shown["orders"]][1] == {"old": "on_track", "new": "breached"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "soon"), "is no time"),
        (("--source", "x"), "is no source"),
        (("--format", "csv"), "csv"),
        (("--config", "third.yaml"), "give it twice"),
    ],
)
def test_wrong_usage_is_2(events: str, configs: list[str], words: tuple[str, ...], said: str) -> None:
    ran = slamon("policy", "diff", *configs, events, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_one_configuration_or_none_is_2(events: str, configs: list[str]) -> None:
    assert [slamon("policy", "diff", *configs[:count], events).code for count in (0, 2)] == [2, 2]


@pytest.mark.parametrize("place", [1, 3])
def test_a_wrong_configuration_is_2(events: str, configs: list[str], place: int, tmp_path: Path) -> None:
    """Whichever of the two; its problem is told with line and key."""
    (tmp_path / "bad.yaml").write_text(SMALLEST + "sla: {promise: {duration: soon}}\n")
    configs[place] = str(tmp_path / "bad.yaml")
    ran = slamon("policy", "diff", *configs, events)
    assert (ran.code, ran.out) == (2, "")
    assert "bad.yaml:3: sla.promise.duration: " in ran.err


def test_a_file_that_can_not_be_read_is_1(configs: list[str], tmp_path: Path) -> None:
    ran = slamon("policy", "diff", *configs, str(tmp_path / "none.jsonl"))
    assert (ran.code, ran.out) == (1, "")
    assert "none.jsonl" in ran.err


def test_help_tells_what_there_is() -> None:
    ran = slamon("policy", "--help")
    assert (ran.code, "diff" in ran.out) == (0, True)
