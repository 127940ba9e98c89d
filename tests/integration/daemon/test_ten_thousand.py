"""10,000 orders of which 3,000 become overdue, five times kill -9, and a second worker coming and going."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.lives import Told, play
from tests.integration.daemon.proof import prove
from tests.integration.daemon.world import SECOND, Plan, World, beside, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]

ORDERS, OVERDUE, KILLS = 10_000, 3_000, 5
ARRIVALS, PROMISE = 20.0, 12.0


def _events(rng: random.Random, start: int) -> list[Told]:
    """Every order is submitted and priced; all but the overdue ones are shipped within the promise."""
    late = set(rng.sample(range(ORDERS), OVERDUE))
    told = []
    for number in range(ORDERS):
        order_id, begun = f"o-{number:05}", rng.uniform(0, ARRIVALS)
        steps = [("SUBMITTED", "shop", 0.0), ("PRICE_CALCULATED", "mes", rng.uniform(0.1, 2))]
        if number not in late:
            steps.append(("SHIPPED", "mes", rng.uniform(2, PROMISE - 1)))
        for status, system, offset in steps:
            said = event(order_id, status, start + round((begun + offset) * SECOND), system=system)
            told.append(Told(begun + offset, said))
    return sorted(told, key=lambda one: one.at)


async def _second_worker(world: World, rng: random.Random, playing: asyncio.Task[None]) -> None:
    """Comes and goes, in order or not, as long as events come in."""
    second = world.daemon()
    while not playing.done():
        second.start()
        await second.ready(within=90)
        await asyncio.sleep(rng.uniform(1, 3))
        if rng.random() < 0.5:
            assert await second.stopped() == 0
        else:
            second.kill()
        await asyncio.sleep(rng.uniform(0.5, 2))


async def _kill(worker: Daemon, rng: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(1, 5))
        worker.kill()
        worker.start()
        await worker.ready(within=90)


async def test_ten_thousand_orders(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Every overdue order has its `breached`, each id once but for unknown outcomes, no other order has one."""
    plan = Plan(promise(f"PT{PROMISE:.0f}S", "PT0S"), receivers=("webhook",))
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        start = now()
        told = _events(rng, start)
        async with beside(play(world, told, start=start)) as playing, beside(_second_worker(world, rng, playing)):
            await _kill(worker, rng)
        evidence, expected = await prove(world, worker, within=150)
        breached = {key[0] for key in expected.all_notices if key[1] == "breached"}
        assert (len(expected.events), len(breached)) == (ORDERS, OVERDUE)
        kinds = Counter(notice["kind"] for notice in evidence.notices)
        assert kinds == {"breached": OVERDUE}
        sent = Counter(row["id"] for row in evidence.ledgers["crm"] if row["accepted"])
        assert len(sent) == OVERDUE
        print(f"{evidence.crashes} crashes, {sent.total() - len(sent)} notices sent again")  # noqa: T201
