"""What the engine's fault tests share: topics, load, worker processes and the comparison of three folds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from slamon.stream import EngineOptions
from tests.integration.stream.worker import ROW, fold
from tests.kafkas import read_all, unique

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PARTITIONS = 4
SESSION = 6.0
REVISION = 12
_ROOT = Path(__file__).parents[3]
_WORKER = Path(__file__).with_name("worker.py")


async def create_topic(bootstrap: str, topic: str, *, partitions: int, **config: str) -> None:
    """A topic with exactly this name; config keys with underscores for dots."""
    settings = {key.replace("_", "."): value for key, value in config.items()}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=settings)])
        assert all(error[1] == 0 for error in answer.topic_errors), answer
    finally:
        await admin.close()


class Stage:
    """One application on a broker: its topics, its options, its workers."""

    def __init__(self, bootstrap: str, name: str, data: Path) -> None:
        self.bootstrap = bootstrap
        self.app_id = unique(name)
        self.source = f"{self.app_id}-source"
        self.data = data
        self.workers: list[Worker] = []

    @property
    def changelog(self) -> str:
        return f"{self.app_id}-orders-changelog"

    async def create_topics(self) -> Self:
        await create_topic(self.bootstrap, self.source, partitions=PARTITIONS)
        await self.create_changelog(PARTITIONS)
        return self

    async def create_changelog(self, partitions: int) -> None:
        config = {"cleanup_policy": "compact", "min_compaction_lag_ms": "86400000"}
        await create_topic(self.bootstrap, self.changelog, partitions=partitions, **config)

    def options(self, **changes: object) -> EngineOptions:
        settings: dict[str, object] = {
            "bootstrap": self.bootstrap,
            "app_id": self.app_id,
            "partitions": PARTITIONS,
            "sources": (self.source,),
            "data_dir": self.data,
            "session_timeout": SESSION,
            "heartbeat_interval": 1.0,
            "request_timeout": 10.0,
            "rebalance_timeout": 15.0,
            "drain_timeout": 8.0,
            "commit_interval": 0.3,
        } | changes
        return EngineOptions(**settings)  # type: ignore[arg-type]

    async def worker(self, instance: str = "-") -> Worker:
        worker = await Worker.start(self, instance)
        self.workers.append(worker)
        return worker

    async def end(self) -> None:
        for worker in self.workers:
            await worker.kill()


class Worker:
    """A worker process; `seen` holds the lines it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.seen: list[str] = []
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, stage: Stage, instance: str) -> Self:
        arguments = (stage.bootstrap, stage.app_id, stage.source, str(PARTITIONS), instance, str(SESSION))
        errors = (stage.data / "workers.log").open("ab")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_WORKER),
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        errors.close()
        return cls(process)

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._news:
                self.seen.append(line.decode().strip())
                self._news.notify_all()

    async def until(self, said: Callable[[list[str]], bool], *, within: float = 40.0) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: said(self.seen)), within)

    async def until_ready(self) -> None:
        await self.until(lambda seen: "ready" in seen)

    @property
    def openings(self) -> int:
        """How many times it has opened a partition."""
        return sum(line.startswith("opened") for line in self.seen)

    async def until_opened(self, *, beyond: int) -> None:
        """Wait for another opening: a rebalance is over (too fast to be seen in `ready`)."""
        await self.until(lambda _seen: self.openings > beyond)

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        self.send(signal.SIGKILL)
        await self.process.wait()
        await self._reader

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.send(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), 40)
        await self._reader
        return code


class Load:
    """Values for a few hundred keys, produced until told to stop; survives a broker that goes away."""

    def __init__(self, stage: Stage, *, keys: int = 300, pause: float = 0.01, burst: int = 50) -> None:
        self._stage = stage
        self._keys = keys
        self._pause = pause
        self._burst = burst
        self._stop = asyncio.Event()
        self.sent = 0

    async def run(self) -> None:
        async with self._producer() as producer:
            while not self._stop.is_set():
                await self._send(producer, self._burst)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), self._pause)

    async def once(self, records: int) -> None:
        async with self._producer() as producer:
            await self._send(producer, records)

    @contextlib.asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._stage.bootstrap, acks="all", enable_idempotence=True, linger_ms=2
        )
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    async def _send(self, producer: AIOKafkaProducer, records: int) -> None:
        futures = []
        for number in range(self.sent, self.sent + records):
            key, value = b"key-%04d" % (number * 7919 % self._keys), b"%d" % number
            futures.append(await producer.send(self._stage.source, value, key))
        self.sent += records
        with contextlib.suppress(KafkaError):  # its fate is read from the log itself
            await asyncio.gather(*futures)

    def stop(self) -> None:
        self._stop.set()


@contextlib.asynccontextmanager
async def under_load(load: Load) -> AsyncIterator[Load]:
    """Run the load beside the body."""
    task = asyncio.create_task(load.run())
    try:
        yield load
    finally:
        load.stop()
        await task


async def source_fold(stage: Stage) -> dict[bytes, bytes]:
    """What the table must hold: every source record folded once."""
    rows: dict[bytes, bytes] = {}
    for record in await read_all(stage.bootstrap, stage.source):
        assert record.key is not None
        assert record.value is not None
        rows[record.key] = fold(rows.get(record.key), record.offset, int(record.value))
    return rows


async def changelog_fold(stage: Stage, *, highest: bool) -> dict[bytes, bytes]:
    """The rows that the changelog tells: by the highest revision, or as compaction would keep them (the last)."""
    best: dict[bytes, tuple[bytes, bytes | None]] = {}
    for record in await read_all(stage.bootstrap, stage.changelog):
        if not record.key:
            continue
        head = record.value[:REVISION] if record.value is not None else dict(record.headers)["r"]
        if not highest or record.key not in best or head >= best[record.key][0]:
            best[record.key] = (head, record.value)
    return {key: value[REVISION:] for key, (_, value) in best.items() if value is not None}


async def until_caught_up(stage: Stage, *, within: float = 60.0) -> None:
    """Return when the changelog's fold equals the source's: nothing lost, nothing counted twice."""
    wanted = await source_fold(stage)
    async with asyncio.timeout(within):
        while await changelog_fold(stage, highest=True) != wanted:  # noqa: ASYNC110 - the answer is in Kafka
            await asyncio.sleep(0.3)


def counted(rows: dict[bytes, bytes]) -> int:
    """How many records the rows contain."""
    return sum(int(ROW.unpack(row)[1]) for row in rows.values())
