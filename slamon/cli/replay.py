"""`slamon replay`: recorded events through the same core as the daemon, and what came of them."""

import sys
from contextlib import nullcontext
from enum import StrEnum
from typing import Annotated

import typer

from slamon.cli.configuration import loaded
from slamon.cli.output import WRONG, fail, say
from slamon.cli.progress import reading_bar, sign_of_life
from slamon.cli.replayed import digest, write_json, write_json_lines, write_table
from slamon.errors import InputError
from slamon.orders.event import Instant
from slamon.services.replay import Replay, ReplayRules, replay_files
from slamon.settings import Settings
from slamon.settings.fields import parse_moment
from slamon.sla.policy import SlaTerms


class ReplayFormat(StrEnum):
    """How the result is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"


def replay(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Recorded events: .jsonl, .csv, either with .gz; - is stdin."),
    ],
    *,
    config: Annotated[str | None, typer.Option("--config", help="Whose policy; default: slamon's defaults.")] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Read the events as this source of the configuration; default: its only one."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="Pass every deadline up to this time; default: the last event's.")
    ] = None,
    as_format: Annotated[ReplayFormat, typer.Option("--format", help="table, json, or jsonl.")] = ReplayFormat.TABLE,
    rows: Annotated[int, typer.Option(min=0, help="Rows of each table at most.")] = 20,
) -> None:
    """Feed recorded events through the core, without a broker. Exit code 1 for unreadable input."""
    result = replayed(files, None if config is None else loaded(config).settings, source, at)
    if as_format is ReplayFormat.TABLE:
        with sign_of_life("judging"):
            found = digest(result, rows)
        write_table(found)
        return
    with nullcontext() if sys.stdout.isatty() else sign_of_life("writing"):
        write_json(result) if as_format is ReplayFormat.JSON else write_json_lines(result)


def replayed(files: list[str], settings: Settings | None, source: str | None, at: str | None) -> Replay:
    """Read recorded events under a configuration's policy, or slamon's defaults; ends the command where it can't."""
    until = moment_of(at)
    terms = SlaTerms() if settings is None else settings.sla_terms()
    rules = rules_of(settings, source)
    try:
        with reading_bar() as report:
            return replay_files(files, terms, rules, until, report)
    except InputError as error:
        fail(str(error), WRONG)


def moment_of(at: str | None) -> Instant | None:
    """`--at` as an instant; ends the command where it is no time."""
    try:
        return None if at is None else parse_moment(at)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None


def rules_of(settings: Settings | None, source: str | None) -> ReplayRules:
    """How lines are decoded: as the source that was named, the only one, or where all agree."""
    sources = {} if settings is None else settings.sources
    if source is not None and source not in sources:
        known = ", ".join(sources) or "none without --config"
        raise typer.BadParameter(
            f"{source} is no source of the configuration, allowed are {known}", param_hint="--source"
        )
    chosen = [sources[source]] if source is not None else list(sources.values())
    systems = {one.system for one in chosen}
    mapped: dict[str, str] = {}
    for one in chosen:
        for theirs, ours in one.status_map.items():
            if mapped.setdefault(theirs, ours) != ours:
                raise typer.BadParameter(
                    f"the sources disagree about {theirs}, name one of them", param_hint="--source"
                )
    if len(systems) > 1:  # recorded events mostly say who spoke
        say("The sources have different systems: events without one are nobody's report, unless --source names theirs.")
    return ReplayRules(
        system=systems.pop() if len(systems) == 1 else None,
        status_map=mapped,
        **({} if settings is None else {"max_event_bytes": settings.orders.max_event_bytes}),
    )
