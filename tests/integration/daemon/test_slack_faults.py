"""Slack answers 429 and 500, hangs, resets and takes without answering by turns, with kill -9 in between.

Everything arrives afterwards and once: what may have been taken is looked for before it is repeated. Less than a minute
of it by default; SLACK_FAULTS_MINUTES says how long (`make slack-faults MINUTES=10`).
"""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.proof import prove
from tests.integration.daemon.standin import StandIn
from tests.integration.daemon.storms import assert_the_counts_add_up, digests_of, settled, writes
from tests.integration.daemon.world import SECOND, Plan, World, beside, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]

LASTS = float(os.environ.get("SLACK_FAULTS_MINUTES", "0.7")) * 60
BETWEEN_KILLS = (8.0, 25.0)
BETWEEN_ORDERS = 0.5
REPLIES = [
    {"act": "rate_limited", "retry_after": 1},
    {"act": "serve"},
    {"act": "server_error"},
    {"act": "accept_then_reset"},
    {"act": "serve"},
    {"act": "hang"},
    {"act": "reset"},
    {"act": "serve"},
    {"act": "accept_then_hang"},
    {"act": "serve"},
]
READS = [{"act": "serve"}, {"act": "server_error"}, {"act": "serve"}, {"act": "rate_limited", "retry_after": 1}]
LOOKING = ("conversations.history", "conversations.replies")
NOT_TAKEN = frozenset({"rate_limited"})
"""Acts after which nothing has to be looked for."""


async def by_turns(world: World, rng: random.Random) -> int:
    """Bad times for `LASTS` seconds while orders come in and workers die; returns how many orders there are."""
    await world.slack.rules(
        {"replies": REPLIES, "seconds": LASTS}, {"replies": READS, "methods": list(LOOKING), "seconds": LASTS}
    )
    told = asyncio.create_task(_orders(world, now() + round(LASTS * SECOND)))
    async with beside(told):
        worker, over = world.running, asyncio.get_running_loop().time() + LASTS
        while asyncio.get_running_loop().time() < over:
            await asyncio.sleep(rng.uniform(*BETWEEN_KILLS))
            worker.kill()
            await worker.start().ready()
    return told.result()


async def _orders(world: World, until: int) -> int:
    """Late orders, two a second; every third moves on and every fifth is finished a while later."""
    count = 0
    while now() < until:
        at = now() - 5 * SECOND
        said = [event(f"o-{count}", "SUBMITTED", at, system="shop")]
        before = count - 10
        if before >= 0 and before % 5 == 0:
            said.append(event(f"o-{before}", "SHIPPED", now(), system="mes"))
        elif before >= 0 and before % 3 == 0:
            said.append(event(f"o-{before}", "PACKAGING", now(), system="mes"))
        await world.tell(said)
        count += 1
        await asyncio.sleep(BETWEEN_ORDERS)
    return count


def assert_looked_for(slack: StandIn) -> None:
    """Between two posts of one id Slack was asked for it, unless it had said that it did not take the first."""
    last: dict[str, tuple[int, str]] = {}
    looked = -1
    for place, row in enumerate(slack.rows()):
        if row["method"] in LOOKING:
            looked = place
        if row["method"] != "chat.postMessage" or (own := _own_id(row)) is None:
            continue
        if own in last and last[own][1] not in NOT_TAKEN:
            assert looked > last[own][0], f"{own} was repeated without a look"
        last[own] = (place, row["act"])


def _own_id(row: dict[str, Any]) -> str | None:
    said: dict[str, str] = row["request"].get("metadata", {}).get("event_payload", {})
    return said.get("notice_id") or said.get("digest_id") or said.get("line_id")


def assert_posted_once(slack: StandIn) -> None:
    """What Slack has, it has once: notices, digests and the lines of threads."""
    posted = Counter(_own_id(row) for row in writes(slack) if row["accepted"] and row["method"] == "chat.postMessage")
    assert {own: times for own, times in posted.items() if times > 1} == {}


@pytest.mark.timeout(300 + 2 * LASTS)
async def test_bad_times_for_messages(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """Messages that live, one by one."""
    plan = Plan(promise("PT2S", "PT0S"), slack={"per_second": 20})
    async with World(bootstrap, tmp_path, plan) as world:
        await world.worker()
        count = await by_turns(world, rng)
        kept = sum(not row["accepted"] or row["act"] != "serve" for row in world.slack.rows())
        _, expected = await prove(world, within=120, failures=kept)
        assert len([key for key in expected.all_notices if key[1] == "breached"]) == count
        assert world.crashes >= 1
        assert {row["act"] for row in writes(world.slack)} >= {
            "rate_limited",
            "server_error",
            "hang",
            "accept_then_reset",
        }
        assert_looked_for(world.slack)
        assert_posted_once(world.slack)


@pytest.mark.timeout(300 + 2 * LASTS)
async def test_bad_times_for_digests(bootstrap: str, tmp_path: Path, rng: random.Random) -> None:
    """More than five a minute: digests, whose counts add up all the same."""
    plan = Plan(promise("PT2S", "PT0S"), slack={"per_second": 20, "digest_above": 5})
    async with World(bootstrap, tmp_path, plan) as world:
        await world.worker()
        count = await by_turns(world, rng)
        deliveries = await settled(world, count, within=120)
        assert digests_of(world.slack)
        assert_the_counts_add_up(world.slack, deliveries)
        assert_looked_for(world.slack)
        assert_posted_once(world.slack)
