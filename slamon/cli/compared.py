"""Two policies compared, as tables for people in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slamon.cli.output import cell, screen, table
from slamon.cli.shown import moment, span, verdict
from slamon.reports.words import percent


def write_table(found: Mapping[str, Any], rows: int) -> None:
    """What changes in all, verdicts, notices by kind and manager, warnings, and the first orders that change."""
    console, summary = screen(), found["summary"]
    console.print(Text(f"Old {found['old']}, new {found['new']}, at {moment(found['at']) or 'no time'}", style="bold"))
    console.print(_totals(summary))
    _block(console, "Verdicts that change", _flips(summary["flips"]))
    _block(console, "Notices", _notices(summary))
    managers = summary["managers"]
    _block(console, f"Notices by manager{_more(managers, rows)}", _managers(managers[:rows]))
    _block(console, "Warnings before an order was late", _warnings(summary))
    orders = found["orders"]
    hidden = f", {len(orders)} shown; more with --rows" if len(orders) < summary["changed"] else ""
    _block(console, f"Orders that change: {summary['changed']}{hidden}", _orders(orders))


def _more(of: Sequence[object], rows: int) -> str:
    return f", {rows} of {len(of)} shown; more with --rows" if len(of) > rows else ""


def _block(console: Console, title: str, shown: Table) -> None:
    if shown.row_count or title.startswith("Orders"):
        console.print()
        console.print(Text(title, style="bold"))
    if shown.row_count:
        console.print(shown)


def _totals(summary: Mapping[str, Any]) -> Table:
    made = table("", "old", "new", right=("old", "new"))
    old, new = summary["old"], summary["new"]
    kept = [percent(side["promise_kept_ratio"]) for side in (old, new)]
    made.add_row(cell("promise kept"), *map(cell, kept))
    for word in sorted(old["by_verdict"].keys() | new["by_verdict"].keys()):
        made.add_row(verdict(word), *(cell(side["by_verdict"].get(word, 0)) for side in (old, new)))
    for name, key in (("lines rejected", "rejected"), ("events left out, after --at", "after_at")):
        if old[key] or new[key]:
            made.add_row(cell(name), cell(old[key]), cell(new[key]))
    return made


def _flips(flips: Sequence[Mapping[str, Any]]) -> Table:
    made = table("old", "new", "orders", right=("orders",))
    for flip in flips:
        made.add_row(verdict(flip["old"]), verdict(flip["new"]), cell(flip["orders"]))
    return made


def _notices(summary: Mapping[str, Any]) -> Table:
    made = table("kind", "old", "new", right=("old", "new"))
    old, new = summary["old"]["notices"], summary["new"]["notices"]
    for kind in sorted(old["by_kind"].keys() | new["by_kind"].keys()):
        made.add_row(cell(kind.replace("_", " ")), *(cell(side["by_kind"].get(kind, 0)) for side in (old, new)))
    for name, key in (("in all", "total"), ("a day", "per_day"), ("most on one day", "most_a_day")):
        made.add_row(cell(name), *(cell(_number(side[key])) for side in (old, new)))
    for change, count in summary["notices"].items():
        made.add_row(cell(change), cell(""), cell(count))
    return made


def _managers(managers: Sequence[Mapping[str, Any]]) -> Table:
    right = ("old", "new", "old a day", "new a day")
    made = table("manager", *right, right=right)
    for told in managers:
        numbers = (told["old"], told["new"], _number(told["old_per_day"]), _number(told["new_per_day"]))
        made.add_row(cell(told["manager_id"]), *map(cell, numbers))
    return made


def _warnings(summary: Mapping[str, Any]) -> Table:
    names = ("old, at risk", "new, at risk", "old, any", "new, any")
    made = table("", *names, right=names)
    sides = [summary[side]["warnings"][of] for of in ("at_risk", "any") for side in ("old", "new")]
    for name, key, shown in (
        ("orders warned of", "warned", str),
        ("of those late", "late", str),
        ("of those in time", "in_time", str),
        ("right warnings", "precision", percent),
        ("late orders warned of", "recall", percent),
        ("late without a warning", "late_unwarned", str),
        ("warned before, half", "lead_p50_seconds", span),
        ("warned before, nine of ten", "lead_p10_seconds", span),
    ):
        made.add_row(cell(name), *(cell(shown(side[key])) for side in sides))
    return made


def _orders(orders: Sequence[Mapping[str, Any]]) -> Table:
    made = table("order", "old", "new", "old due", "new due", "notices", whole=("order", "old due", "new due"))
    for order in orders:
        verdicts, due_at = order["verdict"], order["due_at"]
        made.add_row(
            cell(order["order_id"]),
            verdict(verdicts["old"]),
            verdict(verdicts["new"]),
            cell(moment(due_at["old"])),
            cell(moment(due_at["new"])),
            cell(", ".join(f"{n['kind'].replace('_', ' ')} {n['change']}" for n in order["notices"]) or None),
        )
    return made


def _number(value: object) -> str | None:
    return None if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)
