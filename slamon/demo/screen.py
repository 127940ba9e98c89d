"""What people see: a box of URLs, progress, and in the end what was sent against what had to be sent.

Progress goes to stderr, as a live display on a terminal and as a line now and then elsewhere; the box and the
result go to stdout.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from slamon.demo.compare import Comparison, Row

_LINE_EVERY = 5.0
_IDS_SHOWN = 12
_PIPE_WIDTH = 160
_LATEST = 6


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the play is. `due`: notices that had to be sent by now; `latest`: the newest texts, newest last."""

    seconds: float
    day: float
    days: float | None
    orders: int
    records: int
    due: int
    sent: int
    dead_letters: int
    latest: Sequence[str] = ()

    @property
    def line(self) -> str:
        """All of it in a line."""
        day = f"{self.day:.0f}" if self.days is None else f"{min(self.day, self.days):.0f} of {self.days:.0f}"
        return (
            f"day {day}: {self.orders} orders, {self.records} records; "
            f"notices due {self.due}, sent {self.sent}; dead letters {self.dead_letters}"
        )


class Screen:
    """The two streams of a demo."""

    def __init__(self, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self._out, self._err = _console(out or sys.stdout), _console(err or sys.stderr)
        self._live: Live | None = None
        self._next_line = 0.0

    def say(self, text: str) -> None:
        """A line about what is going on."""
        self._err.print(Text(text), soft_wrap=True)

    def show_urls(self, urls: Sequence[tuple[str, str]], ends: str) -> None:
        """The box: what can be opened where, and how the demo ends."""
        rows = Table.grid(padding=(0, 2))
        for what, where in urls:
            rows.add_row(Text(what), Text(where, style="bold"))
        self._out.print(Panel.fit(rows, title="slamon demo", subtitle=ends, box=ROUNDED, padding=(1, 2)))

    def progress(self, progress: Progress) -> None:
        """Brings the display up to date."""
        if not self._err.is_terminal:
            if progress.seconds >= self._next_line:
                self._next_line = progress.seconds + _LINE_EVERY
                self.say(progress.line)
            return
        if self._live is None:
            self._live = Live(console=self._err, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(_display(progress), refresh=True)

    def result(self, comparison: Comparison, delays: Sequence[float]) -> None:
        """What was sent against what had to be sent."""
        self.close()
        self._out.print(_table(comparison.rows))
        for line in _remarks(comparison, delays):
            self._out.print(Text(line), soft_wrap=True)

    def close(self) -> None:
        """Takes the live display away."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _console(stream: IO[str]) -> Console:
    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        no_color=bool(os.environ.get("NO_COLOR")) or None,
        width=None if terminal else _PIPE_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _display(progress: Progress) -> Group:
    parts: list[Text | Table] = [Text(progress.line, style="bold")]
    if progress.days:
        bar = Table.grid()
        bar.add_row(ProgressBar(total=progress.days, completed=min(progress.day, progress.days), width=60))
        parts.append(bar)
    parts += [Text(f"  {text}", overflow="ellipsis", no_wrap=True) for text in progress.latest[-_LATEST:]]
    return Group(*parts)


def _table(rows: Sequence[Row]) -> Table:
    places = list(dict.fromkeys(place for row in rows for place in row.got))
    table = Table(box=SIMPLE_HEAD, show_edge=False, header_style="bold")
    table.add_column("kind")
    for column in ("expected", *(f"at {place}" for place in places), "missing", "unexpected"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row.what,
            str(row.expected),
            *(str(row.got[place]) if place in row.got else "" for place in places),
            str(len(row.missing)),
            str(len(row.unexpected)),
            style=None if row.agrees else "bold red",
        )
    return table


def _remarks(comparison: Comparison, delays: Sequence[float]) -> list[str]:
    lines = ["What was sent is what had to be sent." if comparison.agrees else "What was sent differs:"]
    for row in comparison.rows:
        for what, those in (("missing", row.missing), ("unexpected", row.unexpected)):
            if those:
                lines.append(f"{row.what}, {what}: {_some(those)}")
    if delays:
        middle = delays[len(delays) // 2]
        lines.append(f"From the instant a notice was due to Slack: median {middle:.2f} s, slowest {delays[-1]:.2f} s")
    if comparison.repeats:
        lines.append(f"{comparison.repeats} calls repeated a notice that had been sent already (same id)")
    if comparison.void:
        lines.append(
            "This machine was too busy to play: records reached Kafka so late that the script can't tell what "
            f"had to be sent about {len(comparison.void)} orders: {_some(comparison.void)}"
        )
    return lines


def _some(names: Sequence[str]) -> str:
    more = len(names) - _IDS_SHOWN
    return ", ".join(names[:_IDS_SHOWN]) + (f" and {more} more" if more > 0 else "")
