"""`slamon demo` as people start it: it agrees with its script, runs beside another, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTS = 8
"""Kafka, two stand-ins, slamon, and for each the watcher that ends it should the demo be killed."""


class Demo:
    """A running `slamon demo`; everything it makes is under `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.err = folder.with_suffix(".err")
        with self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "slamon", "demo", *options],
                env={**os.environ, "TMPDIR": str(folder), "SLAMON_KAFKA__BOOTSTRAP_SERVERS": "nowhere:1"},
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
            )

    def box(self) -> str:
        """Reads on to the end of the box of URLs: everything is up then."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("╰"):
                return "".join(lines)
        raise AssertionError("".join(lines) + self.err.read_text())

    def ends(self) -> tuple[int, str]:
        """Waits for the end; the exit code and the rest of stdout."""
        out, _ = self.process.communicate(timeout=180)
        return self.process.returncode, out

    def children(self) -> dict[int, str]:
        """Its processes with their command lines."""
        return {int(entry.name): _command(entry) for entry in _processes() if _parent(entry) == self.process.pid}

    def leftovers(self, children: dict[int, str]) -> list[str]:
        """What is still there: of these processes, of those that name its folder, and of its files."""
        living = [command for pid, command in children.items() if _command(Path(f"/proc/{pid}")) == command]
        named = [command for entry in _processes() if str(self.folder) in (command := _command(entry))]
        return living + named + [path.name for path in self.folder.iterdir()]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    started = Demo(folder, *options)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()


def test_two_demos_at_once_agree_with_their_scripts(tmp_path: Path) -> None:
    with demo(tmp_path / "one", "--seconds", "60") as one, demo(tmp_path / "two", "--seconds", "25") as two:
        boxes = [one.box(), two.box()]
        children = [one.children(), two.children()]
        ends = [one.ends(), two.ends()]
    assert [len(pids) for pids in children] == [PARTS, PARTS]
    for (code, out), box in zip(ends, boxes, strict=True):
        assert code == 0, box + out
        rows = {line.split("  ")[0].strip(): line.split() for line in out.splitlines()}
        assert {"at_risk", "breached", "finished_late", "retracted", "stage_overdue"} <= rows.keys()
        assert {"dead letters", "unknown statuses"} <= rows.keys()
        assert all(int(rows[kind][1]) > 0 for kind in ("at_risk", "breached", "finished_late", "retracted"))
        storms = [row for what, row in rows.items() if what.startswith("told by ")]
        assert len(storms) == ("60 seconds" in box)
        assert all(int(row[4]) > 0 for row in storms)
    assert one.leftovers(children[0]) == two.leftovers(children[1]) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path / "demo") as running:
        url = next(word for word in running.box().split() if word.endswith("/-/ready"))
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own http URL
            assert json.load(answer)["checks"]
        children = running.children()
        running.process.send_signal(number)
        code, _ = running.ends()
    assert (code, len(children), running.leftovers(children)) == (0, PARTS, [])


@pytest.mark.fault
def test_the_end_of_a_part_ends_all_with_its_last_words(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        running.box()
        children = running.children()
        (daemon,) = [pid for pid, command in children.items() if " slamon run " in command]
        os.kill(daemon, signal.SIGKILL)
        code, _ = running.ends()
    assert (code, running.leftovers(children)) == (1, [])
    assert "slamon ended with signal 9. Its last words:\n" in running.err.read_text()


@pytest.mark.fault
def test_a_signal_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as running:
        while "starting Kafka" not in running.err.read_text():
            assert running.process.poll() is None
        children = running.children()
        running.process.send_signal(signal.SIGINT)
        code, out = running.ends()
    assert (code, out, running.leftovers(children)) == (0, "", [])


def _processes() -> list[Path]:
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
