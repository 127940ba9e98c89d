"""The report as CSV: one tidy table `section,group,measure,value`, one number a row, for spreadsheets and scripts.

Names come from outside, and a spreadsheet takes a cell that begins with `=` for a formula: such a cell gets an
apostrophe in front (OWASP "CSV Injection"). An empty value is unknown.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from slamon.reports.report import stage_name
from slamon.reports.words import bucket_name, group_name, plain

HEADER = ("section", "group", "measure", "value")
UNKNOWN_GROUP = "(unknown)"
NO_STAGE = "(none)"

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")  # the wide ones too
_PERIOD = ("as_of", "from", "to")
_Row = tuple[str, str, str, object]


def report_csv(report: Mapping[str, Any]) -> str:
    """Write a report as CSV (RFC 4180, UTF-8)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for section, group, measure, value in _rows(report):
        writer.writerow((_cell(section), _cell(group), _cell(measure), _value(value)))
    return text.getvalue()


def _rows(report: Mapping[str, Any]) -> Iterator[_Row]:
    yield from (("report", "", name, report[name]) for name in _PERIOD)
    yield from (("report", "", f"left_out.{name}", count) for name, count in report["left_out"].items())
    if report["brier"] is not None:
        yield "report", "", "brier", report["brier"]
    yield from (("total", "", measure, value) for measure, value in _measures(report))
    for cohort in report["cohorts"]:
        yield from (("cohort", cohort["week"], f"promises.{m}", v) for m, v in cohort.items() if m != "week")
    for group in report["groups"]:
        name = _group(group, report["by"])
        yield from ((f"by_{report['by']}", name, measure, value) for measure, value in _measures(group))
    for one in report["calibration"] or ():
        yield from (("calibration", f"{one['from']:g}-{one['to']:g}", m, one[m]) for m in _CALIBRATION)


_CALIBRATION = ("forecasts", "late", "late_ratio", "mean_probability")


def _measures(figures: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for section in ("promises", "lead_time"):
        yield from ((f"{section}.{name}", value) for name, value in figures[section].items())
    for bucket in figures["overdue"]:
        yield from ((f"overdue.{bucket_name(bucket)}.{name}", bucket[name]) for name in ("orders", "share"))
    for stage in figures["stages"]:
        name = stage_name(stage["from"], stage["to"])
        yield from ((f"stage.{name}.{m}", value) for m, value in stage.items() if m not in {"from", "to"})
    for cause in figures["causes"]:
        yield from ((f"cause.{cause['cause']}.{m}", value) for m, value in cause.items() if m != "cause")


def _group(group: Mapping[str, Any], by: str) -> str:
    if group["group"] is None:
        return NO_STAGE if by == "stage" else UNKNOWN_GROUP
    return group_name(group)


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, even after blanks."""
    line = plain(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line


def _value(value: object) -> object:
    return _cell(value) if isinstance(value, str) else "" if value is None else value
