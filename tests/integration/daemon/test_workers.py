"""Several workers: coming and going under load, and one that sleeps past its session and wakes."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.integration.daemon.lives import Scale, crowd, play
from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import PARTITIONS, SECOND, Plan, World, beside, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


async def test_workers_come_and_go_under_load(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """One joins, the first leaves in order, another joins, one is killed: no order and no notice is lost or doubled."""
    async with World(bootstrap, tmp_path, Plan(promise("PT4S", "PT1S"))) as world:
        first = await world.worker()
        start = now()
        told = crowd(rng, 800, Scale(promise=4, arrivals=20), start=start)
        async with beside(play(world, told, start=start)) as playing:
            second = await world.worker()
            await asyncio.sleep(rng.uniform(0, 2))
            assert await first.stopped() == 0
            third = await world.worker()
            await asyncio.sleep(rng.uniform(0, 2))
            second.kill()
            await playing
        evidence, expected = await prove(world, third, within=60)
        assert len(expected.events) == 800
        assert evidence.crashes == 1


async def test_a_sleeper_wakes_as_no_zombie(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Stopped for longer than its session under load; the other takes over; awake again it harms nothing."""
    async with World(bootstrap, tmp_path, Plan(promise("PT4S", "PT1S"))) as world:
        sleeper, other = world.daemon().start(), world.daemon().start()
        await sleeper.ready()
        await other.ready()
        start = now()
        told = crowd(rng, 600, Scale(promise=4, arrivals=16), start=start)
        async with beside(play(world, told, start=start)) as playing:
            await asyncio.sleep(rng.uniform(1, 3))
            sleeper.freeze()
            await until(other.owned, lambda owned: owned == PARTITIONS, what="the other has all partitions")
            before = len(world.slack.accepted())
            await until_true(lambda: len(world.slack.accepted()) > before + 20, what="the other sends")
            sleeper.thaw()
            await playing
        await prove(world, other, within=60)
        if sleeper.exit_code is None:
            await sleeper.ready()
            await world.tell([event("afterwards", "SUBMITTED", now() - 5 * SECOND)])
            await prove(world, sleeper, within=60)
        else:
            assert sleeper.exit_code == 1
