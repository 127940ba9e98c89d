"""`slamon orders list` and `slamon orders show`: where orders stand, from a running daemon."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from slamon.cli.daemon import Config, Daemon, Url
from slamon.cli.output import Format, cell, emit, json_line, screen, table
from slamon.cli.shown import forecast, lateness, moment, oddities_table, orders_table, span, verdict

orders = typer.Typer(no_args_is_help=True, help="Where orders stand.")

_PATH = "/api/v1/orders"

AsFormat = Annotated[Format, typer.Option("--format", help="table for people, json as the API gives it.")]


@orders.command("list")
def list_orders(
    *,
    verdict: Annotated[list[str] | None, typer.Option(help="Only these verdicts, e.g. breached, at_risk.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only these statuses.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only these channels.")] = None,
    manager: Annotated[list[str] | None, typer.Option(help="Only these managers' orders.")] = None,
    q: Annotated[str | None, typer.Option(help="Only where order id or client name contains this.")] = None,
    sort: Annotated[str | None, typer.Option(help="E.g. due_at or -overdue_seconds.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 50,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """List orders, the next due first."""
    several = {"verdict": verdict, "status": status, "channel": channel, "manager_id": manager}
    query = [(key, value) for key, values in several.items() for value in values or ()]
    query += [(key, value) for key, value in (("q", q), ("sort", sort)) if value]
    answer = Daemon(url, config).list(_PATH, "orders", query, limit)
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    console = screen()
    console.print(orders_table(answer["orders"], answer.get("as_of"), console.width))
    more = ", more with a greater --limit" if answer.get("next") else ""
    console.print(f"{len(answer['orders'])} orders as of {moment(answer.get('as_of')) or 'an unknown time'}{more}")


@orders.command("show")
def show_order(
    order_id: Annotated[str, typer.Argument(metavar="ID", help="The order's id.")],
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Show one order: its promise, what each system says, its stages. Exit code 3 when there is none."""
    daemon = Daemon(url, config)
    order = daemon.one(_PATH, order_id, f"order {order_id} is not known at {daemon.url}")
    if as_format is Format.JSON:
        emit(json_line(order))
        return
    console = screen()
    console.print(_card(order))
    parts = ((_stages, "stages"), (_divergences, "divergences"), (_holds, "holds"), (oddities_table, "oddities"))
    for made, rows in parts:
        if order.get(rows):
            console.print()
            console.print(made(order[rows]))


def _card(order: Mapping[str, Any]) -> Table:
    promise = order.get("promise") or {}
    systems = ", ".join(f"{name}: {status or '-'}" for name, status in (order.get("systems") or {}).items())
    rows: Iterable[tuple[str, object]] = (
        ("status", order.get("status")),
        ("started", moment(promise.get("started_at"))),
        ("due", moment(promise.get("due_at"))),
        ("promised first", moment(promise.get("original_due_at"))),
        ("revisions", promise.get("revisions")),
        ("finished", moment(order.get("finished_at"))),
        ("forecast", forecast(order.get("forecast"))),
        ("lead time", span(order.get("lead_time_seconds"))),
        ("systems", systems or None),
        ("channel", order.get("channel")),
        ("client", order.get("client_name") or order.get("client_id")),
        ("manager", order.get("manager_id")),
    )
    card = Table.grid(padding=(0, 2))
    card.add_row(cell("order", "bold"), cell(order.get("order_id"), "bold"))
    card.add_row(cell("verdict", "bold"), verdict(order.get("verdict")))
    card.add_row(cell("late", "bold"), lateness(order, order.get("as_of")))
    for name, value in rows:
        card.add_row(cell(name, "bold"), cell(value))
    return card


def _stages(stages: Iterable[Mapping[str, Any]]) -> Table:
    made = table("stage", "whose move", "entered", "left", "took", "budget", right=("took", "budget"))
    for stage in stages:
        style = "red" if stage.get("overdue") else ""
        made.add_row(
            cell(f"{stage.get('from')} → {stage.get('to')}", style),
            cell(" ".join(filter(None, (stage.get("role"), stage.get("system")))) or None),
            cell(moment(stage.get("entered_at"))),
            cell(moment(stage.get("left_at")) or "open"),
            cell(span(stage.get("seconds")), style),
            cell(span(stage.get("budget_seconds"))),
        )
    return made


def _divergences(rows: Iterable[Mapping[str, Any]]) -> Table:
    made = table("diverges", "how", "has it at", "expected", "since", "likely hop")
    for row in rows:
        words = (row.get("system"), row.get("kind"), row.get("status"), row.get("expected"))
        made.add_row(*map(cell, words), cell(moment(row.get("since"))), cell(row.get("hop")))
    return made


def _holds(rows: Iterable[Mapping[str, Any]]) -> Table:
    made = table("held from", "to", "why")
    for row in rows:
        made.add_row(cell(moment(row.get("from"))), cell(moment(row.get("to")) or "open"), cell(row.get("reason")))
    return made
