"""The steps of one partition, one after another: run, write the changelog, wait for the broker, acknowledge.

A lane collects what is waiting (batches and single steps), runs it synchronously and flushes it as one group,
so that the cost of an acknowledgement is shared. At most one group is in flight per lane; lanes run beside
each other, so a slow flush of one partition keeps no other from working.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from slamon.stream.contract import Effects, PartitionLostError
from slamon.stream.producing import gather
from slamon.stream.table import revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slamon.stream.contract import Outgoing, PartitionLogic, Record, Rows, Step
    from slamon.stream.options import EngineOptions
    from slamon.stream.table import Change, PartitionRows


class Ground(Protocol):
    """What lanes need from the engine."""

    logic: PartitionLogic
    options: EngineOptions

    async def may_write(self) -> None:
        """Return once this worker is surely a member of its group."""
        ...

    async def changes(self, partition: int, changes: Sequence[Change]) -> int:
        """Write the changelog of a partition; returns the offset after the last record."""
        ...

    async def records(self, outgoing: Sequence[Outgoing]) -> None:
        """Produce records and wait for their acknowledgements."""
        ...

    def failed(self, error: BaseException) -> None:
        """The engine can't go on safely."""
        ...

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def stranger(self, partition: int, start: int, end: int) -> None:
        """Somebody else wrote these offsets of the partition's changelog."""
        ...


class Batch:
    """Fetched records of one topic partition; `done` is called when everything they caused is acknowledged."""

    __slots__ = ("done", "partition", "records", "topic")

    def __init__(
        self, topic: str, partition: int, records: Sequence[Record], done: Callable[[], None]
    ) -> None:
        self.topic = topic
        self.partition = partition
        self.records = records
        self.done = done


class Write:
    """A single step with the caller's future."""

    __slots__ = ("future", "step")

    def __init__(self, step: Step, future: asyncio.Future[None]) -> None:
        self.step = step
        self.future = future


class Group:
    """What a lane did since the last flush."""

    __slots__ = ("changes", "effects", "jobs")

    def __init__(self) -> None:
        self.jobs: list[Batch | Write] = []
        self.changes: dict[bytes, Change] = {}
        self.effects = Effects()


class Lane:
    """One partition's steps.

    Lanes of topics without a table partition give the logic no rows; their `table` stays empty.
    """

    def __init__(
        self, ground: Ground, partition: int, table: PartitionRows, rows: PartitionRows | None
    ) -> None:
        self.partition = partition
        self.table = table
        self._rows = rows
        self.clean = True
        """False when a write may or may not have reached the changelog: the rows in memory prove nothing then."""
        self.epoch = 0
        self.end = 0
        """The changelog offset after our last record."""
        self.flushing_since: float | None = None
        self._step = 0
        self._ground = ground
        self._batch_records = ground.options.batch_records
        self._waiting: deque[Batch | Write] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def top(self) -> bytes:
        """The highest revision that this lane has written."""
        return revision(self.epoch, self._step)

    @property
    def backlog(self) -> int:
        """Records that wait for their turn."""
        return sum(len(job.records) for job in self._waiting if isinstance(job, Batch))

    def start(self) -> None:
        """Begin to work."""
        self._closing = False
        self._task = asyncio.create_task(self._work(), name=f"lane-{self.partition}")

    def add(self, job: Batch | Write) -> None:
        """Queue a batch or a step; PartitionLostError once the lane is closing."""
        if self._closing:
            raise PartitionLostError(f"partition {self.partition} is being handed over")
        self._waiting.append(job)
        self._arrived.set()

    def mend(self, keys: Iterable[bytes]) -> None:
        """Write these keys again as they stand, absent or not: a former owner's records came after the right ones."""

        def touch(_rows: Rows, _effects: Effects) -> None:
            for key in keys:
                self.table.touch(key)

        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self.add(Write(touch, future))

    def drop_batches(self) -> None:
        """Forget batches that have not begun: whoever owns the partition next reads them again."""
        self._waiting = deque(job for job in self._waiting if isinstance(job, Write))

    async def close(self, timeout: float) -> None:
        """Finish what has begun and the steps that wait, take no more; after `timeout` give up what is in flight."""
        self._closing = True
        self.drop_batches()
        self._arrived.set()
        if self._task is None:
            return
        done, _ = await asyncio.wait([self._task], timeout=timeout)
        if not done:
            self.clean = False
            self._task.cancel()
            await asyncio.wait([self._task])
        self._task = None
        for job in self._waiting:
            _refuse(job, PartitionLostError(f"partition {self.partition} was handed over"))
        self._waiting.clear()

    async def _work(self) -> None:
        group = Group()
        try:
            while self._waiting or not self._closing:
                if not self._waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                group = Group()
                await self._run_waiting(group)
                await self._settle(group)
        except asyncio.CancelledError:
            for job in group.jobs:
                _refuse(job, PartitionLostError(f"partition {self.partition} was handed over unfinished"))
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, it must reach `failed`
            self.clean = False
            self._closing = True
            self._ground.failed(error)
            for job in (*group.jobs, *self._waiting):
                _refuse(job, error)

    async def _run_waiting(self, group: Group) -> None:
        """Run what waits, up to a few thousand records, so that one flush serves it all."""
        budget = 4 * self._batch_records
        while self._waiting and budget > 0:
            job = self._waiting.popleft()
            group.jobs.append(job)
            if isinstance(job, Write):
                self._run_step(job, group)
                continue
            budget -= len(job.records)
            for start in range(0, len(job.records), self._batch_records):
                self._run_batch(job, job.records[start : start + self._batch_records], group)
                await asyncio.sleep(0)

    def _run_batch(self, job: Batch, records: Sequence[Record], group: Group) -> None:
        self._ground.logic.batch(job.topic, job.partition, records, self._rows, group.effects)
        self._seal(group)

    def _run_step(self, job: Write, group: Group) -> None:
        effects = Effects()
        try:
            job.step(self.table, effects)
        except Exception as error:  # noqa: BLE001 - the caller's fault and the caller's to handle: nothing was changed
            self.table.discard()
            group.jobs.pop()
            _refuse(job, error)
            return
        group.effects.before += effects.before
        group.effects.after += effects.after
        self._seal(group)

    def _seal(self, group: Group) -> None:
        for change in self.table.seal(revision(self.epoch, self._step)):
            group.changes.pop(change[0], None)  # the last write decides the place in the log, too
            group.changes[change[0]] = change

    async def _settle(self, group: Group) -> None:
        """Changelog and first effects acknowledged, then the later effects, then the jobs themselves."""
        self._step += 1
        self.flushing_since = self._ground.now()
        try:
            await self._ground.may_write()
            await gather(self._write(group), self._ground.records(group.effects.before))
            await self._ground.records(group.effects.after)
        finally:
            self.flushing_since = None
        for job in group.jobs:
            if isinstance(job, Batch):
                job.done()
            elif not job.future.done():
                job.future.set_result(None)

    async def _write(self, group: Group) -> None:
        if group.changes:
            end = await self._ground.changes(self.partition, list(group.changes.values()))
            expected, self.end = self.end, end
            first = end - len(group.changes)
            if first > expected:
                self._ground.stranger(self.partition, expected, first)


def _refuse(job: Batch | Write, error: BaseException) -> None:
    if isinstance(job, Write) and not job.future.done():
        job.future.set_exception(error if isinstance(error, Exception) else PartitionLostError(str(error)))
