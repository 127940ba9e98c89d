"""What every contender is told and says: a job as JSON in the arguments, a result as the last line of stdout."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec


class SmallEvent(msgspec.Struct, gc=False):
    """The fields that the small job decodes; the same for every contender."""

    order_id: str
    occurred_at: str
    type: str | None = None
    status: str | None = None
    system: str | None = None
    event_id: str | None = None
    promised_at: str | None = None
    channel: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    manager_id: str | None = None
    actor: str | None = None
    reason: str | None = None


_LOOK = 0.002
decode_small = msgspec.json.Decoder(SmallEvent).decode


@dataclass(frozen=True)
class Job:
    """Read `events` records of `topic`; `run` names groups and changelogs, `folder` is for what must be on disk."""

    bootstrap: str
    topic: str
    events: int
    run: str
    folder: str
    partitions: int = 8
    settings: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """As an argument."""
        return json.dumps(asdict(self))

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self.folder)


def told() -> Job:
    """The job from the arguments."""
    return Job(**json.loads(sys.argv[1]))


class Stopwatch:
    """From the first record that is handled to the last whose change is safe."""

    def __init__(self, events: int) -> None:
        self._events = events
        self._first = 0.0
        self._cpu = 0.0
        self.handled = 0

    def begin(self) -> None:
        """A record is about to be handled; only the first counts."""
        if not self._first:
            self._first = time.perf_counter()
            self._cpu = time.process_time()

    def handle(self, count: int) -> bool:
        """So many more are handled; whether that was all."""
        self.handled += count
        return self.handled >= self._events

    def result(self, **more: Any) -> dict[str, Any]:
        """Call when everything is safe."""
        seconds = time.perf_counter() - self._first
        return {"events": self.handled, "seconds": seconds, "cpu": time.process_time() - self._cpu, **more}


def say(result: dict[str, Any]) -> None:
    """Hand the result over; Faust takes `sys.stdout` for its log."""
    out = sys.__stdout__
    if out is not None:
        out.write(json.dumps(result) + "\n")
        out.flush()


async def until(reached: Callable[[], bool]) -> None:
    """Look every few milliseconds: the engine counts and tells nobody."""
    while not reached():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK)
