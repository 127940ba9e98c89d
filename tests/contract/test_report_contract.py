"""`slamon report FILE` from end to end: every format says the same about the same recorded orders."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from slamon.reports.report import By
from tests.command_line import slamon

HELD = {"order_id": "held", "system": "crm", "reason": "no paper"}
EVENTS: tuple[dict[str, Any], ...] = (
    {
        "order_id": "held",
        "system": "shop",
        "status": "SUBMITTED",
        "occurred_at": "2027-01-01T09:00:00Z",
        "channel": "b2b",
        "client_id": "c-1",
        "manager_id": "m-1",
    },
    {"order_id": "held", "system": "mes", "status": "PRICE_CALCULATED", "occurred_at": "2027-01-02T09:00:00Z"},
    {**HELD, "type": "hold", "occurred_at": "2027-01-03T09:00:00Z"},
    {**HELD, "type": "release", "occurred_at": "2027-01-05T09:00:00Z"},
    {"order_id": "held", "system": "mes", "status": "SHIPPED", "occurred_at": "2027-01-31T09:00:00.5Z"},
    {
        "order_id": "waiting",
        "system": "shop",
        "status": "SUBMITTED",
        "occurred_at": "2027-01-20T09:00:00Z",
        "channel": "shop",
        "client_id": "c-2",
        "manager_id": "m-2",
    },
    {"order_id": "cart", "system": "shop", "status": "INITIATED", "occurred_at": "2027-01-20T09:00:00Z"},
)
GROUPS = {
    By.STAGE: ["SUBMITTED->PRICE_CALCULATED", "PRICE_CALCULATED->MANUFACTURING_APPROVED"],
    By.CHANNEL: ["b2b", "shop"],
    By.CLIENT: ["c-1", "c-2"],
    By.MANAGER: ["m-1", "m-2"],
    By.WEEK: ["2027-W03", "2027-W06"],
}


@pytest.fixture
def events(tmp_path: Path) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    return str(file)


def _report(*words: str) -> str:
    ran = slamon("report", *words, env={"SLAMON_CONFIG": None, "SLAMON_URL": None, "NO_COLOR": "1"})
    assert (ran.code, ran.err) == (0, "")
    return ran.out


@pytest.mark.parametrize("by", By)
def test_every_grouping_in_every_format(events: str, by: By) -> None:
    words = (events, "--by", str(by))
    shown = json.loads(_report(*words, "--format", "json"))
    assert (shown["by"], [group["group"] for group in shown["groups"]]) == (str(by), GROUPS[by])
    rows = csv.reader(io.StringIO(_report(*words, "--format", "csv")))
    assert list(dict.fromkeys(row[1] for row in rows if row[0] == f"by_{by}")) == GROUPS[by]
    table, html = _report(*words), _report(*words, "--format", "html").replace("&gt;", ">")
    assert f"By {by}" in table
    assert f"By {by}" in html
    assert [group for group in GROUPS[by] if group not in table or group not in html] == []


def test_why_late_adds_up_to_the_time_of_late_orders(events: str) -> None:
    shown = json.loads(_report(events, "--format", "json"))
    causes = {row["cause"]: row["seconds"] for row in shown["causes"]}
    assert causes == {"hold": 172_800, "person": 29 * 86_400 - 172_800 + 0.5, "work": 86_400}
    assert sum(causes.values()) == shown["lead_time"]["p50_seconds"]
    assert shown["causes"][-1]["cumulative_share"] == 1.0
    table = _report(events)
    assert re.search(r"person +90\.0% +90\.0% +27d", table)
    assert "person" in _report(events, "--format", "html")


def test_who_waits_longer_than_usual(events: str) -> None:
    first = json.loads(_report(events, "--format", "json"))["stages"][0]
    assert (first["open"], first["oldest_open_seconds"], first["median_claim_seconds"]) == (1, 950_400.5, 86_400)
    assert first["oldest_to_median"] == 11.0
    assert "Waiting now" in _report(events, "--format", "html")
