"""The report as one self-contained HTML page: no script, nothing loaded, everything from outside escaped."""

from collections.abc import Mapping, Sequence
from typing import Any

from slamon.reports.charts import Part, bar, legend, text
from slamon.reports.style import STYLE
from slamon.reports.words import UNKNOWN, brier_words, bucket_name, group_name, moment, percent, scope_words, span

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NOTHING = '<p class="nothing">Nothing to show.</p>'
_OUTCOMES = (
    ("kept", "good", "kept"),
    ("kept_after_extension", "extended", "kept only after extension"),
    ("broken", "bad", "broken"),
    ("breached", "worse", "open and late"),
    ("open_in_time", "open", "open in time"),
    ("cancelled", "gone", "cancelled"),
)


def report_page(report: Mapping[str, Any], rows: int) -> str:
    """Write the page; of each list of groups it shows `rows` at most and says how many there are."""
    sections = (
        _section("Promises by week", _cohorts(report["cohorts"]), "The week for which an order was first promised."),
        _section("Lead time", _lead_time(report["lead_time"]), "From the start of the clock to the finish."),
        _section("Stages", _stages(report["stages"]), "Finished visits; overdue counts open ones too."),
        _section("How late", _overdue(report["overdue"]), "Late orders by how far they are, or were, past their date."),
        _section("Why late", _causes(report["causes"]), "Where the time of late orders went."),
        _section(
            "Waiting now", _waiting(report["stages"]), "The oldest unclaimed order of a stage, and what is usual."
        ),
        *([_section(f"By {report['by']}", _groups(report, rows), _by_note(report))] if report["by"] else []),
        *(
            [_section("Forecasts", _calibration(report["calibration"]), _FORECASTS + brier_words(report))]
            if report["calibration"]
            else []
        ),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Promises: {text(scope_words(report))}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>Promises kept and broken</h1><p>About {text(scope_words(report))}, "
        f"as of {text(moment(report['as_of']))}.{_left_out(report['left_out'])}</p></header>"
        f"{_tiles(report)}{''.join(sections)}"
        "<footer>Unknown is a dash. What each number means: docs/reference/reports.md of slamon.</footer></body></html>"
    )


_FORECASTS = "Of the orders that were given a risk, how many were late: a good forecast lies inside its range."


def _left_out(left_out: Mapping[str, int]) -> str:
    said = [
        f"{count} {words}"
        for count, words in (
            (left_out["outside"], "promised for another time"),
            (left_out["without_promise"], "without a promise yet"),
        )
        if count
    ]
    return f" Left out: {', '.join(said)}." if said else ""


def _tiles(report: Mapping[str, Any]) -> str:
    promises, lead_time = report["promises"], report["lead_time"]
    tiles = (
        ("promises kept", percent(promises["kept_ratio"]), f"{promises['kept']} kept, {promises['broken']} broken"),
        ("by the first date", percent(promises["kept_original_ratio"]), _extended(promises)),
        ("open and late", promises["breached"], f"{promises['open_in_time']} open in time"),
        ("lead time, half", span(lead_time["p50_seconds"]), f"95 % within {span(lead_time['p95_seconds'])}"),
    )
    shown = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd><dd class=more>{text(more)}</dd></div>"
        for name, value, more in tiles
    )
    return f"<dl class=tiles>{shown}</dl>"


def _extended(promises: Mapping[str, Any]) -> str:
    return f"{promises['kept_after_extension']} kept only after extension"


def _section(title: str, content: str, note: str) -> str:
    return f"<section><h2>{text(title)}</h2><p class=note>{text(note)}</p>{content}</section>"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; on a phone each row is a card, each cell with its column's name."""
    if not rows:
        return _NOTHING
    head = "".join(f"<th>{text(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-name="{text(column)}">{cell}</td>' for column, cell in zip(columns, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _outcome_parts(promises: Mapping[str, Any]) -> list[Part]:
    counts = {**promises, "kept": promises["kept"] - promises["kept_after_extension"]}
    return [Part(counts[key], kind, f"{counts[key]} {words}") for key, kind, words in _OUTCOMES]


def _outcome_legend() -> str:
    return legend([(kind, words) for _, kind, words in _OUTCOMES])


def _cohorts(cohorts: Sequence[Mapping[str, Any]]) -> str:
    most = max((cohort["orders"] for cohort in cohorts), default=0)
    rows = [
        (
            text(cohort["week"]),
            bar(_outcome_parts(cohort), most),
            text(percent(cohort["kept_ratio"])),
            text(percent(cohort["kept_original_ratio"])),
            text(cohort["orders"]),
        )
        for cohort in cohorts
    ]
    return (_outcome_legend() if rows else "") + _table(("week", "", "kept", "by first date", "orders"), rows)


def _lead_time(lead_time: Mapping[str, Any]) -> str:
    if not lead_time["orders"]:
        return _NOTHING
    longest = lead_time["p95_seconds"]
    names = (("half", "p50_seconds"), ("90 %", "p90_seconds"), ("95 %", "p95_seconds"))
    rows = [
        (name, bar([Part(lead_time[key], "time", span(lead_time[key]))], longest), text(span(lead_time[key])))
        for name, key in names
    ]
    return _table(("of orders", "", "within"), rows)


def _stages(stages: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (
            _stage(stage),
            text(stage["system"] or UNKNOWN),
            bar([Part(stage["overdue_ratio"] or 0, "bad", f"{percent(stage['overdue_ratio'])} overdue")], 1),
            text(percent(stage["overdue_ratio"])),
            text(span(stage["p50_seconds"])),
            text(span(stage["p90_seconds"])),
            text(span(stage["p95_seconds"])),
            text(stage["visits"]),
        )
        for stage in stages
    ]
    return _table(("stage", "whose move", "", "overdue", "half", "90 %", "95 %", "visits"), rows)


def _stage(stage: Mapping[str, Any]) -> str:
    return f"{text(stage['from'])} &rarr; <wbr>{text(stage['to'])}"


def _overdue(buckets: Sequence[Mapping[str, Any]]) -> str:
    most = max(bucket["orders"] for bucket in buckets)
    if not most:
        return '<p class="nothing">No late orders.</p>'
    rows = [
        (
            text(bucket_name(bucket)),
            bar([Part(bucket["orders"], "bad", f"{bucket['orders']} orders")], most),
            text(bucket["orders"]),
            text(percent(bucket["share"])),
        )
        for bucket in buckets
    ]
    return _table(("late by", "", "orders", "share"), rows)


def _causes(causes: Sequence[Mapping[str, Any]]) -> str:
    greatest = max((cause["share"] or 0 for cause in causes), default=0)
    rows = [
        (
            text(cause["cause"]),
            bar([Part(cause["share"] or 0, "time", percent(cause["share"]))], greatest),
            text(percent(cause["share"])),
            text(percent(cause["cumulative_share"])),
            text(span(cause["seconds"])),
            text(cause["orders"]),
        )
        for cause in causes
    ]
    return _table(("cause", "", "share", "together", "time", "orders"), rows)


def _waiting(stages: Sequence[Mapping[str, Any]]) -> str:
    waiting = [stage for stage in stages if stage["open"]]
    longest = max((stage["oldest_open_seconds"] for stage in waiting), default=0)
    rows = [
        (
            _stage(stage),
            text(stage["system"] or UNKNOWN),
            bar([Part(stage["oldest_open_seconds"], "worse", span(stage["oldest_open_seconds"]))], longest),
            text(span(stage["oldest_open_seconds"])),
            text(span(stage["median_claim_seconds"])),
            text(stage["open"]),
        )
        for stage in waiting
    ]
    return _table(("stage", "whose move", "", "oldest", "usual", "waiting"), rows)


def _by_note(report: Mapping[str, Any]) -> str:
    if report["by"] == "stage":
        return "Orders that overran a stage's budget, under each such stage; the dash: those that overran none."
    return "Those with the most late orders first." if report["by"] != "week" else "The week of the first promise."


def _groups(report: Mapping[str, Any], most_rows: int) -> str:
    groups = report["groups"]
    most = max((group["promises"]["orders"] for group in groups), default=0)
    rows = [
        (
            f"<bdi>{text(group_name(group))}</bdi>",
            bar(_outcome_parts(group["promises"]), most),
            text(percent(group["promises"]["kept_ratio"])),
            text(group["promises"]["broken"] + group["promises"]["breached"]),
            text(group["promises"]["orders"]),
            text(span(group["lead_time"]["p50_seconds"])),
            text(span(group["lead_time"]["p95_seconds"])),
        )
        for group in groups[:most_rows]
    ]
    more = len(groups) - len(rows)
    cut = f"<p class=note>{more} more in the JSON and CSV.</p>" if more else ""
    columns = (str(report["by"]), "", "kept", "late", "orders", "half within", "95 % within")
    return (_outcome_legend() if rows else "") + _table(columns, rows) + cut


def _calibration(rows: Sequence[Mapping[str, Any]]) -> str:
    shown = [
        (
            text(f"{row['from']:.0%} to {row['to']:.0%}"),
            bar([Part(row["late_ratio"] or 0, "time", percent(row["late_ratio"]))], 1),
            text(percent(row["late_ratio"])),
            text(percent(row["mean_probability"])),
            text(row["forecasts"]),
        )
        for row in rows
    ]
    return _table(("risk given", "", "were late", "on average given", "forecasts"), shown)
