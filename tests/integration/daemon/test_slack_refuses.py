"""Slack refuses for good: a manager's channel that is not there, a token that was revoked."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.storms import writes
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]

Json = dict[str, Any]
EVERYTHING = ["chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "conversations.list"]


def services(world: World) -> list[str]:
    """What the webhook was told of receivers."""
    said = [row["request"] for row in world.webhook.rows() if row["accepted"]]
    return [str(one["subject"]) for one in said if one["kind"] == "service"]


async def states(world: World) -> Counter[str]:
    """How Slack's deliveries of breaches stand."""
    try:
        found = await world.running.notices(kind="breached")
    except AssertionError:  # a worker that does not answer for all partitions yet
        return Counter()
    return Counter(d["state"] for notice in found for d in notice["deliveries"] if d["receiver"] == "slack")


async def test_a_managers_channel_is_not_there(bootstrap: str, tmp_path: Path) -> None:
    """Its notices go to Slack's own channel, one message an order; the webhook hears of it; a restart repeats none."""
    plan = Plan(
        promise("PT2S", "PT0S"),
        slack={"managers": {"m-1": {"user": "U0ANN", "channel": "#gone"}}},
        slack_options=("--channel", "late-orders"),
    )
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        orders = [f"o-{number}" for number in range(12)]
        at = now() - 5 * SECOND
        await world.tell(
            event(order_id, "SUBMITTED", at, system="shop", manager_id="m-1" if number % 2 else "m-2")
            for number, order_id in enumerate(orders)
        )
        await until_true(lambda: len(set(world.slack.accepted())) == len(orders), within=60, what="all are told")
        await until_true(lambda: services(world) == ["receiver slack|#gone"], what="the webhook hears of it")
        await until(lambda: states(world), lambda seen: seen == {"sent": len(orders)}, what="all are known to be sent")
        gone = [row for row in writes(world.slack) if row["error"] == "channel_not_found"]
        assert 1 <= len(gone) <= 3  # so many calls are under way at once
        await world.tell([event("o-1", "SHIPPED", now(), system="mes")])
        await until_true(lambda: len(set(world.slack.accepted())) == len(orders) + 1, what="the end is told")
        worker.kill()
        await worker.start().ready()
        await world.tell([event("o-3", "SHIPPED", now(), system="mes")])
        await until_true(lambda: len(set(world.slack.accepted())) == len(orders) + 2, what="a further end is told")
        assert set(Counter(world.slack.accepted()).values()) == {1}
        channel = world.slack.workspace().channel("late-orders")
        assert len([m for m in channel.roots if "order_id" in m["metadata"]["event_payload"]]) == len(orders)
        assert services(world) == ["receiver slack|#gone"]


async def test_a_token_is_revoked(bootstrap: str, tmp_path: Path) -> None:
    """Slack is asked no more, the webhook hears of it; after a restart with a good token what was due arrives, once."""
    async with World(bootstrap, tmp_path, Plan(promise("PT2S", "PT0S"))) as world:
        worker = await world.worker()
        await world.tell([event("before", "SUBMITTED", now() - 5 * SECOND, system="shop")])
        await until_true(lambda: len(world.slack.accepted()) == 1, what="the first is told")
        revoked = {"act": "refuse", "error": "token_revoked"}
        await world.slack.rules({"replies": [revoked], "methods": EVERYTHING})
        await world.tell([event("before", "PACKAGING", now(), system="mes")])
        at = now() - 5 * SECOND
        await world.tell(event(f"o-{number}", "SUBMITTED", at, system="shop") for number in range(20))
        await until_true(lambda: "receiver slack" in services(world), what="the webhook hears of it")
        refused = sum(row["error"] == "token_revoked" for row in world.slack.rows())
        assert 1 <= refused <= 4  # three calls are under way at once
        await world.tell(event(f"n-{number}", "SUBMITTED", at, system="shop") for number in range(20))
        await until_true(lambda: len(set(world.webhook.accepted())) >= 42, what="the webhook has all")
        assert sum(row["error"] == "token_revoked" for row in world.slack.rows()) == refused
        assert (await states(world)).total() == 41
        worker.kill()
        await world.slack.well_again()
        await worker.start().ready()
        await until_true(lambda: len(set(world.slack.accepted())) == 41, within=60, what="what was due arrives")
        await until(lambda: states(world), lambda seen: seen == {"sent": 41}, what="all are known to be sent")
        assert set(Counter(world.slack.accepted()).values()) == {1}
        assert services(world) == ["receiver slack"]

        async def standing() -> list[Json]:
            return [notice for notice in await worker.notices(kind="service") if notice["standing"]]

        await until(standing, lambda seen: not seen, what="the notice of the refusal is over")
