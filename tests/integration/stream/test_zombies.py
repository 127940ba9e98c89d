"""Records of a former owner in the changelog, and an owner that may be one itself (T23, B11)."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiokafka import AIOKafkaProducer

from slamon.stream import Engine, TopicPartition
from slamon.stream.fencing import awake_clock
from slamon.stream.table import REVISION_HEADER, revision
from tests.integration.stream.harness import (
    PARTITIONS,
    Stage,
    changelog_fold,
)
from tests.integration.stream.inside import Deaths, Table, running, until, until_equal, until_ready
from tests.kafkas import read_all

pytestmark = pytest.mark.kafka


async def write_as_a_zombie(stage: Stage, partition: int, key: bytes, row: bytes | None) -> None:
    """A record of an owner that held the partition before everyone else (epoch 0)."""
    head = revision(0, 99)
    async with AIOKafkaProducer(bootstrap_servers=stage.bootstrap) as producer:
        value = None if row is None else head + row
        headers = [(REVISION_HEADER, head)] if row is None else []
        await producer.send_and_wait(stage.changelog, value, key, partition, headers=headers)


async def last_rows(stage: Stage) -> dict[bytes, bytes]:
    """What compaction would keep."""
    return await changelog_fold(stage, highest=False)


async def test_t23_a_zombies_later_record_is_overruled_and_overwritten_at_recovery(stage: Stage) -> None:
    await write_as_a_zombie(stage, 1, b"kept", b"of old")  # when it still was the owner
    async with running(stage.options(), Table()) as engine:
        await until_ready(engine)
        await engine.write(1, lambda rows, _effects: rows.put(b"kept", b"right"))
        await engine.write(1, lambda rows, _effects: rows.put(b"gone", b"once"))
        await engine.write(1, lambda rows, _effects: rows.delete(b"gone"))
    await write_as_a_zombie(stage, 1, b"kept", b"wrong")
    await write_as_a_zombie(stage, 1, b"gone", b"raised from the dead")
    assert await last_rows(stage) == {b"kept": b"wrong", b"gone": b"raised from the dead"}
    table = Table()
    async with running(stage.options(), table) as engine:
        await until_ready(engine)
        assert table.contents() == {b"kept": b"right"}
        await engine.write(1, lambda _rows, _effects: None)  # the mending stands in front of it
    assert await last_rows(stage) == {b"kept": b"right"}


async def test_t23_a_zombies_record_is_overwritten_while_we_own_the_partition(stage: Stage) -> None:
    await write_as_a_zombie(stage, 1, b"kept", b"of old")
    async with running(stage.options(audit_interval=0.1), Table()) as engine:
        await until_ready(engine)
        await engine.write(1, lambda rows, _effects: rows.put(b"kept", b"right"))
        await write_as_a_zombie(stage, 1, b"kept", b"wrong")  # then silence: the log has grown without us
        await until_equal(lambda: last_rows(stage), {b"kept": b"right"})
        await write_as_a_zombie(stage, 1, b"kept", b"wrong again")  # then a write: our records have a gap
        await engine.write(1, lambda rows, _effects: rows.put(b"other", b"row"))
        await until_equal(lambda: last_rows(stage), {b"kept": b"right", b"other": b"row"})


async def test_t17_recovery_ends_where_a_transaction_marker_is_the_last_record(stage: Stage) -> None:
    async with AIOKafkaProducer(bootstrap_servers=stage.bootstrap, transactional_id=f"{stage.app_id}-tail") as producer:
        async with producer.transaction():
            for partition in range(PARTITIONS):
                await producer.send(stage.changelog, revision(0, 1) + b"row", b"k%d" % partition, partition)
        with contextlib.suppress(RuntimeError):
            async with producer.transaction():
                for partition in range(PARTITIONS):
                    await producer.send(stage.source, b"1", b"aborted", partition)
                raise RuntimeError
    table = Table()
    async with running(stage.options(), table) as engine:
        await until_ready(engine)
        assert len(table.contents()) == PARTITIONS
        ends = {TopicPartition(stage.source, p): 2 for p in range(PARTITIONS)}  # the aborted record and its marker
        await until(lambda: all(engine.processed(*tp) == end for tp, end in ends.items()))


async def test_t23_without_proof_of_membership_writes_are_held_and_go_on_with_it(stage: Stage) -> None:
    away = 0.0

    def clock() -> float:
        return awake_clock() + away

    engine = Engine(stage.options(heartbeat_interval=3.0), Table(), die=Deaths(), clock=clock)
    await engine.start()
    await until_ready(engine)
    away = 100.0  # as if the process had been stopped
    held = asyncio.create_task(engine.write(0, lambda rows, _effects: rows.put(b"k", b"v")))
    await until(lambda: engine.rows(0) is not None and len(engine.rows(0) or ()) == 1)  # visible in memory
    assert not engine.ready()[0]
    assert not [r for r in await read_all(stage.bootstrap, stage.changelog) if r.key == b"k"]
    await asyncio.wait_for(held, 20)  # the next heartbeat is granted
    assert [r for r in await read_all(stage.bootstrap, stage.changelog) if r.key == b"k"]
    await engine.stop()
