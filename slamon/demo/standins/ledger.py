"""The append-only file in which a stand-in notes every call, on disk before it answers."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Ledger:
    """Appends JSON lines. Rows that come together share one fsync: the disk does not slow a storm."""

    def __init__(self, path: Path) -> None:
        """Open for appending; what a killed predecessor left unfinished on the last line is cut off."""
        _mend(path)
        self._file = path.open("ab")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._count = sum(1 for _ in read_ledger(path))

    async def append(self, row: dict[str, Any]) -> None:
        """Write a row, with its number as `seq`; returns when it is on disk."""
        self._count += 1
        line = json.dumps({"seq": self._count, **row}, separators=(",", ":")) + "\n"
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line.encode("ascii"), done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        await done

    async def close(self) -> None:
        """Write what waits and close the file."""
        if self._writer is not None:
            await self._writer
        self._file.close()

    async def _write_waiting(self) -> None:
        while self._waiting:
            rows, self._waiting = self._waiting, []
            await asyncio.to_thread(self._to_disk, b"".join(line for line, _ in rows))
            for _, done in rows:
                if not done.done():
                    done.set_result(None)

    def _to_disk(self, content: bytes) -> None:
        self._file.write(content)
        self._file.flush()
        os.fsync(self._file.fileno())


def read_ledger(path: Path) -> Iterator[dict[str, Any]]:
    """Read the finished rows, oldest first; none for a file that is not there yet."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)


def _mend(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.truncate(path, content.rfind(b"\n") + 1)
