"""What a step costs: time on the wall, CPU of this process, CPU of the broker, and the memory that is left behind."""

import gc
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bench.figures import median

Result = TypeVar("Result")

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Cost:
    """Seconds of each time that something was done."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    broker: list[float] = field(default_factory=list)

    def add(self, other: "Cost") -> None:
        """Take another's times too."""
        self.wall += other.wall
        self.cpu += other.cpu
        self.broker += other.broker

    def middle(self) -> "Cost":
        """The medians, as if it had been done once."""
        return Cost([median(self.wall)], [median(self.cpu)], [median(self.broker)])


class Meter:
    """Measures one step after the other."""

    def __init__(self, broker: int) -> None:
        """`broker` is the id of its process."""
        self._stat = Path(f"/proc/{broker}/stat")

    async def run(self, work: Callable[[], Awaitable[Result]], cost: Cost) -> Result:
        """Do the work and note what it cost."""
        broker, wall, cpu = self._broker(), time.perf_counter(), time.process_time()
        result = await work()
        cost.cpu.append(time.process_time() - cpu)
        cost.wall.append(time.perf_counter() - wall)
        cost.broker.append(self._broker() - broker)
        return result

    def _broker(self) -> float:
        words = self._stat.read_text("utf-8").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / _TICK


def resident() -> float:
    """Megabytes that this process has in memory, garbage taken out."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * _PAGE / _MEGABYTE
