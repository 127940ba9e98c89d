"""Where words go: data to stdout, everything else to stderr; colours and bars on a terminal only."""

import json
import re
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import NoReturn

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WRONG = 1
USAGE = 2
NOT_FOUND = 3

_PIPE_WIDTH = 2_000
_CHUNK = 1 << 16
# What a terminal obeys instead of showing it; everything in a table may come from a producer.
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"


def json_line(value: object) -> bytes:
    """One line of JSON in UTF-8; lone surrogates (a file name may have some) are escaped."""
    try:
        return msgspec.json.encode(value) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(value).encode() + b"\n"


def emit(data: bytes) -> None:
    """Write data to stdout as it is."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_pieces(pieces: Iterable[bytes]) -> None:
    """Write data to stdout piece by piece, some at a time."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= _CHUNK:
            emit(bytes(held))
            held.clear()
    emit(bytes(held))


def say(text: str) -> None:
    """Write a line for people to stderr."""
    typer.echo(harmless(text), err=True)


def fail(text: str, code: int = WRONG) -> NoReturn:
    """Say what is wrong and end the command."""
    say(text)
    raise typer.Exit(code)


def refuse_configuration(problems: Iterable[str]) -> NoReturn:
    """Say every problem of a configuration and end the command."""
    for problem in problems:
        say(problem)
    raise typer.Exit(USAGE)


def harmless(text: str) -> str:
    """A text without what a terminal would obey."""
    return _OBEYED.sub(" ", text)


def cell(value: object, style: str = "") -> Text:
    """A table's cell: no markup, no control characters; unknown is a dash."""
    return Text("-" if value is None else harmless(str(value)), style=style)


def screen() -> Console:
    """The console of stdout: plain and as wide as it takes where stdout is no terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False, markup=False, emoji=False)
    return Console(
        file=sys.stdout,
        width=_PIPE_WIDTH,
        force_terminal=False,
        color_system=None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def table(*columns: str, right: Iterable[str] = (), whole: Iterable[str] = ()) -> Table:
    """An empty table; on a terminal the columns in `whole` never wrap."""
    on_terminal = sys.stdout.isatty()
    made = Table(box=SIMPLE_HEAD if on_terminal else None, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=on_terminal and column in whole,
            overflow="fold",
        )
    return made
