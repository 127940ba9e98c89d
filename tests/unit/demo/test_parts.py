import asyncio
import threading
from pathlib import Path

import pytest

from slamon.demo.parts import PartFailedError, Parts, finished, last_words


class FakePart:
    """A part without a process; notes in `stopped` that it was ended."""

    def __init__(self, name: str, folder: Path, stopped: list[str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.end: str | None = None
        self._stopped = stopped

    def ended(self) -> str | None:
        return self.end

    def stop(self) -> None:
        self._stopped.append(self.name)


def test_parts_end_in_the_opposite_order_of_their_start(tmp_path: Path) -> None:
    stopped: list[str] = []
    parts = Parts()
    for name in ("Kafka", "Slack", "slamon"):
        parts.add(FakePart(name, tmp_path, stopped))
    parts.close()
    parts.close()
    assert stopped == ["slamon", "Slack", "Kafka"]


async def test_an_end_that_nobody_asked_for_is_noticed_with_the_last_words(tmp_path: Path) -> None:
    parts = Parts()
    well, ill = FakePart("Kafka", tmp_path, []), FakePart("slamon", tmp_path, [])
    parts.add(well)
    parts.add(ill)
    parts.check()
    ill.log.write_text("one\nout of luck\n", "utf-8")
    ill.end = "ended with exit code 2"
    with pytest.raises(PartFailedError, match=r"slamon ended with exit code 2.*\n  one\n  out of luck"):
        await parts.watch()


def test_last_words_are_few(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_words(log) == "  (it said nothing)"
    log.write_bytes(b"\xff\n" + b"".join(b"line %d\n" % number for number in range(100)))
    assert last_words(log).splitlines()[-1] == "  line 99"
    assert len(last_words(log).splitlines()) == 20


async def test_a_cancelled_call_is_waited_for() -> None:
    """A process that a thread is just starting must not be forgotten."""
    begun, go_on, done = threading.Event(), threading.Event(), []

    def call() -> None:
        begun.set()
        go_on.wait(10)
        done.append(True)

    task = asyncio.create_task(finished(call))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]
