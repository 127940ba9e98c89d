"""`slamon replay`."""

import json
from pathlib import Path

import pytest

from tests.command_line import slamon
from tests.configurations import SMALLEST

LINES = (
    '{"order_id": "o-1", "system": "shop", "status": "SUBMITTED", "occurred_at": "2027-01-01T09:00:00Z"}\n'
    '{"order_id": "o-1", "system": "mes", "status": "DONE", "occurred_at": "2027-01-30T09:00:00Z"}\n'
    "nonsense\n"
)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_text(LINES)
    return file


def _configuration(tmp_path: Path, text: str) -> str:
    file = tmp_path / "slamon.yaml"
    file.write_text(text)
    return str(file)


def test_json(events: Path) -> None:
    ran = slamon("replay", str(events), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    shown = json.loads(ran.out)
    assert shown["at"] == "2027-01-30T09:00:00Z"
    assert [order["verdict"] for order in shown["orders"]] == ["breached"]
    assert {notice["kind"] for notice in shown["notices"]} == {"at_risk", "breached", "stage_overdue"}
    assert shown["rejected"] == [{"source": str(events), "line": 3, "reason": "not_json"}]


def test_table_and_json_lines(events: Path) -> None:
    ran = slamon("replay", str(events))
    assert (ran.code, ran.err) == (0, "")
    assert "Late and at risk: 1" in ran.out
    lines = slamon("replay", str(events), "--format", "jsonl").out.splitlines()
    assert json.loads(lines[-1])["type"] == "summary"


def test_the_configuration_decides(events: Path, tmp_path: Path) -> None:
    config = _configuration(
        tmp_path,
        'kafka: {bootstrap_servers: "a:1"}\n'
        "sources: {o: {topics: [x], status_map: {DONE: SHIPPED}}}\n"
        "sla: {promise: {duration: P60D}, stages: []}\n",
    )
    shown = json.loads(slamon("replay", str(events), "--config", config, "--format", "json").out)
    assert [order["verdict"] for order in shown["orders"]] == ["kept"]
    assert shown["notices"] == []


def test_at_passes_every_deadline_up_to_it(events: Path) -> None:
    shown = json.loads(slamon("replay", str(events), "--at", "2027-01-02T00:00:00Z", "--format", "json").out)
    assert shown["at"] == "2027-01-02T00:00:00Z"
    assert shown["orders"][0]["verdict"] == "on_track"
    assert shown["summary"]["after_at"] == 1


@pytest.mark.parametrize("at", ["tomorrow", "2027-01-02", "2027-01-02T00:00:00", "2027-13-01T00:00:00Z", ""])
def test_a_wrong_time_is_2(events: Path, at: str) -> None:
    ran = slamon("replay", str(events), "--at", at)
    assert (ran.code, ran.out) == (2, "")
    assert "allowed is RFC 3339" in " ".join(ran.err.split())


def test_input_that_can_not_be_read_is_1(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00")
    for name in ("none.jsonl", "cut.jsonl.gz"):
        ran = slamon("replay", str(tmp_path / name))
        assert (ran.code, ran.out) == (1, "")
        assert name in ran.err


def test_a_wrong_configuration_is_2(events: Path, tmp_path: Path) -> None:
    ran = slamon("replay", str(events), "--config", _configuration(tmp_path, SMALLEST + "webb: {}\n"))
    assert (ran.code, ran.out) == (2, "")
    assert "webb: is no key here, did you mean web?" in ran.err


TWO = """\
kafka: {bootstrap_servers: "a:1"}
sources:
  shop: {topics: [x], system: shop, status_map: {DONE: SHIPPED}}
  mes: {topics: [y], system: mes, status_map: {DONE: CLOSED}}
orders: {max_event_bytes: 2048}
"""


def test_sources_that_disagree_need_a_name(events: Path, tmp_path: Path) -> None:
    config = _configuration(tmp_path, TWO)
    ran = slamon("replay", str(events), "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert "the sources disagree about DONE" in " ".join(ran.err.split())
    shown = json.loads(slamon("replay", str(events), "--config", config, "--source", "mes", "--format", "json").out)
    assert shown["orders"][0]["status"] == "CLOSED"


def test_sources_of_different_systems_leave_the_system_to_the_events(events: Path, tmp_path: Path) -> None:
    """Shop, CRM and MES with a topic each is the usual configuration; what they recorded says who spoke."""
    config = _configuration(tmp_path, TWO.replace("CLOSED", "SHIPPED"))
    events.write_text(events.read_text().replace('"system":"shop",', "").replace('"system": "shop", ', ""))
    ran = slamon("replay", str(events), "--config", config, "--format", "json")
    assert ran.code == 0
    assert "events without one are nobody's report" in ran.err
    assert json.loads(ran.out)["orders"][0]["systems"] == {"mes": "SHIPPED"}
    ran = slamon("replay", str(events), "--config", config, "--source", "shop", "--format", "json")
    assert (json.loads(ran.out)["orders"][0]["systems"], ran.err) == ({"mes": "SHIPPED", "shop": "SUBMITTED"}, "")


@pytest.mark.parametrize("config", [None, TWO])
def test_a_source_that_is_not_there_is_2(events: Path, tmp_path: Path, config: str | None) -> None:
    more = () if config is None else ("--config", _configuration(tmp_path, config))
    ran = slamon("replay", str(events), "--source", "crm", *more)
    assert (ran.code, ran.out) == (2, "")
    assert "crm is no source of the configuration" in " ".join(ran.err.split())
