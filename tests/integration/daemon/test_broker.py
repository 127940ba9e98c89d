"""The broker killed under load, absent while deadlines pass, absent at the start: no exit, nothing lost."""

import asyncio
import random
from pathlib import Path

import pytest

from slamon.demo.kafka.broker import Broker
from tests.integration.daemon.lives import Scale, crowd, play
from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until_true
from tests.integration.daemon.world import SECOND, Plan, World, beside, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


async def test_a_broker_that_dies_under_load_and_is_away_for_a_while(tmp_path: Path, rng: random.Random) -> None:
    """Killed and restarted under load, then away while deadlines pass: the same process goes on, all is told once."""
    with Broker() as broker:
        async with World(broker.bootstrap, tmp_path, Plan(promise("PT4S", "PT1S"))) as world:
            worker = await world.worker()
            pid, start = worker.pid, now()
            told = crowd(rng, 500, Scale(promise=4, arrivals=14), start=start)
            async with beside(play(world, told, start=start)) as playing:
                await asyncio.sleep(rng.uniform(1, 3))
                broker.kill()
                broker.start()
                await worker.ready()
                await playing
            await world.tell(event(f"late-{n}", "SUBMITTED", now()) for n in range(20))
            broker.kill()
            checks = await worker.unready()
            assert broker.bootstrap in " ".join(checks.values()), checks
            deadline = now() + 5 * SECOND
            await until_true(lambda: now() > deadline, what="deadlines pass")
            told_before = len(world.slack.accepted())
            broker.start()
            await worker.ready()
            evidence, _ = await prove(world, within=90)
            assert (worker.pid, worker.exit_code) == (pid, None)
            assert len(world.slack.accepted()) >= told_before + 20
            breached = {n["order_id"] for n in evidence.notices if n["kind"] == "breached"}
            assert breached >= {f"late-{n}" for n in range(20)}


async def test_a_broker_that_is_not_there_yet(tmp_path: Path) -> None:
    """Absent at the start: alive, says so in /-/ready and the log, starts when it comes; topics come later still."""
    with Broker() as broker:
        world = World(broker.bootstrap, tmp_path, Plan(promise("PT2S", "PT1S")))
        async with world:
            broker.kill()
            worker = world.daemon().start()
            checks = await worker.unready()
            assert broker.bootstrap in " ".join(checks.values()), checks
            assert (await worker.get("/-/healthy"))[0] == 200
            await until_true(lambda: worker.said("startup.found"), what="the log says so")
            pid = worker.pid
            broker.start()
            await worker.ready()
            assert worker.pid == pid
            await world.tell([event("o-1", "SUBMITTED", now())])
            await prove(world)
