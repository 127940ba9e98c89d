"""`slamon notices`: what was decided, and what was done about it, from a running daemon."""

from typing import Annotated

import typer

from slamon.cli.daemon import Config, Daemon, Url
from slamon.cli.orders import AsFormat
from slamon.cli.output import Format, emit, json_line, screen
from slamon.cli.shown import moment, notices_table


def notices(
    *,
    order_id: Annotated[str | None, typer.Option("--order-id", help="Only notices about this order.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds, e.g. breached.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 50,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """List notices, the newest first, with their deliveries."""
    query = [("order_id", order_id)] if order_id else []
    query += [("kind", one) for one in kind or ()]
    answer = Daemon(url, config).list("/api/v1/notices", "notices", query, limit)
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    console = screen()
    console.print(notices_table(answer["notices"], console.width, deliveries=True))
    more = ", more with a greater --limit" if answer.get("next") else ""
    console.print(f"{len(answer['notices'])} notices as of {moment(answer.get('as_of')) or 'an unknown time'}{more}")
