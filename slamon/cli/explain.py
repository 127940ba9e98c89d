"""`slamon explain`: why one order is where it is, interval by interval, from a running daemon."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from slamon.cli.daemon import Config, Daemon, Url
from slamon.cli.output import Format, cell, emit, json_line, screen, table
from slamon.cli.shown import forecast, moment, oddities_table, span, verdict

_PATH = "/api/v1/orders"


def explain(
    order_id: Annotated[str, typer.Argument(metavar="ID", help="The order's id.")],
    url: Url = None,
    config: Config = None,
    as_format: Annotated[Format, typer.Option("--format", help="table for people, json as the API gives it.")] = (
        Format.TABLE
    ),
) -> None:
    """Explain one order: what its time went to, what counted, which event said so. Exit code 3 when there is none."""
    daemon = Daemon(url, config)
    missing = f"order {order_id} is not known at {daemon.url}"
    told = daemon.one(_PATH, order_id, missing, below="/explain")
    if as_format is Format.JSON:
        emit(json_line(told))
        return
    console = screen()
    console.print(_card(told))
    for made, rows in (
        (_causes, "causes"),
        (_intervals, "intervals"),
        (_dates, "promises"),
        (oddities_table, "oddities"),
    ):
        if told.get(rows):
            console.print()
            console.print(made(told[rows]))


def _card(told: Mapping[str, Any]) -> Table:
    promise, policy = told.get("promise") or {}, told.get("policy") or {}
    calendar = policy.get("calendar") or {}
    terms = f"{policy.get('name') or 'default'} ({policy.get('revision')})" if policy else None
    rows = (
        ("started", moment(promise.get("started_at"))),
        ("due", moment(promise.get("due_at"))),
        ("promised first", moment(promise.get("original_due_at"))),
        ("lead time", span(told.get("lead_time_seconds"))),
        ("waits for", (told.get("blocked") or {}).get("text") or None),
        ("forecast", forecast(told.get("forecast"))),
        ("policy", terms),
        ("calendar", _joined(calendar.get("name"), calendar.get("revision"))),
    )
    card = Table.grid(padding=(0, 2))
    card.add_row(cell("order", "bold"), cell(told.get("order_id"), "bold"))
    card.add_row(cell("verdict", "bold"), verdict(told.get("verdict")))
    for name, value in rows:
        card.add_row(cell(name, "bold"), cell(value))
    return card


def _causes(rows: Iterable[Mapping[str, Any]]) -> Table:
    made = table("cause", "who", "took", "share", right=("took", "share"))
    for row in rows:
        share = None if row.get("share") is None else f"{100 * row['share']:.1f} %"
        made.add_row(cell(row.get("cause")), cell(row.get("who")), cell(span(row.get("seconds"))), cell(share))
    return made


def _intervals(rows: Iterable[Mapping[str, Any]]) -> Table:
    made = table("from", "to", "status", "cause", "who", "took", "counted", "said by", right=("took", "counted"))
    for row in rows:
        event = row.get("event") or {}
        counted = "paused" if row.get("paused") else span(row.get("counted_seconds"))
        made.add_row(
            cell(moment(row.get("from"))),
            cell(moment(row.get("to"))),
            cell(row.get("status")),
            cell(row.get("cause")),
            cell(row.get("who")),
            cell(span(row.get("seconds"))),
            cell(counted),
            cell(event.get("system") or event.get("actor")),
        )
    return made


def _dates(rows: Iterable[Mapping[str, Any]]) -> Table:
    made = table("stated", "date", "by", "why", "effect")
    for row in rows:
        by = _joined(row.get("by"), row.get("actor"))
        cells = (moment(row.get("at")), moment(row.get("date")), by, row.get("reason"), row.get("effect"))
        made.add_row(*(cell(value) for value in cells))
    return made


def _joined(*words: str | None) -> str | None:
    """The words that are known; None where none is."""
    return " ".join(filter(None, words)) or None
