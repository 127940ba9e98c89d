"""What tests of an engine in this process share: a logic that folds and remembers, deaths, waiting."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from slamon.stream import Effects, Engine, Record, Rows
from tests.integration.stream.worker import fold
from tests.kafkas import read_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from slamon.stream import EngineOptions
    from tests.integration.stream.harness import Stage


class Table:
    """Folds values by key; remembers what it was given."""

    def __init__(self) -> None:
        self.rows: dict[int, Rows] = {}
        self.opened_times = 0
        self.lost: list[int] = []
        self.batches: list[tuple[str, int, int, bool]] = []
        self.on_record: Callable[[Record, Effects], None] = lambda _record, _effects: None

    def batch(self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects) -> None:
        self.batches.append((topic, partition, len(records), rows is not None))
        for record in records:
            self.on_record(record, effects)
            if rows is not None:
                assert record.key is not None
                assert record.value is not None
                rows.put(record.key, fold(rows.get(record.key), record.offset, int(record.value)))

    def opened(self, partition: int, rows: Rows) -> None:
        self.rows[partition] = rows
        self.opened_times += 1

    def closed(self, partition: int) -> None:
        self.lost.append(partition)
        self.rows.pop(partition)

    def contents(self) -> dict[bytes, bytes]:
        return {key: row for rows in self.rows.values() for key, row in rows.items()}


class Deaths(list[str]):
    """In place of the process's end: the reasons."""

    def __call__(self, reason: str) -> None:
        self.append(reason)


async def until(condition: Callable[[], bool], *, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - any state of the engine
            await asyncio.sleep(0.01)


async def until_ready(engine: Engine) -> None:
    await until(lambda: engine.ready()[0])


@contextlib.asynccontextmanager
async def running(options: EngineOptions, table: Table, deaths: Deaths | None = None) -> AsyncIterator[Engine]:
    engine = Engine(options, table, die=Deaths() if deaths is None else deaths)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def processed_all(engine: Engine, stage: Stage, *, topic: str | None = None) -> None:
    """Wait until every record of the source is processed."""
    records = await read_all(stage.bootstrap, topic or stage.source)
    ends: dict[int, int] = {}
    for record in records:
        ends[record.partition] = record.offset + 1
    await until(lambda: all((engine.processed(topic or stage.source, p) or 0) >= end for p, end in ends.items()))


async def until_equal(ask: Callable[[], Awaitable[object]], wanted: object, *, within: float = 20.0) -> None:
    """Ask until the answer is the wanted one."""
    async with asyncio.timeout(within):
        while await ask() != wanted:  # noqa: ASYNC110 - the answer is in Kafka
            await asyncio.sleep(0.1)
