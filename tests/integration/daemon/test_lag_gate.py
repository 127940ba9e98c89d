"""Deadlines wait for what is unread: on a backlog, on a dead worker's partition, on one that is frozen."""

from pathlib import Path

import pytest

from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import PARTITIONS, SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]


async def _submitted(world: World, names: list[str], at: int) -> None:
    await world.tell(event(name, "SUBMITTED", at) for name in names)


async def _ship(world: World, shipped: list[str], at: int) -> None:
    """Without keys, order by order on another partition each: most stand where their order does not."""
    for number, name in enumerate(shipped):
        await world.tell([event(name, "SHIPPED", at, system="mes")], keyed=False, partition=number % PARTITIONS)


def _breached(world: World) -> set[str]:
    """The orders of which Slack was ever told that they are breached."""
    payloads = [row["request"]["metadata"]["event_payload"] for row in world.slack.rows()]
    return {payload["order_id"] for payload in payloads if payload["kind"] == "breached"}


async def test_a_dead_workers_unread_records_hold_the_deadlines(bootstrap: str, tmp_path: Path) -> None:
    """One of two dies; SHIPPED of many orders waits on its partitions, across the deadline: no `breached` ever."""
    plan = Plan(promise("PT4S", "PT0S"), receivers=("slack",))
    shipped, late = [f"shipped-{n}" for n in range(24)], [f"late-{n}" for n in range(24)]
    async with World(bootstrap, tmp_path, plan) as world:
        one, two = world.daemon().start(), world.daemon().start()
        await one.ready()
        await two.ready()
        await until(two.summary, lambda said: said["complete"], what="both answer for all")
        at = now()
        await _submitted(world, shipped + late, at)
        await until(one.summary, lambda said: said["orders"] == 48, what="all orders are read")
        two.kill()
        await _ship(world, shipped, at + SECOND)
        await until_true(lambda: now() > at + 5 * SECOND, what="the deadline has passed")
        assert _breached(world) == set()
        await until_true(lambda: _breached(world) == set(late), what="the late orders are told")
        evidence, expected = await prove(world, one)
        assert {key[0] for key in expected.all_notices if key[1] == "breached"} == set(late)
        assert {notice["order_id"] for notice in evidence.notices} == set(late)


async def test_a_backlog_is_read_before_any_deadline_fires(bootstrap: str, tmp_path: Path) -> None:
    """The only worker was dead across the deadline; SHIPPED lies behind 20,000 records on another partition."""
    plan = Plan(promise("PT2S", "PT0S"), receivers=("slack",))
    shipped, late = [f"shipped-{n}" for n in range(8)], [f"late-{n}" for n in range(8)]
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        at = now()
        await _submitted(world, shipped + late, at)
        await until(worker.summary, lambda said: said["orders"] == 16, what="all orders are read")
        worker.kill()
        for place in range(PARTITIONS):
            carts = (event(f"cart-{place}-{n % 50}", "INITIATED", at - n % 3) for n in range(5_000))
            await world.tell(carts, keyed=False, partition=place)
        await _ship(world, shipped, at + SECOND)
        await until_true(lambda: now() > at + 3 * SECOND, what="the deadline has passed")
        worker.start()
        await until_true(lambda: _breached(world) >= set(late), what="the late orders are told")
        assert _breached(world) == set(late)
        evidence, _ = await prove(world)
        assert {notice["order_id"] for notice in evidence.notices} == set(late)
