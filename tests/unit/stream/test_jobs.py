import asyncio

import pytest

from slamon.stream.contract import Effects, Outgoing, PartitionLostError, Rows
from slamon.stream.jobs import Batch, Group, Write
from slamon.stream.table import PartitionRows, revision
from tests.fakes.engine import Logic
from tests.fakes.records import record

HEAD = revision(1, 1)


def write(step: object = lambda _rows, _effects: None) -> Write:
    return Write(step, asyncio.get_running_loop().create_future())  # type: ignore[arg-type]


async def test_the_last_write_of_a_row_decides_its_value_and_its_place() -> None:
    table = PartitionRows()
    group = Group(table, HEAD)
    for pairs in ([(b"a", b"1"), (b"b", b"1")], [(b"a", b"2")]):
        batch = Batch("t", 0, [record(key, value) for key, value in pairs], lambda: None)
        await group.run_batch(Logic(), batch, table, 100)
    assert list(group.changes.values()) == [(b"b", HEAD + b"1", HEAD), (b"a", HEAD + b"2", HEAD)]


async def test_a_step_that_raises_takes_back_only_its_own_writes_and_effects() -> None:
    def good(rows: Rows, effects: Effects) -> None:
        rows.put(b"a", b"1")
        effects.after.append(Outgoing("t", None, b""))

    def bad(rows: Rows, effects: Effects) -> None:
        rows.put(b"a", b"2")
        effects.after.append(Outgoing("t", None, b""))
        raise LookupError

    group = Group(PartitionRows(), HEAD)
    failed = write(bad)
    group.run_step(write(good))
    group.run_step(failed)
    assert isinstance(failed.future.exception(), LookupError)
    assert group.changes == {b"a": (b"a", HEAD + b"1", HEAD)}
    assert len(group.effects.after) == 1
    assert len(group.jobs) == 1


async def test_a_caller_that_left_is_not_told() -> None:
    job = write()
    job.future.cancel()
    job.done()
    job.refuse(OSError())


async def test_a_cancellation_reaches_the_caller_as_a_lost_partition() -> None:
    job = write()
    job.refuse(asyncio.CancelledError())
    with pytest.raises(PartitionLostError):
        await job.future


async def test_a_refused_batch_is_simply_not_done() -> None:
    done: list[str] = []
    batch = Batch("t", 0, [], lambda: done.append("done"))
    batch.refuse(OSError())
    assert done == []
