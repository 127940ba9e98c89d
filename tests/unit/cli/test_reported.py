"""A report as tables."""

import pytest

from slamon.cli.reported import write_table
from slamon.reports.report import By, Calibration, Report, Scope
from slamon.reports.shape import report_json
from tests.unit.reports.orders import empty, mixed, order


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    return [" ".join(line.split()) for line in out.splitlines() if line.strip()]


def test_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(mixed(By.CHANNEL, [Calibration(0.8, 0.9, 20, 17, 0.86)]), 20)
    lines = _lines(capsys)
    for line in (
        "Promises: all orders, as of 2026-03-14 14:53Z",
        "promise kept 66.7%",
        "kept by the first date 33.3%",
        "only after extension 1",
        "open in time 2",
        "lead time, half / 90 % / 95 % 5d / 30d / 30d",
        "left out, without a promise 1",
        "2026-W10 2 2 1 0 0 0 100.0% 50.0%",
        "2026-W11 5 0 0 1 1 1 0.0% 0.0%",
        "SUBMITTED → PRICE_CALCULATED mes 4 25.0% 15m 2h 2h 0 - 15m",
        "PRICE_CALCULATED → MANUFACTURING_APPROVED crm 3 33.3% 1d 1d 1d 2 9d 1d",
        "7-14 d 1 50.0%",
        "person 80.0% 80.0% 40d 2",
        "By channel",
        "b2b 2 0 0 0 1 - - -",
        "Forecasts.",
        "80% to 90% 20 85.0% 86.0%",
    ):
        assert line in lines


def test_the_tables_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(empty(By.CLIENT), 20)
    lines = _lines(capsys)
    assert lines[0] == "Promises: all orders, as of -"
    assert "promise kept -" in lines
    assert "lead time, half / 90 % / 95 % - / - / -" in lines
    assert lines[-1] == "left out, without a promise 0"


def test_more_groups_than_rows_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(mixed(By.CHANNEL), 1)
    assert "By channel, 1 of 3 shown; more with --rows" in _lines(capsys)


def test_a_terminal_obeys_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    made = Report(Scope(by=By.CLIENT))
    made.add(order(client_name="\x1b[31m[bold]x"))
    write_table(report_json(made, None), 20)
    assert any(line.startswith("[31m[bold]x 1 1") for line in _lines(capsys))
