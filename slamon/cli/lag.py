"""`slamon lag` and `slamon incidents`: what waits in queues, why it is judged so, what was wrong; from a daemon."""

from typing import Annotated, Any

import typer

from slamon.cli.daemon import Config, Daemon, Url
from slamon.cli.lag_tables import (
    evidence_tables,
    group_card,
    groups_table,
    incidents_table,
    partitions_table,
    topics_table,
)
from slamon.cli.orders import AsFormat
from slamon.cli.output import USAGE, Format, emit, fail, json_line, say, screen
from slamon.cli.shown import moment

_LAG = "/api/v1/lag"
_INCIDENTS = "/api/v1/incidents"
_EXPLAIN = "explain"


def lag(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[explain] [GROUP]", help="A group; with `explain` before it the evidence for its verdict."
        ),
    ] = None,
    *,
    topics: Annotated[bool, typer.Option("--topics", help="Topics and queues instead of groups.")] = False,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """Show the lag of all groups, of one, or why a group has its verdict. Exit code 3 when there is no such group."""
    daemon = Daemon(url, config)
    match words or []:
        case []:
            _page(daemon, as_format, topics=topics)
        case ["explain", group]:
            _explained(daemon, group, as_format)
        case [group] if group != _EXPLAIN:
            _group(daemon, group, as_format)
        case ["explain"]:
            fail("lag explain: GROUP is missing", USAGE)
        case _:
            fail("lag: allowed are GROUP, or explain GROUP", USAGE)


def incidents(
    *,
    subject: Annotated[list[str] | None, typer.Option(help="Only about these groups, topics, clusters.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds, e.g. lag, missing.")] = None,
    is_open: Annotated[
        bool | None, typer.Option("--open/--ended", help="Only those that last; only those over.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Rows at most.")] = 50,
    url: Url = None,
    config: Config = None,
    as_format: AsFormat = Format.TABLE,
) -> None:
    """List incidents: those that last, then those that are over, the latest first."""
    query = [("subject", one) for one in subject or ()] + [("kind", one) for one in kind or ()]
    query += [] if is_open is None else [("open", "true" if is_open else "false")]
    daemon = Daemon(url, config)
    answer = daemon.get(_INCIDENTS, [*query, ("limit", str(limit))], missing=_unwatched(daemon))
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    screen().print(incidents_table(answer["incidents"]))
    _say_as_of(answer, f"{len(answer['incidents'])} incidents")


def _page(daemon: Daemon, as_format: Format, *, topics: bool) -> None:
    answer = daemon.get(_LAG, [], missing=_unwatched(daemon))
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    made, rows = (topics_table, "topics") if topics else (groups_table, "groups")
    screen().print(made(answer[rows]))
    _say_as_of(answer, f"{len(answer[rows])} {rows}")


def _group(daemon: Daemon, name: str, as_format: Format) -> None:
    answer = daemon.one(_LAG, name, _unknown(daemon, name))
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    console = screen()
    for group in answer.get("groups") or [answer]:
        console.print(group_card(group))
        console.print()
        console.print(partitions_table(group.get("topics") or ()))
    _say_as_of(answer, f"group {name}")


def _explained(daemon: Daemon, name: str, as_format: Format) -> None:
    answer = daemon.one(_LAG, name, _unknown(daemon, name), below="/explain")
    if as_format is Format.JSON:
        emit(json_line(answer))
        return
    console = screen()
    for cluster in answer.get("clusters") or ():
        for made in evidence_tables(cluster):
            console.print(made)
            console.print()


def _say_as_of(answer: dict[str, Any], what: str) -> None:
    screen().print(f"{what} as of {moment(answer.get('as_of')) or 'an unknown time'}")
    if answer.get("complete") is False:
        say("not every broker answered: some of it is unknown")


def _unwatched(daemon: Daemon) -> str:
    return f"lag is not watched at {daemon.url}: its configuration has no `lag`"


def _unknown(daemon: Daemon, group: str) -> str:
    return f"group {group} is not known at {daemon.url}, or lag is not watched there"
