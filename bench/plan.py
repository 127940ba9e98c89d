"""How much is measured, and where."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run; a quick one is a fraction of it and proves nothing but that everything works."""

    events: int = 1_600_000
    """So many that no fetch holds two events of the same order: see bench/mixture.py."""
    stock_faust_events: int = 60_000
    """Of the same topic: stock Faust would take minutes for all of it."""
    repeats: int = 5
    core_repeats: int = 3
    open_orders: int = 1_000_000
    notices: int = 4_000
    rate: int = 10_000
    """Events a second while deadlines come."""

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"{self.events:,} order events, eight to an order, 8 partitions, lz4",
            f"stock Faust reads the first {self.stock_faust_events:,} of them",
            f"{self.repeats} rounds of (a), {self.core_repeats} of (b); {self.open_orders:,} open orders in (c)",
        ]


QUICK = Plan(
    events=80_000, stock_faust_events=10_000, repeats=2, core_repeats=1, open_orders=50_000, notices=400, rate=2_000
)


@dataclass(frozen=True, slots=True)
class Place:
    """The broker, the topic that all read, and a folder for whatever must be on disk."""

    bootstrap: str
    topic: str
    folder: Path
