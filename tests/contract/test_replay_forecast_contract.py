"""Forecasts of `slamon replay` and `slamon report`, from end to end: learnt from the file alone."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import slamon
from tests.configurations import SMALLEST
from tests.recorded_history import recorded

ORDERS = 350
FORECAST_KEYS = {"finish_at", "probability_late", "suggested_due_at", "basis"}


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> str:
    lines, _ = recorded(9, ORDERS)
    file = tmp_path_factory.mktemp("recorded") / "events.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return str(file)


def _shown(*words: str) -> dict[str, Any]:
    ran = slamon(*words, "--format", "json", env={"SLAMON_CONFIG": None, "SLAMON_URL": None})
    assert (ran.code, ran.err) == (0, "")
    shown = json.loads(ran.out)
    assert isinstance(shown, dict)
    return shown


def test_replay_forecasts_every_open_order(events: str) -> None:
    shown = _shown("replay", events)
    for order in shown["orders"]:
        forecast = order["forecast"]
        assert (forecast is None) == (order["finished_at"] is not None)
        if forecast is not None:
            assert set(forecast) == FORECAST_KEYS
            assert forecast["finish_at"] > shown["at"]
    assert len([order for order in shown["orders"] if order["forecast"]]) > 50


def test_replay_and_report_tell_how_good_forecasts_were(events: str) -> None:
    calibration = _shown("replay", events)["summary"]["calibration"]
    assert len(calibration["bins"]) == 10
    assert calibration["forecasts"] == sum(row["forecasts"] for row in calibration["bins"]) > 300
    report = _shown("report", events)
    assert report["brier"] == calibration["brier"]
    for told, row in zip(report["calibration"], calibration["bins"], strict=True):
        assert (told["forecasts"], told["late"], told["late_ratio"], told["mean_probability"]) == (
            row["forecasts"],
            row["missed"],
            row["missed_ratio"],
            row["mean_probability"],
        )


def test_every_format_of_the_report_shows_it(events: str) -> None:
    brier = _shown("report", events)["brier"]
    table = slamon("report", events).out
    assert f"Forecasts. Brier score {brier:.3f}; 0 is perfect, 0.25 a coin." in table
    assert "10% to 20%" in table
    html = slamon("report", events, "--format", "html").out
    assert f"Brier score {brier:.3f}" in html
    rows = list(csv.reader(io.StringIO(slamon("report", events, "--format", "csv").out)))
    assert ["report", "", "brier", str(brier)] in rows
    assert len([row for row in rows if row[0] == "calibration" and row[2] == "mean_probability"]) == 10
    assert "forecasts scored" in slamon("replay", events).out


def test_with_notify_a_forecast_alone_puts_an_order_at_risk(events: str, tmp_path: Path) -> None:
    """Verdicts change, standing notices do not; `policy diff` shows just that."""
    files = [tmp_path / "quiet.yaml", tmp_path / "notify.yaml"]
    for file, text in zip(files, ("", "sla: {forecast: {notify: true}}\n"), strict=True):
        file.write_text(SMALLEST + text)
    old, new = (_shown("replay", events, "--config", str(file)) for file in files)
    flipped = {
        before["order_id"]
        for before, after in zip(old["orders"], new["orders"], strict=True)
        if (before["verdict"], after["verdict"]) == ("on_track", "at_risk")
    }
    assert flipped
    assert [notice["notice_id"] for notice in old["notices"]] == [notice["notice_id"] for notice in new["notices"]]
    diff = _shown("policy", "diff", "--config", str(files[0]), "--config", str(files[1]), events)
    assert {order["order_id"] for order in diff["orders"]} == flipped
    assert diff["summary"]["flips"] == [{"old": "on_track", "new": "at_risk", "orders": len(flipped)}]
