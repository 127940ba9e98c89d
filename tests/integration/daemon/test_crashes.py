"""Killed with -9: between state and send, between send and mark, in mid-batch under load, during recovery."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.integration.daemon.lives import Scale, crowd, play
from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until_true
from tests.integration.daemon.world import SECOND, Plan, World, beside, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


async def test_killed_between_state_and_send(bootstrap: str, tmp_path: Path) -> None:
    """The rows know the notices, Slack holds them back: after the restart each is sent, and once."""
    plan = Plan(promise("PT2S", "PT0S"), receivers=("slack",), slack={"per_second": 2.0})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        at = now() - 5 * SECOND
        await world.tell(event(f"o-{number}", "SUBMITTED", at) for number in range(20))
        await until_true(lambda: world.slack.calls() >= 3, what="the first notices are sent")
        worker.kill()
        assert 3 <= world.slack.calls() < 20
        await worker.start().ready()
        evidence, expected = await prove(world, within=40)
        assert len([key for key in expected.all_notices if key[1] == "breached"]) == 20
        assert len(set(world.slack.accepted())) == 20
        assert evidence.crashes == 1


async def test_killed_between_send_and_mark(bootstrap: str, tmp_path: Path) -> None:
    """Slack took it and did not answer: it is looked for and found, so nobody reads it twice."""
    plan = Plan(promise("PT2S", "PT0S"), receivers=("slack", "webhook"))
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        await world.slack.script("accept_then_hang")
        await world.tell([event("stalled", "SUBMITTED", now() - 5 * SECOND)])
        await until_true(lambda: len(world.slack.accepted()) == 1, what="Slack has taken the notice")
        await until_true(lambda: len(world.webhook.accepted()) == 1, what="the webhook has taken it too")
        await world.tell([event("other", "SUBMITTED", now() - 5 * SECOND)])
        await until_true(lambda: len(world.slack.accepted()) == 2, what="the other notice is sent")
        worker.kill()
        await worker.start().ready()
        await prove(world)
        first, other = world.slack.accepted()
        assert first != other
        assert any(row["method"] == "conversations.history" for row in world.slack.rows())


async def test_killed_in_mid_batch_and_during_recovery(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Four kills at random moments under load, two of them while it starts: nothing lost, nothing twice."""
    plan = Plan(promise("PT4S", "PT1S", stages=[{"from": "SUBMITTED", "to": "PRICE_CALCULATED", "budget": "PT1S"}]))
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        start = now()
        told = crowd(rng, 800, Scale(promise=4, arrivals=12), start=start)
        async with beside(play(world, told, start=start)) as playing:
            for number in range(4):
                await asyncio.sleep(rng.uniform(0.2, 2.0))
                worker.kill()
                worker.start()
                if number % 2:
                    await asyncio.sleep(rng.uniform(0.5, 2.5))  # somewhere between the start and the first batch
                    worker.kill()
                    worker.start()
                await worker.ready()
            await playing
        evidence, expected = await prove(world, within=60)
        assert len(expected.events) == 800
        assert len(evidence.notices) > 400
