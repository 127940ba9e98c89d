"""`slamon policy diff`: which orders and notices a changed policy would change, by recorded events."""

import heapq
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from slamon.cli.compared import write_table
from slamon.cli.configuration import loaded
from slamon.cli.output import WRONG, Format, fail, json_line, write_pieces
from slamon.cli.progress import reading_bar, sign_of_life
from slamon.cli.replay import moment_of, rules_of
from slamon.errors import InputError
from slamon.orders.event import rfc3339
from slamon.reports.compared import Comparison
from slamon.services.comparison import Configured, SideBySide, compare_files

policy = typer.Typer(no_args_is_help=True)
_TWO = 2


@policy.callback()
def _policy() -> None:  # without it typer would take `diff`, the only command, for `policy` itself
    """Compare policies by recorded events."""


@policy.command("diff")
def diff(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Recorded events: .jsonl, .csv, either with .gz; - is stdin."),
    ],
    *,
    config: Annotated[
        list[str], typer.Option("--config", help="Give it twice: first the old configuration, then the new one.")
    ],
    source: Annotated[
        str | None, typer.Option(help="Read the events as this source of both configurations; default: the only one.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Pass every deadline up to this time; default: the last event's.")
    ] = None,
    as_format: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    rows: Annotated[int, typer.Option(min=0, help="Rows of each table at most.")] = 20,
) -> None:
    """Compare two configurations by recorded events. Exit code 1 for unreadable input, 2 for a wrong configuration."""
    if len(config) != _TWO:
        raise typer.BadParameter("give it twice: the old configuration, then the new one", param_hint="--config")
    until = moment_of(at)
    sides = [
        Configured(told.sla_terms(), rules_of(told, source)) for told in (loaded(file).settings for file in config)
    ]
    try:
        with reading_bar() as report:
            found = compare_files(files, sides[0], sides[1], until, report)
    except InputError as error:
        fail(str(error), WRONG)
    if as_format is Format.JSON:
        write_pieces(_pieces(found, config))
        return
    with sign_of_life("judging"):
        compared = Comparison()
        orders = heapq.nsmallest(max(rows, 1), found.orders(compared), key=_weight)  # of 0 it would not even count
    write_table({**_head(found, config), "orders": orders[:rows], "summary": found.summary(compared)}, rows)


def _weight(order: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Orders with another verdict come first, then those with another date, then by id."""
    verdict, due_at = order["verdict"], order["due_at"]
    return verdict["old"] == verdict["new"], due_at["old"] == due_at["new"], str(order["order_id"])


def _pieces(found: SideBySide, config: list[str]) -> Iterator[bytes]:
    """One JSON object, piece by piece: it may be far larger than memory should hold."""
    compared = Comparison()
    yield json_line(_head(found, config)).rstrip()[:-1] + b',"orders":['
    for number, order in enumerate(found.orders(compared)):
        yield (b"," if number else b"") + json_line(order).rstrip()
    yield b'],"summary":' + json_line(found.summary(compared)).rstrip() + b"}\n"


def _head(found: SideBySide, config: list[str]) -> dict[str, object]:
    return {"at": None if found.at is None else rfc3339(found.at), "old": config[0], "new": config[1]}
