"""The results as a table on the screen and as `docs/benchmarks.md`."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.figures import Figure
from bench.machine import Machine
from bench.plan import Plan

_HEAD = (
    "# Benchmarks",
    "",
    "Written by `make bench-engine ARGS=--write`; do not edit. Everything is measured in one run, on one broker and",
    "one set of topics, each engine in a process of its own, round by round. A ratio is the median over the rounds of",
    "two neighbours in the same round; absolute figures depend on the machine.",
)
_STYLES = {"met": "green", "missed": "bold red"}


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the results and what must be known to read it."""

    title: str
    about: str
    figures: Sequence[Figure]


def show(parts: Sequence[Part], console: Console) -> None:
    """Print every part as a table."""
    for part in parts:
        table = Table(title=part.title, title_justify="left", caption=part.about, caption_justify="left")
        table.add_column("measured")
        table.add_column("figure", justify="right")
        table.add_column("target", justify="right")
        table.add_column("")
        for figure in part.figures:
            verdict = figure.verdict
            table.add_row(figure.name, str(figure), _target(figure), verdict, style=_STYLES.get(verdict))
        console.print(table)


def markdown(parts: Sequence[Part], plan: Plan, machine: Machine, day: dt.date) -> str:
    """The page; the same figures give the same text."""
    lines = [*_HEAD, "", f"Measured on {day.isoformat()}:", "", *(f"- {line}" for line in machine.lines())]
    lines += [f"- {line}" for line in plan.lines()]
    for part in parts:
        lines += ["", f"## {part.title}", "", part.about, ""]
        lines += ["| measured | figure | target | |", "|---|---:|---:|---|"]
        lines += [f"| {f.name} | {f} | {_target(f)} | {f.verdict} |" for f in part.figures]
    return "\n".join(lines) + "\n"


def _target(figure: Figure) -> str:
    return "" if figure.target is None else str(figure.target)
