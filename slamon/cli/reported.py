"""A report as tables for people in a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slamon.cli.output import cell, screen, table
from slamon.reports.words import brier_words, bucket_name, group_name, moment, percent, scope_words, span

_QUANTILES = ("p50_seconds", "p90_seconds", "p95_seconds")


def write_table(report: Mapping[str, Any], rows: int) -> None:
    """Promises, lead time, weeks, stages, how late, why late, groups, forecasts; what is empty is left out."""
    console = screen()
    console.print(Text(f"Promises: {scope_words(report)}, as of {moment(report['as_of'])}", style="bold"))
    console.print(_summary(report))
    _block(console, "By week of the first promise", _weeks(report["cohorts"]))
    _block(console, "Stages", _stages(report["stages"]))
    if report["promises"]["broken"] or report["promises"]["breached"]:
        _block(console, "How late", _overdue(report["overdue"]))
    _block(console, "Why late", _causes(report["causes"]))
    groups = report["groups"]
    more = f", {rows} of {len(groups)} shown; more with --rows" if len(groups) > rows else ""
    _block(console, f"By {report['by']}{more}", _groups(report, rows))
    _block(console, f"Forecasts.{brier_words(report)}", _calibration(report["calibration"] or ()))


def _block(console: Console, title: str, shown: Table) -> None:
    if shown.row_count:
        console.print()
        console.print(Text(title, style="bold"))
        console.print(shown)


def _summary(report: Mapping[str, Any]) -> Table:
    promises, lead_time = report["promises"], report["lead_time"]
    made = Table.grid(padding=(0, 2))
    for name, value in (
        ("orders", promises["orders"]),
        ("promise kept", percent(promises["kept_ratio"])),
        ("kept by the first date", percent(promises["kept_original_ratio"])),
        ("kept", promises["kept"]),
        ("  only after extension", promises["kept_after_extension"]),
        ("broken", promises["broken"]),
        ("open and late", promises["breached"]),
        ("open in time", promises["open_in_time"]),
        ("cancelled", promises["cancelled"]),
        ("lead time, half / 90 % / 95 %", " / ".join(span(lead_time[key]) for key in _QUANTILES)),
        ("left out, promised for another time", report["left_out"]["outside"]),
        ("left out, without a promise", report["left_out"]["without_promise"]),
    ):
        made.add_row(cell(name), cell(value))
    return made


def _weeks(cohorts: list[Mapping[str, Any]]) -> Table:
    counts = ("orders", "kept", "kept_after_extension", "broken", "breached", "cancelled")
    columns = ("orders", "kept", "extended", "broken", "open, late", "cancelled", "ratio", "by first date")
    made = table("week", *columns, right=columns)
    for cohort in cohorts:
        shares = (percent(cohort["kept_ratio"]), percent(cohort["kept_original_ratio"]))
        made.add_row(cell(cohort["week"]), *(cell(cohort[count]) for count in counts), *map(cell, shares))
    return made


def _stages(stages: list[Mapping[str, Any]]) -> Table:
    right = ("visits", "overdue", "half", "90 %", "95 %", "waiting", "oldest", "usual")
    made = table("stage", "whose move", *right, right=right)
    for stage in stages:
        made.add_row(
            cell(f"{stage['from']} → {stage['to']}"),
            cell(stage["system"]),
            cell(stage["visits"]),
            cell(percent(stage["overdue_ratio"]), "red" if stage["overdue"] else ""),
            *(cell(span(stage[key])) for key in _QUANTILES),
            cell(stage["open"]),
            cell(span(stage["oldest_open_seconds"])),
            cell(span(stage["median_claim_seconds"])),
        )
    return made


def _overdue(buckets: list[Mapping[str, Any]]) -> Table:
    made = table("late by", "orders", "share", right=("orders", "share"))
    for bucket in buckets:
        made.add_row(cell(bucket_name(bucket)), cell(bucket["orders"]), cell(percent(bucket["share"])))
    return made


def _causes(causes: list[Mapping[str, Any]]) -> Table:
    right = ("share", "together", "time", "orders")
    made = table("cause", *right, right=right)
    for cause in causes:
        shares = (percent(cause["share"]), percent(cause["cumulative_share"]))
        made.add_row(cell(cause["cause"]), *map(cell, shares), cell(span(cause["seconds"])), cell(cause["orders"]))
    return made


def _groups(report: Mapping[str, Any], rows: int) -> Table:
    right = ("orders", "kept", "extended", "broken", "open, late", "ratio", "half", "95 %")
    made = table(str(report["by"]), *right, right=right)
    counts = ("orders", "kept", "kept_after_extension", "broken", "breached")
    for group in report["groups"][:rows]:
        promises, lead_time = group["promises"], group["lead_time"]
        made.add_row(
            cell(group_name(group)),
            *(cell(promises[count]) for count in counts),
            cell(percent(promises["kept_ratio"])),
            cell(span(lead_time["p50_seconds"])),
            cell(span(lead_time["p95_seconds"])),
        )
    return made


def _calibration(rows: Any) -> Table:
    right = ("forecasts", "were late", "on average given")
    made = table("risk given", *right, right=right)
    for row in rows:
        made.add_row(
            cell(f"{row['from']:.0%} to {row['to']:.0%}"),
            cell(row["forecasts"]),
            cell(percent(row["late_ratio"])),
            cell(percent(row["mean_probability"])),
        )
    return made
