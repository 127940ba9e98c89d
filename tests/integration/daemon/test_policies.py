"""Policies that change while orders are under way: what holds for whom, and what `<app_id>.policies` remembers."""

import json
from pathlib import Path
from typing import Any

import pytest

from slamon.kafka.topics import OwnTopics
from slamon.orders.event import rfc3339
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise
from tests.kafkas import put, read_all

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

HOUR = 3600 * SECOND
ONE_HOUR, TWO_HOURS = promise("PT1H", "PT0S"), promise("PT2H", "PT0S")
Json = dict[str, Any]


async def recorded(world: World) -> list[Json]:
    """The records of the policies, oldest first."""
    records = await read_all(world.bootstrap, OwnTopics(world.app_id).policies)
    return [json.loads(record.value or b"null") for record in records]


async def again(worker: Daemon, sla: Json) -> None:
    """Stop a worker and start it with other terms."""
    assert await worker.stopped() == 0
    worker.configuration["sla"] = sla
    await worker.start().ready()


async def terms_of(worker: Daemon, order_id: str) -> Json:
    """What the API says an order was promised, and by which policy."""
    found = await worker.order(order_id)
    assert found is not None
    return {name: found[name] for name in ("verdict", "promise", "policy")}


async def shown(world: World, worker: Daemon, order_id: str, at: int) -> Json:
    """Submit an order; its terms."""
    await world.tell([event(order_id, "SUBMITTED", at)])

    def is_read(found: Json | None) -> bool:
        return found is not None and found["status"] == "SUBMITTED"

    await until(lambda: worker.order(order_id), is_read, what=f"{order_id} is read")
    return await terms_of(worker, order_id)


def lines(worker: Daemon, name: str) -> list[Json]:
    """The log's lines of one event."""
    return [line for line in map(json.loads, worker.log.read_text("utf-8").splitlines()) if line["event"] == name]


async def test_orders_keep_the_terms_that_held_when_they_started(bootstrap: str, tmp_path: Path) -> None:
    async with World(bootstrap, tmp_path, Plan(ONE_HOUR, receivers=())) as world:
        worker = await world.worker()
        first_at = now()
        first = await shown(world, worker, "first", first_at)
        await again(worker, ONE_HOUR)
        assert len(await recorded(world)) == 1, "the same terms are no change"
        assert await terms_of(worker, "first") == first

        await again(worker, TWO_HOURS)
        second_at = now()
        second = await shown(world, worker, "second", second_at)
        assert await terms_of(worker, "first") == first

        await again(worker, ONE_HOUR)
        third_at = now()
        third = await shown(world, worker, "third", third_at)
        assert (await terms_of(worker, "first"), await terms_of(worker, "second")) == (first, second)

        dues = [order["promise"]["due_at"] for order in (first, second, third)]
        assert dues == [rfc3339(first_at + HOUR), rfc3339(second_at + 2 * HOUR), rfc3339(third_at + HOUR)]
        records = await recorded(world)
        assert [record["sla"]["promise"]["duration"] for record in records] == ["PT1H", "PT2H", "PT1H"]
        assert [order["policy"]["revision"] for order in (first, second, third)] == [r["revision"] for r in records]
        starts = [record["from"] for record in records]
        assert starts == sorted(starts)
        assert rfc3339(first_at) < starts[1] < rfc3339(second_at) < starts[2] < rfc3339(third_at)
        assert [line["eras"] for line in lines(worker, "policies.read")] == [1, 1, 2, 3]


def for_everybody(duration: str, apply_to: str) -> Json:
    """Terms of a policy that every order is under."""
    policy = {"name": "everybody", "promise": {"duration": duration}, "apply_to": apply_to}
    return promise("PT9H", "PT0S", policies=[policy])


@pytest.mark.parametrize(("apply_to", "of_the_ended"), [("open", "kept"), ("all", "broken")])
async def test_orders_that_come_under_changed_terms_do_so_in_silence(
    bootstrap: str, tmp_path: Path, apply_to: str, of_the_ended: str
) -> None:
    """What the new terms show to have been late before they held is known, and nobody is told."""
    plan = Plan(for_everybody("PT1H", apply_to), receivers=("slack",))
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        at = now()
        await world.tell([event("ended", "SUBMITTED", at - 2 * HOUR), event("ended", "SHIPPED", at - HOUR - HOUR // 2)])
        await world.tell([event("cart", "INITIATED", at)])
        first = await shown(world, worker, "first", at)
        assert (first["verdict"], first["promise"]["due_at"]) == ("on_track", rfc3339(at + HOUR))
        await until_true(lambda: now() > at + 2 * SECOND, what="the new date has passed before it holds")

        await again(worker, for_everybody("PT1S", apply_to))
        changed = await terms_of(worker, "first")
        assert (changed["verdict"], changed["promise"]["due_at"]) == ("breached", rfc3339(at + SECOND))
        assert (await terms_of(worker, "ended"))["verdict"] == of_the_ended
        records = await recorded(world)
        await until_true(lambda: worker.said("orders.reviewed"), what="the cart's row is written anew")
        assert await terms_of(worker, "first") == changed
        assert changed["policy"] == {"name": "everybody", "revision": records[1]["revision"]}

        await shown(world, worker, "second", now())
        await until_true(lambda: len(world.slack.accepted()) == 1, what="the new order's breach is told")

        async def states() -> list[str]:
            found = await worker.notices(order_id="first")
            return [f"{told['kind']} {told['deliveries'][0]['state']}" for told in found]

        await until(states, lambda said: said == ["breached superseded"], what="the old order's breach is noted")
        [told] = [row for row in world.slack.rows() if row["id"] is not None]
        assert told["request"]["metadata"]["event_payload"]["order_id"] == "second"


async def test_two_workers_that_bring_new_terms_at_once_agree(bootstrap: str, tmp_path: Path) -> None:
    async with World(bootstrap, tmp_path, Plan(ONE_HOUR, receivers=())) as world:
        worker = await world.worker()
        before = await shown(world, worker, "first", now())
        assert await worker.stopped() == 0
        pair = [world.daemon(sla=TWO_HOURS).start() for _ in range(2)]
        for one in pair:
            await one.ready()
        [[read], [other]] = [lines(one, "policies.read") for one in pair]
        assert (read["revision"], read["since"], read["eras"]) == (other["revision"], other["since"], 2)
        assert [await terms_of(one, "first") for one in pair] == [before, before]


async def test_policies_that_can_not_be_read_end_the_start_until_they_are_taken_back(
    bootstrap: str, tmp_path: Path
) -> None:
    async with World(bootstrap, tmp_path, Plan(ONE_HOUR, receivers=())) as world:
        worker = await world.worker()
        assert await worker.stopped() == 0
        topic = OwnTopics(world.app_id).policies
        await put(bootstrap, topic, [(b"damaged", b'{"version": 2}')])
        assert await worker.start().ended() == 2
        [refused] = lines(worker, "startup.refused")
        assert refused["problem"].startswith(f"{topic}, offset 1: can't be read (is of another version")
        assert "without a value under its key 'damaged'" in refused["problem"]
        await put(bootstrap, topic, [(b"damaged", None)])
        await worker.start().ready()
        assert [line["eras"] for line in lines(worker, "policies.read")] == [1, 1]
