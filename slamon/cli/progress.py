"""Signs of progress on stderr, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Report: TypeAlias = Callable[[int, int | None], None]
"""Is told how many bytes were read, and of how many."""


@contextmanager
def reading_bar() -> Iterator[Report | None]:
    """A bar for bytes read; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def sign_of_life(what: str) -> AbstractContextManager[object]:
    """Something that moves while work of unknown length goes on; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    columns = (TextColumn(what), SpinnerColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.add_task(what, total=None)
    return progress
