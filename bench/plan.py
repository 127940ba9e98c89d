"""How much is measured, and where."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run; a quick one is a fraction of it and proves nothing but that everything works."""

    events: int = 800_000
    stock_faust_events: int = 50_000
    """Of the same topic: stock Faust would take minutes for all of it."""
    repeats: int = 5
    core_repeats: int = 3
    open_orders: int = 1_000_000
    notices: int = 4_000
    rate: int = 10_000
    """Events a second while deadlines come."""


QUICK = Plan(
    events=80_000, stock_faust_events=10_000, repeats=2, core_repeats=1, open_orders=50_000, notices=400, rate=2_000
)


@dataclass(frozen=True, slots=True)
class Place:
    """The broker, the topic that all read, and a folder for whatever must be on disk."""

    bootstrap: str
    topic: str
    folder: Path
