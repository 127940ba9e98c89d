"""One Slack message per order that lives: posted once, edited in place, its story in its thread; storms are digests."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka]


async def test_an_order_has_one_message_that_lives(bootstrap: str, tmp_path: Path) -> None:
    """Warned, breached, moved on, finished late: one message in the channel, the rest in its thread."""
    plan = Plan(promise("PT14S", "PT6S"), receivers=("slack",), slack={"digest_above": 0})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        start = now()
        await world.tell([event("o-1", "SUBMITTED", start, system="shop", client_name="ACME <!channel>")])
        await until_true(lambda: len(world.slack.accepted()) == 2, within=60, what="warned and breached")
        await world.tell([event("o-1", "PACKAGING", now(), system="mes")])
        await until_true(lambda: "Moved on to PACKAGING" in _thread(world), within=30, what="moved on is told")
        await world.tell([event("o-1", "SHIPPED", now(), system="mes")])
        await until_true(lambda: len(world.slack.accepted()) == 3, within=30, what="finished late is told")
        channel = world.slack.workspace().channel("late-orders")
        await until_true(
            lambda: "finished" in world.slack.workspace().channel("late-orders").roots[0]["text"].lower(),
            within=30,
            what="the message says how it ended",
        )
        assert len(channel.roots) == 1
        kinds = [_payload(reply).get("kind") for reply in channel.replies(channel.roots[0]["ts"])]
        assert [kind for kind in kinds if kind] == ["breached", "finished_late"]

        async def states() -> dict[str, str]:
            status, said = await worker.get("/api/v1/notices", order_id="o-1")
            assert status == 200
            return {notice["kind"]: notice["deliveries"][0]["state"] for notice in said["notices"]}

        # the order's row hears of a delivery a moment after Slack has it
        told = {"at_risk": "sent", "breached": "sent", "finished_late": "sent"}
        assert await until(states, lambda seen: seen == told, within=30, what="all are known to be sent") == told


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = message["metadata"]["event_payload"]
    return found


def _thread(world: World) -> str:
    channel = world.slack.workspace().channel("late-orders")
    return "\n".join(reply["text"] for root in channel.roots for reply in channel.replies(root["ts"]))


async def test_a_storm_is_one_digest(bootstrap: str, tmp_path: Path) -> None:
    """Every order's delivery names a digest that was accepted, and its count is how many name it."""
    plan = Plan(promise("PT8S", "PT0S"), receivers=("slack", "webhook"), slack={"digest_above": 5, "per_second": 1})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        start = now()
        orders = [f"o-{number}" for number in range(200)]
        await world.tell(
            [event(o, "SUBMITTED", start + SECOND // 100 * n, system="shop") for n, o in enumerate(orders)]
        )
        await until_true(lambda: len(world.webhook.accepted()) == 200, within=60, what="the webhook is not slowed")

        async def done() -> Counter[str | None]:
            pages = await worker.pages("/api/v1/notices", "notices", kind="breached")
            found = [d for _, page in pages for n in page for d in n["deliveries"] if d["receiver"] == "slack"]
            return Counter(d["digest_id"] for d in found if d["state"] in {"digested", "sent"})

        counted: Counter[str | None] = Counter()
        for _ in range(60):
            counted = await done()
            if counted.total() == 200:
                break
            await asyncio.sleep(1)
        assert counted.total() == 200
        channel = world.slack.workspace().channel("late-orders")
        digests = {_payload(m)["digest_id"]: _payload(m)["count"] for m in channel.roots if "digest_id" in _payload(m)}
        assert digests == {key: count for key, count in counted.items() if key is not None}
