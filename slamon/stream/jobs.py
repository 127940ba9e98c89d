"""What a lane works on: batches of records, single steps, and the group of them that shares a flush."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from slamon.stream.contract import Effects, PartitionLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slamon.stream.contract import PartitionLogic, Record, Rows, Step
    from slamon.stream.table import Change, PartitionRows


class Batch:
    """Fetched records of one topic partition; `done` is called when all that they caused is acknowledged."""

    __slots__ = ("done", "partition", "records", "topic")

    def __init__(self, topic: str, partition: int, records: Sequence[Record], done: Callable[[], None]) -> None:
        self.topic = topic
        self.partition = partition
        self.records = records
        self.done = done

    def refuse(self, error: BaseException) -> None:
        """Nobody waits for a batch: it is read again."""


class Write:
    """A single step with the caller's future."""

    __slots__ = ("future", "step")

    def __init__(self, step: Step, future: asyncio.Future[None]) -> None:
        self.step = step
        self.future = future

    def done(self) -> None:
        """Tell the caller that it is written."""
        if not self.future.done():
            self.future.set_result(None)

    def refuse(self, error: BaseException) -> None:
        """Tell the caller why it is not, or perhaps not, written."""
        if not self.future.done():
            self.future.set_exception(error if isinstance(error, Exception) else PartitionLostError(str(error)))


class Group:
    """Jobs that were run together, and what they want written."""

    def __init__(self, table: PartitionRows, head: bytes) -> None:
        """`head`: the revision of everything in the group."""
        self.jobs: list[Batch | Write] = []
        self.changes: dict[bytes, Change] = {}
        """By key: of several writes of a row only the last goes to the changelog, in the order of the last."""
        self.effects = Effects()
        self._table = table
        self._head = head

    async def run_batch(self, logic: PartitionLogic, job: Batch, rows: Rows | None, size: int) -> None:
        """Give a batch to the logic in pieces of `size` records, between which the event loop has its turn.

        What the logic raises ends the process.
        """
        self.jobs.append(job)
        for start in range(0, len(job.records), size):
            logic.batch(job.topic, job.partition, job.records[start : start + size], rows, self.effects)
            self._seal()
            await asyncio.sleep(0)

    def run_step(self, job: Write) -> None:
        """Run a step; what it raises goes to its caller, and nothing was changed."""
        effects = Effects()
        try:
            job.step(self._table, effects)
        except Exception as error:  # noqa: BLE001 - the caller's fault, and the caller's to mend
            self._table.discard()
            job.refuse(error)
            return
        self.jobs.append(job)
        self.effects.before += effects.before
        self.effects.after += effects.after
        self._seal()

    def _seal(self) -> None:
        for change in self._table.seal(self._head):
            self.changes.pop(change[0], None)
            self.changes[change[0]] = change

    def done(self) -> None:
        """Everything is acknowledged."""
        for job in self.jobs:
            job.done()

    def refuse(self, error: BaseException) -> None:
        """Some of it may not be."""
        for job in self.jobs:
            job.refuse(error)


def mending(table: PartitionRows, keys: Iterable[bytes]) -> Write:
    """A step that writes keys again as they stand, absent or not; nobody waits for it."""

    def touch(_rows: Rows, _effects: Effects) -> None:
        for key in keys:
            table.touch(key)

    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return Write(touch, future)
