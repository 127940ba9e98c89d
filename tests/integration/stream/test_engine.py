"""The engine in this process on a real Kafka: batches, steps, effects, rows, offsets, rebalance."""

from __future__ import annotations

import pytest

from slamon.stream import Effects, Outgoing, PartitionLostError, Rows, TopicPartition
from tests.integration.stream.harness import (
    PARTITIONS,
    REVISION,
    Load,
    Stage,
    create_topic,
    source_fold,
)
from tests.integration.stream.inside import Table, processed_all, running, until, until_ready
from tests.kafkas import put, read_all

pytestmark = pytest.mark.kafka


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
