"""What the engine waits for, and what ends it before anything is acknowledged."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaProducer

from slamon.demo.kafka.broker import Broker
from slamon.stream.table import CLAIM_KEY, NO_REVISION
from tests.integration.stream.harness import (
    PARTITIONS,
    Load,
    Stage,
    create_topic,
    source_fold,
)
from tests.integration.stream.inside import Deaths, Table, processed_all, running, until, until_ready
from tests.kafkas import read_all

if TYPE_CHECKING:
    from pathlib import Path

    from slamon.stream import Effects, Record

pytestmark = pytest.mark.kafka


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


async def test_a_claim_of_a_later_owner_ends_the_process(stage: Stage) -> None:
    deaths = Deaths()
    async with running(stage.options(audit_interval=0.1), Table(), deaths) as engine:
        await until_ready(engine)
        async with AIOKafkaProducer(bootstrap_servers=stage.bootstrap) as producer:
            await producer.send_and_wait(stage.changelog, NO_REVISION + b"{}", CLAIM_KEY, 2)
        await until(lambda: bool(deaths))
        assert "another worker has claimed partition 2" in deaths[0]


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
