"""Worker processes that are killed, frozen, added and removed, and a broker that goes away.

Afterwards the fold of the source, the table and the fold of the changelog are the same: nothing lost, nothing
counted twice (faults.md I4, F1, F4, F5, F6).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

import pytest

from slamon.demo.kafka.broker import Broker
from slamon.stream import Engine
from tests.integration.stream.harness import (
    PARTITIONS,
    SESSION,
    Load,
    Stage,
    changelog_fold,
    source_fold,
    under_load,
    until_caught_up,
)
from tests.integration.stream.inside import Table, until_ready

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


@contextlib.asynccontextmanager
async def stage_on(bootstrap: str, name: str, data: Path) -> AsyncIterator[Stage]:
    stage = await Stage(bootstrap, name, data).create_topics()
    try:
        yield stage
    finally:
        await stage.end()


async def assert_three_folds_agree(stage: Stage) -> None:
    """Source, changelog by revision, table of a fresh worker, and the changelog as compaction will keep it."""
    await until_caught_up(stage)
    await stage.end()
    wanted = await source_fold(stage)
    table = Table()
    engine = Engine(stage.options(session_timeout=SESSION), table)
    await engine.start()
    await until_ready(engine)
    await engine.stop()
    assert table.contents() == wanted
    assert await changelog_fold(stage, highest=True) == wanted
    assert await changelog_fold(stage, highest=False) == wanted


async def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(bootstrap: str, tmp_path: Path) -> None:
    async with stage_on(bootstrap, "killed", tmp_path) as stage, under_load(Load(stage)) as load:
        for _ in range(5):
            worker = await stage.worker(instance="one")  # static: the same member comes back at once
            await worker.until_ready()
            aim = load.sent + 1500
            while load.sent < aim:  # noqa: ASYNC110 - the load tells nobody
                await asyncio.sleep(0.02)
            await worker.kill()
        load.stop()
        await stage.worker(instance="one")
        await assert_three_folds_agree(stage)


async def test_workers_that_join_and_leave_under_load_lose_and_double_nothing(bootstrap: str, tmp_path: Path) -> None:
    async with stage_on(bootstrap, "joining", tmp_path) as stage, under_load(Load(stage)) as load:
        first = await stage.worker()
        await first.until_ready()
        alone = first.openings
        second = await stage.worker()
        await second.until_ready()
        await first.until_opened(beyond=alone)
        third = await stage.worker()
        await third.until_ready()
        shared = third.openings
        assert await first.stop() == 0
        await third.until_opened(beyond=shared)
        await second.kill()  # its partitions come to the third when its session is over
        await third.until(lambda seen: len({line.split()[1] for line in seen if "opened" in line}) == PARTITIONS)
        load.stop()
        await assert_three_folds_agree(stage)


async def test_t23_a_frozen_worker_that_wakes_up_after_its_session_overwrites_nothing(
    bootstrap: str, tmp_path: Path
) -> None:
    async with stage_on(bootstrap, "frozen", tmp_path) as stage, under_load(Load(stage, keys=40)) as load:
        frozen = await stage.worker()
        await frozen.until_ready()
        await asyncio.sleep(0.5)
        frozen.send(signal.SIGSTOP)
        heir = await stage.worker()
        await heir.until_ready()
        aim = load.sent + 2000
        while load.sent < aim:  # noqa: ASYNC110 - the load tells nobody
            await asyncio.sleep(0.02)
        frozen.send(signal.SIGCONT)
        await frozen.until_opened(beyond=PARTITIONS)  # it joins again
        load.stop()
        await until_caught_up(stage)
        await stage.end()
        await stage.worker()  # recovery is what the frozen worker's late records could mislead
        await assert_three_folds_agree(stage)


async def test_a_broker_that_is_restarted_under_load_costs_no_exit_and_no_record(tmp_path: Path) -> None:
    with Broker() as broker:
        async with stage_on(broker.bootstrap, "outage", tmp_path) as stage, under_load(Load(stage)) as load:
            worker = await stage.worker()
            await worker.until_ready()
            for outage in (0.0, SESSION + 2):
                await asyncio.sleep(0.5)
                await asyncio.to_thread(broker.kill)
                if outage:
                    await worker.until(lambda seen: seen[-1].startswith("waiting"))
                await asyncio.sleep(outage)
                await asyncio.to_thread(broker.start)
                await asyncio.sleep(1.0)
            await worker.until(lambda seen: seen[-1] == "ready")
            load.stop()
            await until_caught_up(stage)
            assert worker.process.returncode is None
            assert await worker.stop() == 0
            await assert_three_folds_agree(stage)


async def test_a_broker_that_is_missing_at_the_start_is_waited_for(tmp_path: Path) -> None:
    with Broker() as broker:
        async with stage_on(broker.bootstrap, "missing", tmp_path) as stage:
            await Load(stage).once(500)
            await asyncio.to_thread(broker.stop)
            worker = await stage.worker()
            await worker.until(lambda seen: any("waiting for a Kafka broker" in line for line in seen))
            await asyncio.to_thread(broker.start)
            await worker.until_ready()
            await assert_three_folds_agree(stage)
