"""What the figures were measured on, without saying whose machine it is."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("faust-streaming", "aiokafka", "quixstreams", "msgspec", "uvloop")
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores, memory, versions, and how busy it was with other things."""

    cores: int
    memory_gib: float
    processor: str
    python: str
    libraries: str
    load: float
    """Processes that wanted a core in the minute before the measurement."""

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"{self.cores} cores ({self.processor}), {self.memory_gib:.0f} GiB of memory, broker included",
            f"Python {self.python}; {self.libraries}",
            f"load average before the run: {self.load:.1f}",
        ]


def this_machine() -> Machine:
    """Look around."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    cores = len(os.sched_getaffinity(0))
    return Machine(cores, memory, _processor(), platform.python_version(), libraries, os.getloadavg()[0])


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
