"""The engine in this process on a real Kafka: steps, effects, rows, offsets, and what ends it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer

from slamon.demo.kafka.broker import Broker
from slamon.stream import Effects, Engine, Outgoing, PartitionLostError, Record, Rows, TopicPartition
from slamon.stream.fencing import awake_clock
from slamon.stream.table import CLAIM_KEY, NO_REVISION, REVISION_HEADER, revision
from tests.integration.stream.harness import (
    PARTITIONS,
    REVISION,
    Load,
    Stage,
    changelog_fold,
    create_topic,
    source_fold,
)
from tests.integration.stream.worker import fold
from tests.kafkas import put, read_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from slamon.stream import EngineOptions

pytestmark = pytest.mark.kafka


class Table:
    """Folds values by key; remembers what it was given."""

    def __init__(self) -> None:
        self.rows: dict[int, Rows] = {}
        self.opened_times = 0
        self.lost: list[int] = []
        self.batches: list[tuple[str, int, int, bool]] = []
        self.on_record: Callable[[Record, Effects], None] = lambda _record, _effects: None

    def batch(
        self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects
    ) -> None:
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


@pytest.fixture
async def stage(bootstrap: str, tmp_path: Path) -> Stage:
    return await Stage(bootstrap, "engine", tmp_path).create_topics()


async def processed_all(engine: Engine, stage: Stage, *, topic: str | None = None) -> None:
    """Wait until every record of the source is processed."""
    records = await read_all(stage.bootstrap, topic or stage.source)
    ends: dict[int, int] = {}
    for record in records:
        ends[record.partition] = record.offset + 1
    await until(lambda: all((engine.processed(topic or stage.source, p) or 0) >= end for p, end in ends.items()))


async def test_every_record_is_folded_written_and_committed(stage: Stage) -> None:
    await Load(stage).once(3000)
    table = Table()
    async with running(stage.options(), table) as engine:
        await until_ready(engine)
        await processed_all(engine, stage)
        assert engine.partitions() == frozenset(range(PARTITIONS))
        assert engine.owned_sources() == {TopicPartition(stage.source, p) for p in range(PARTITIONS)}
        assert table.contents() == await source_fold(stage)
    again = Table()
    async with running(stage.options(), again) as engine:
        await until_ready(engine)
        assert again.contents() == await source_fold(stage)
        await Load(stage).once(1)
        await processed_all(engine, stage)
        assert sum(count for _, _, count, _ in again.batches) == 1  # nothing that was committed came again


async def test_a_step_writes_rows_and_is_acknowledged_in_the_changelog(stage: Stage) -> None:
    async with running(stage.options(), Table()) as engine:
        await until_ready(engine)
        await engine.write(2, lambda rows, _effects: rows.put(b"k", b"v"))
        written = [r for r in await read_all(stage.bootstrap, stage.changelog) if r.key == b"k"]
        assert [(r.partition, r.value and r.value[REVISION:]) for r in written] == [(2, b"v")]
        rows = engine.rows(2)
        assert rows is not None
        assert rows.get(b"k") == b"v"


async def test_a_step_that_raises_changes_nothing_and_tells_its_caller(stage: Stage) -> None:
    def step(rows: Rows, _effects: Effects) -> None:
        rows.put(b"k", b"v")
        raise LookupError("no such order")

    async with running(stage.options(), Table()) as engine:
        await until_ready(engine)
        with pytest.raises(LookupError):
            await engine.write(0, step)
        await engine.write(0, lambda rows, _effects: rows.put(b"other", b"v"))
        assert [r.key for r in await read_all(stage.bootstrap, stage.changelog) if r.key] == [b"other"]


async def test_a_step_for_a_partition_of_others_is_refused(stage: Stage) -> None:
    async with running(stage.options(), Table()) as engine:
        with pytest.raises(PartitionLostError):
            await engine.write(0, lambda _rows, _effects: None)
        assert engine.rows(0) is None


async def test_later_effects_follow_the_changelog(stage: Stage, bootstrap: str) -> None:
    offers, letters = f"{stage.app_id}-offers", f"{stage.app_id}-letters"
    await create_topic(bootstrap, offers, partitions=3)
    await create_topic(bootstrap, letters, partitions=1)

    def step(rows: Rows, effects: Effects) -> None:
        rows.put(b"k", b"v")
        effects.before.append(Outgoing(letters, b"k", b"dead", headers=(("reason", b"test"),)))
        effects.after.append(Outgoing(offers, b"receiver", b"offer"))
        effects.after.append(Outgoing(offers, None, b"anywhere", partition=2))

    async with running(stage.options(), Table()) as engine:
        await until_ready(engine)
        await engine.write(1, step)
    changelog = [r for r in await read_all(bootstrap, stage.changelog) if r.key == b"k"]
    offered = {r.value: r for r in await read_all(bootstrap, offers)}
    letter = (await read_all(bootstrap, letters))[0]
    assert offered[b"offer"].timestamp >= changelog[0].timestamp
    assert offered[b"anywhere"].partition == 2
    assert list(letter.headers) == [("reason", b"test")]


async def test_t19_a_topic_with_another_partition_count_comes_without_rows(stage: Stage, bootstrap: str) -> None:
    odd = f"{stage.app_id}-odd"
    await create_topic(bootstrap, odd, partitions=PARTITIONS + 3)
    await put(bootstrap, odd, [(b"k%d" % n, b"%d" % n) for n in range(50)])
    await Load(stage).once(50)
    table = Table()
    async with running(stage.options(sources=(stage.source, odd)), table) as engine:
        await until_ready(engine)
        await processed_all(engine, stage)
        await processed_all(engine, stage, topic=odd)
    with_rows = {(topic, has_rows) for topic, _, _, has_rows in table.batches}
    assert with_rows == {(stage.source, True), (odd, False)}


async def test_t19_a_changelog_with_another_partition_count_is_refused(bootstrap: str, tmp_path: Path) -> None:
    stage = Stage(bootstrap, "mismatch", tmp_path)
    await create_topic(bootstrap, stage.source, partitions=PARTITIONS)
    await stage.create_changelog(PARTITIONS + 1)
    deaths = Deaths()
    async with running(stage.options(), Table(), deaths):
        await until(lambda: bool(deaths))
    assert f"{stage.changelog} has {PARTITIONS + 1} partitions" in deaths[0]


async def test_a_missing_source_is_waited_for(bootstrap: str, tmp_path: Path) -> None:
    stage = Stage(bootstrap, "absent", tmp_path)
    await stage.create_changelog(PARTITIONS)
    async with running(stage.options(), Table()) as engine:
        await until(lambda: stage.source in engine.ready()[1]["engine"])
        await create_topic(bootstrap, stage.source, partitions=PARTITIONS)
        await until_ready(engine)


async def test_t3_an_exception_in_the_logic_ends_the_process_before_the_batch_is_acknowledged(
    stage: Stage,
) -> None:
    def poison(record: Record, _effects: Effects) -> None:
        if record.value == b"999":
            raise ZeroDivisionError

    await Load(stage).once(3000)
    table, deaths = Table(), Deaths()
    table.on_record = poison
    async with running(stage.options(batch_records=10), table, deaths) as engine:
        await until(lambda: bool(deaths))
        assert "ZeroDivisionError" in deaths[0]
        assert not engine.ready()[0]
    healthy = Table()
    async with running(stage.options(), healthy) as engine:
        await until_ready(engine)
        await processed_all(engine, stage)
        assert healthy.contents() == await source_fold(stage)


async def test_t2_a_record_that_the_broker_refuses_ends_the_process(stage: Stage) -> None:
    deaths = Deaths()
    async with running(stage.options(), Table(), deaths) as engine:
        await until_ready(engine)
        with pytest.raises(Exception, match="refused"):
            await engine.write(0, lambda rows, _effects: rows.put(b"k", bytes(2_000_000)))
        assert "MessageSizeTooLarge" in deaths[0]


async def test_hooks_run_before_partitions_are_handed_over_and_may_still_write(stage: Stage) -> None:
    said: list[str] = []
    first_table, second_table = Table(), Table()
    async with running(stage.options(), first_table) as first:

        async def finish() -> None:
            await first.write(0, lambda rows, _effects: rows.put(b"mark", b"%d" % len(said)))
            said.append("marked")

        first.before_revoke(finish)
        await until_ready(first)
        async with running(stage.options(), second_table) as second:
            await until(lambda: len(second.partitions()) == 2 and len(first.partitions()) == 2)
            assert first.partitions() | second.partitions() == set(range(PARTITIONS))
            assert said == ["marked"]
            assert set(first_table.lost) == second.partitions()
            everything = first_table.contents() | second_table.contents()
            assert everything[b"mark"] == b"0"
            assert first.owners() == second.owners()
            assert len(set(first.owners().values())) == 2


async def test_deleted_rows_stay_deleted(stage: Stage) -> None:
    async with running(stage.options(), Table()) as engine:
        await until_ready(engine)
        await engine.write(0, lambda rows, _effects: rows.put(b"k", b"v"))
        await engine.write(0, lambda rows, _effects: rows.delete(b"k"))
    table = Table()
    async with running(stage.options(), table) as engine:
        await until_ready(engine)
        assert table.contents() == {}


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
        async with asyncio.timeout(20):
            while await last_rows(stage) != {b"kept": b"right"}:
                await asyncio.sleep(0.1)
        await write_as_a_zombie(stage, 1, b"kept", b"wrong again")  # then a write: our records have a gap
        await engine.write(1, lambda rows, _effects: rows.put(b"other", b"row"))
        async with asyncio.timeout(20):
            while await last_rows(stage) != {b"kept": b"right", b"other": b"row"}:
                await asyncio.sleep(0.1)


async def test_a_claim_of_a_later_owner_ends_the_process(stage: Stage) -> None:
    deaths = Deaths()
    async with running(stage.options(audit_interval=0.1), Table(), deaths) as engine:
        await until_ready(engine)
        async with AIOKafkaProducer(bootstrap_servers=stage.bootstrap) as producer:
            await producer.send_and_wait(stage.changelog, NO_REVISION + b"{}", CLAIM_KEY, 2)
        await until(lambda: bool(deaths))
        assert "another worker has claimed partition 2" in deaths[0]


async def test_t17_recovery_ends_where_a_transaction_marker_is_the_last_record(stage: Stage) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=stage.bootstrap, transactional_id=f"{stage.app_id}-tail"
    ) as producer:
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


async def test_a_frozen_broker_holds_the_batch_back_and_says_so(tmp_path: Path) -> None:
    with Broker() as own:
        stage = await Stage(own.bootstrap, "held", tmp_path).create_topics()
        deaths = Deaths()
        async with running(stage.options(), Table(), deaths) as engine:
            await until_ready(engine)
            own.pause()
            held = asyncio.create_task(engine.write(0, lambda rows, _effects: rows.put(b"k", b"v")))
            await until(lambda: "acknowledgements" in engine.ready()[1]["changelog"])
            assert not held.done()
            own.resume()
            await asyncio.wait_for(held, 30)
            await until_ready(engine)
            assert deaths == []
        written = [r for r in await read_all(own.bootstrap, stage.changelog) if r.key == b"k"]
        assert len(written) == 1  # repeated by the idempotent producer, not written twice
