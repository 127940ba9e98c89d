"""A worker process for the fault tests: folds every value of a key, once per source offset.

Usage: worker.py BOOTSTRAP APP_ID SOURCE PARTITIONS INSTANCE SESSION_SECONDS. Prints a line per event of interest.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

from slamon.stream import Engine, EngineOptions, Record, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW = struct.Struct(">qqq")
"""Sum, count, and the last source offset folded in."""


def say(*words: object) -> None:
    """A line for the test that watches us."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def fold(row: bytes | None, offset: int, value: int) -> bytes:
    """The row after one more record; a record that the row already contains changes nothing."""
    total, count, last = ROW.unpack(row) if row is not None else (0, 0, -1)
    if offset <= last:
        return ROW.pack(total, count, last)
    return ROW.pack(total + value, count + 1, offset)


class Counting:
    """Sums and counts the values of each key; tells which partitions it has."""

    def batch(self, *arguments: Any) -> None:
        """As PartitionLogic says."""
        records: Sequence[Record] = arguments[2]
        rows: Rows = arguments[3]
        for record in records:
            assert record.key is not None
            assert record.value is not None
            rows.put(record.key, fold(rows.get(record.key), record.offset, int(record.value)))

    def opened(self, partition: int, rows: Rows) -> None:
        say("opened", partition, len(rows))

    def closed(self, partition: int) -> None:
        say("closed", partition)


async def main(bootstrap: str, app_id: str, source: str, partitions: int, instance: str, session: float) -> None:
    options = EngineOptions(
        bootstrap=bootstrap,
        app_id=app_id,
        partitions=partitions,
        sources=(source,),
        data_dir=Path(tempfile.mkdtemp()),
        instance_id=None if instance == "-" else instance,
        session_timeout=session,
        heartbeat_interval=min(3.0, session / 4),
        rebalance_timeout=20.0,
        drain_timeout=10.0,
        commit_interval=0.5,
    )
    engine = Engine(options, Counting())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await engine.start()
    say("started")
    told = None
    while not stop.is_set():
        ready, why = engine.ready()
        if told != (now := "ready" if ready else f"waiting {why}"):
            say(now)
            told = now
        try:
            await asyncio.wait_for(stop.wait(), 0.1)
        except TimeoutError:
            continue
    await engine.stop()
    say("stopped", engine.progress)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    _, bootstrap_, app_id_, source_, partitions_, instance_, session_ = sys.argv
    uvloop.run(main(bootstrap_, app_id_, source_, int(partitions_), instance_, float(session_)))
