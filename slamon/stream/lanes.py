"""The steps of one partition, one after another: run, write the changelog, wait for the broker, acknowledge.

A lane collects what is waiting (batches and single steps), runs it synchronously and flushes it as one group,
so that the cost of an acknowledgement is shared. At most one group is in flight per lane; lanes run beside
each other, so a slow flush of one partition keeps no other from working.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from slamon.stream.contract import PartitionLostError
from slamon.stream.jobs import Batch, Group, Write, mending
from slamon.stream.producing import gather
from slamon.stream.table import revision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slamon.stream.ground import Ground
    from slamon.stream.table import PartitionRows

_GROUP = 4
"""A group takes at most so many times `batch_records`."""


class Lane:
    """One partition's steps.

    Lanes of topics without a table partition give the logic no rows; their `table` stays empty.
    """

    def __init__(self, ground: Ground, partition: int, table: PartitionRows, rows: PartitionRows | None) -> None:
        self.partition = partition
        self.table = table
        self.clean = True
        """False when a write may or may not be in the changelog: the rows in memory prove nothing then."""
        self.epoch = 0
        self.end = 0
        """The changelog offset after our last record."""
        self.flushing_since: float | None = None
        self._rows = rows
        self._step = 0
        self._ground = ground
        self._waiting: deque[Batch | Write] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def top(self) -> bytes:
        """The highest revision that this lane has written."""
        return revision(self.epoch, self._step)

    def start(self) -> None:
        """Begin to work."""
        self._task = asyncio.create_task(self._work(), name=f"lane-{self.partition}")

    def add(self, job: Batch | Write) -> None:
        """Queue a batch or a step; PartitionLostError once the lane is closing."""
        if self._closing:
            raise PartitionLostError(f"partition {self.partition} is being handed over")
        self._waiting.append(job)
        self._arrived.set()

    def mend(self, keys: Iterable[bytes]) -> None:
        """Write these keys again as they stand, absent or not: a former owner's records follow the right ones."""
        self.add(mending(self.table, keys))

    def drop_batches(self) -> None:
        """Forget batches that have not begun: whoever owns the partition next reads them again."""
        self._waiting = deque(job for job in self._waiting if isinstance(job, Write))

    async def close(self, patience: float) -> None:
        """Finish what has begun and the steps that wait; after `patience` seconds give up what is in flight."""
        self._closing = True
        self.drop_batches()
        self._arrived.set()
        if self._task is None:
            return
        done, _ = await asyncio.wait([self._task], timeout=patience)
        if not done:
            self.clean = False
            self._task.cancel()
            await asyncio.wait([self._task])
        self._task = None
        self._refuse_waiting(PartitionLostError(f"partition {self.partition} was handed over"))

    async def _work(self) -> None:
        group = Group(self.table, self.top)
        try:
            while self._waiting or not self._closing:
                if not self._waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                    continue
                group = Group(self.table, self.top)
                await self._run_waiting(group)
                await self._settle(group)
        except asyncio.CancelledError:
            group.refuse(PartitionLostError(f"partition {self.partition} was handed over unfinished"))
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the process must end before an acknowledgement
            self.clean = False
            self._closing = True
            self._ground.failed(error)
            group.refuse(error)
            self._refuse_waiting(error)

    def _refuse_waiting(self, error: BaseException) -> None:
        while self._waiting:
            self._waiting.popleft().refuse(error)

    async def _run_waiting(self, group: Group) -> None:
        """Run what waits, up to a limit; between pieces the event loop has its turn."""
        size = self._ground.options.batch_records
        budget = _GROUP * size
        while self._waiting and budget > 0:
            job = self._waiting.popleft()
            if isinstance(job, Write):
                group.run_step(job)
                continue
            budget -= len(job.records)
            await group.run_batch(self._ground.logic, job, self._rows, size)

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
        group.done()

    async def _write(self, group: Group) -> None:
        if not group.changes:
            return
        expected = self.end
        self.end = await self._ground.changes(self.partition, list(group.changes.values()))
        first = self.end - len(group.changes)
        if first > expected:
            self._ground.stranger(self.partition, expected, first)
