"""The processes of a demo: started, watched for an early end, and ended together."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import slamon
from slamon.demo.kafka.broker import Broker
from slamon.demo.process import ServerProcess

_WORDS = 20
_POLL = 0.1
Result = TypeVar("Result")


class PartFailedError(Exception):
    """A part of the demo has ended, or never came up; the message holds its last words."""


class Part(Protocol):
    """One process of the demo."""

    name: str

    @property
    def log(self) -> Path:
        """The file with what it says."""

    def ended(self) -> str | None:
        """How it ended; None while it runs."""

    def stop(self) -> None:
        """Ends it; returns when it is gone."""


class Command:
    """`python -m …` of this very slamon, as a process that may take `grace` seconds to end when told to."""

    def __init__(self, name: str, *arguments: str, folder: Path, grace: float) -> None:
        self.name = name
        self.log = folder / f"{name.replace(' ', '-').lower()}.log"
        self._grace = grace
        command = [sys.executable, "-m", *arguments]
        self._process = ServerProcess(command, log=self.log, env=_environment(), folder=folder)

    def ended(self) -> str | None:
        """How it ended; None while it runs."""
        code = self._process.exit_code
        return None if code is None else f"ended with {'signal' if code < 0 else 'exit code'} {abs(code)}"

    def stop(self) -> None:
        """Ends it in order; returns when it is gone."""
        self._process.stop(grace=self._grace)


class KafkaNode:
    """The demo's own broker."""

    def __init__(self, broker: Broker) -> None:
        self.name = "Kafka"
        self._broker = broker

    @property
    def log(self) -> Path:
        """The file with what it says."""
        return self._broker.log

    def ended(self) -> str | None:
        """How it ended; None while it runs."""
        return "ended" if self._broker.pid is None else None

    def stop(self) -> None:
        """Ends it by force: its data are thrown away."""
        self._broker.kill()


class Parts:
    """All processes, in the order of their start."""

    def __init__(self) -> None:
        self._parts: list[Part] = []

    def add(self, part: Part) -> None:
        """Watches this one too, and ends it with the others."""
        self._parts.append(part)

    def check(self) -> None:
        """Raises PartFailedError when one has ended."""
        for part in self._parts:
            if (how := part.ended()) is not None:
                raise failed(part, how)

    async def watch(self) -> None:
        """Never returns; raises PartFailedError as soon as one has ended."""
        while True:
            self.check()
            await asyncio.sleep(_POLL)

    def close(self) -> None:
        """Ends all of them, the last one first; returns when they are gone."""
        while self._parts:
            self._parts.pop().stop()


def failed(part: Part, how: str) -> PartFailedError:
    """The error of a part: what happened, and its last words."""
    return PartFailedError(f"{part.name} {how}. Its last words:\n{last_words(part.log)}")


def last_words(log: Path) -> str:
    """The end of a log."""
    try:
        lines = log.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    return "\n".join(f"  {line}" for line in lines[-_WORDS:]) or "  (it said nothing)"


async def finished(call: Callable[[], Result]) -> Result:
    """Runs a blocking call in a thread. When cancelled it waits for its end: nothing half-started stays."""
    work = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


def _environment() -> dict[str, str]:
    """Ours without SLAMON_ variables, which would override the demo's configuration.

    The processes work in the demo's folder, so `-m` has to be told where this slamon is.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SLAMON_")}
    home = str(Path(slamon.__file__).parents[1])
    return ours | {"PYTHONPATH": os.pathsep.join(filter(None, [home, ours.get("PYTHONPATH")]))}
