"""Receivers that fail: Slack in trouble for a while with a crash in between, a webhook that never hurries."""

from pathlib import Path

import pytest

from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.slow]

LATE = 40


async def test_slack_in_trouble(bootstrap: str, tmp_path: Path) -> None:
    """429, 500, resets, hanging and gone, with kill -9 in between: all arrives; the webhook has it long before."""
    async with World(bootstrap, tmp_path, Plan(promise("PT2S", "PT0S"))) as world:
        worker = await world.worker()
        for act in ("accept_then_reset", "rate_limited", "server_error", "reset"):
            await world.slack.script(act)
        await world.slack.script("hang", 10_000)
        at = now() - 5 * SECOND
        await world.tell(event(f"o-{number}", "SUBMITTED", at) for number in range(LATE))
        await until_true(lambda: len(set(world.webhook.accepted())) == LATE, within=20, what="the webhook has all")
        await until_true(lambda: world.slack.calls() >= 6, what="Slack was tried")
        assert len(set(world.slack.accepted())) < LATE
        worker.kill()
        world.slack.kill()
        worker.start()
        await worker.ready()
        await world.tell(event(f"n-{number}", "SUBMITTED", at) for number in range(LATE))
        await until_true(lambda: len(set(world.webhook.accepted())) == 2 * LATE, within=20, what="the webhook again")
        await world.slack.start()  # with a fresh mind: the script is gone
        evidence, expected = await prove(world, within=90, failures=6)
        assert len(expected.all_notices) == 2 * LATE
        assert len(set(world.slack.accepted())) == 2 * LATE
        first = [row["id"] for row in evidence.ledgers["crm"]]
        assert len(first) <= 2 * LATE + 16  # only what was under way at the crash may come twice


async def test_a_stop_under_load_with_a_receiver_that_hangs(bootstrap: str, tmp_path: Path) -> None:
    """SIGTERM: exit 0 within the grace, whatever a receiver does; the next start goes on where this one ended."""
    plan = Plan(promise("PT2S", "PT0S"), more={"shutdown_grace": "PT5S"})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        await world.slack.script("hang", 10_000)
        at = now() - 5 * SECOND
        await world.tell(event(f"o-{number}", "SUBMITTED", at - number) for number in range(500))
        await until_true(lambda: world.slack.calls() >= 3, what="Slack hangs")
        asked = now()
        assert await worker.stopped(within=15) == 0
        assert now() - asked < 8 * SECOND
        await world.slack.well_again()
        await worker.start().ready()
        await prove(world, within=90, failures=6)
