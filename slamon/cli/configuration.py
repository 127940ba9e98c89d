"""`slamon check-config` and `slamon schema`: whether a configuration is right, and what one may hold."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slamon.cli.output import WRONG, emit, fail, refuse_configuration, say
from slamon.errors import ConfigError
from slamon.logs import configure_logs
from slamon.settings import Loaded, LogLevel, load
from slamon.settings.reference import json_schema, markdown, reference_yaml


def loaded(file: str) -> Loaded:
    """A right configuration; ends the command with 2 and every problem for a wrong one."""
    try:
        return load(file, os.environ)
    except ConfigError as error:
        refuse_configuration(error.problems)


def check_config(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The configuration.")],
    *,
    against_kafka: Annotated[
        bool,
        typer.Option("--against-kafka", help="Also ask the broker: topics, partitions, their configuration."),
    ] = False,
) -> None:
    """Check a configuration: every problem with line, key and what is allowed. Exit code 2 if any."""
    right = loaded(file)
    for remark in right.remarks:
        say(f"{remark} (warning)")
    if against_kafka:
        from slamon.app import check_against_kafka  # noqa: PLC0415 - loads the engine, which other commands need not

        log = right.settings.log
        configure_logs(level=log.level, libraries=LogLevel.ERROR, console=False, secrets=right.settings.secrets())
        problems = check_against_kafka(right.settings)
        if problems:
            refuse_configuration(problems)
    typer.echo(f"{file}: right")


class As(StrEnum):
    """What is written about the configuration."""

    JSON_SCHEMA = "json-schema"
    YAML = "yaml"
    MARKDOWN = "markdown"


_MADE = {As.JSON_SCHEMA: json_schema, As.YAML: reference_yaml, As.MARKDOWN: markdown}


def schema(
    as_: Annotated[As, typer.Option("--as", help="JSON Schema, every key as YAML, or the reference page.")] = (
        As.JSON_SCHEMA
    ),
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when --output differs.")] = False,
) -> None:
    """Print the JSON Schema of the configuration."""
    text = _MADE[as_]()
    if check:
        if output is None:
            raise typer.BadParameter("--check needs --output FILE to compare with")
        if not output.is_file() or output.read_text(encoding="utf-8") != text:
            fail(f"{output} differs; write it anew with the same command without --check", WRONG)
    elif output is None:
        emit(text.encode())
    else:
        output.write_text(text, encoding="utf-8")
