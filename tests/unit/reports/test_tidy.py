"""The report as CSV."""

import csv
import io

import pytest

from slamon.reports.report import By, Calibration, Report, Scope
from slamon.reports.shape import report_json
from slamon.reports.tidy import report_csv
from tests.unit.reports.orders import DAY, empty, mixed, order

HOSTILE = '<script>alert("x")</script>, "quoted"'


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _values(text: str) -> dict[tuple[str, str, str], str]:
    return {(section, group, measure): value for section, group, measure, value in _rows(text)[1:]}


def _of_client(name: str) -> str:
    made = Report(Scope(by=By.CLIENT))
    made.add(order(client_name=name))
    return report_csv(report_json(made, None))


def test_one_number_a_row() -> None:
    text = report_csv(mixed(By.CHANNEL, [Calibration(0.8, 0.9, 20, 17)]))
    assert _rows(text)[0] == ["section", "group", "measure", "value"]
    values = _values(text)
    for key, value in (
        (("report", "", "as_of"), "2026-03-14T14:53:20Z"),
        (("report", "", "left_out.without_promise"), "1"),
        (("total", "", "promises.orders"), "7"),
        (("total", "", "lead_time.p50_seconds"), str(5 * DAY)),
        (("total", "", "overdue.7-14 d.orders"), "1"),
        (("total", "", "stage.SUBMITTED->PRICE_CALCULATED.p50_seconds"), "900"),
        (("total", "", "cause.person.share"), "0.8"),
        (("cohort", "2026-W10", "promises.kept_original_ratio"), "0.5"),
        (("by_channel", "b2b", "promises.breached"), "1"),
        (("by_channel", "(unknown)", "promises.orders"), "1"),
        (("calibration", "0.8-0.9", "late_ratio"), "0.85"),
    ):
        assert values[key] == value


def test_no_row_stands_there_twice() -> None:
    text = report_csv(mixed(By.STAGE))
    assert len(_values(text)) == len(_rows(text)) - 1
    assert ("by_stage", "(none)", "promises.orders") in _values(text)


def test_unknown_is_empty_and_never_0() -> None:
    values = _values(report_csv(empty()))
    assert values["total", "", "promises.kept_ratio"] == ""
    assert values["total", "", "lead_time.p50_seconds"] == ""
    assert values["total", "", "promises.orders"] == "0"
    assert values["report", "", "as_of"] == ""


def test_quotes_commas_and_tags_come_out_as_they_were() -> None:
    groups = {row[1] for row in _rows(_of_client(HOSTILE))}
    assert HOSTILE in groups


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+7 900", "'+7 900"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "' =1+1"),
        ("\r\n=1+1", "'  =1+1"),
        ("\u200b=1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("'=1+1", "''=1+1"),
        ("1=1", "1=1"),
    ],
)
def test_no_spreadsheet_takes_a_name_for_a_formula(name: str, shown: str) -> None:
    groups = {row[1] for row in _rows(_of_client(name)) if row[0] == "by_client"}
    assert groups == {shown}


def test_a_name_with_a_line_break_stays_on_its_line() -> None:
    assert all(len(row) == 4 for row in _rows(_of_client("a\nb\r\nc")))
    assert "\na" not in _of_client("a\nb")
