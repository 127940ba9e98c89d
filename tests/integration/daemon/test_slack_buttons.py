"""People press the buttons of Slack's message: it shows who; a new promise moves the order, its thread says so."""

from pathlib import Path
from typing import Any

import pytest

from slamon.orders.event import rfc3339
from tests.integration.daemon.waiting import until, until_true
from tests.integration.daemon.world import SECOND, Plan, World, event, now, promise

pytestmark = [pytest.mark.kafka]

Json = dict[str, Any]
SIGNING_SECRET = "hush"
DAY = 86_400 * SECOND


async def test_a_button_is_pressed_and_a_promise_given(bootstrap: str, tmp_path: Path) -> None:
    """Acknowledged: the message is edited to say by whom; promised anew: `due_at` follows, the thread tells."""
    plan = Plan(promise("PT2S", "PT0S"), receivers=("slack",), slack={"signing_secret": SIGNING_SECRET})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        await world.slack.interactions_go_to(f"http://127.0.0.1:{worker.port}/slack/interactions", SIGNING_SECRET)
        await world.tell([event("o-1", "SUBMITTED", now() - 5 * SECOND, system="shop")])
        await until_true(lambda: len(world.slack.accepted()) == 1, what="the message is there")

        async def sent() -> bool:
            (notice,) = await worker.notices(order_id="o-1", kind="breached")
            return bool(notice["deliveries"][0]["state"] == "sent")

        await until(sent, what="slamon knows that it was sent")
        ts = str(_root(world)["ts"])
        assert "U0ANN" not in str(_root(world))
        pressed = await world.slack.press("late-orders", ts, "acknowledge")
        assert (pressed["accepted"], pressed["error"]) == (True, None)
        await until_true(lambda: "U0ANN" in _shown(world), what="the message shows who acknowledged")
        assert (await world.slack.press("late-orders", ts, "promise"))["accepted"]
        (opened,) = (row for row in world.slack.rows() if row["method"] == "views.open")
        assert opened["request"]["view"]["callback_id"] == "promise"
        date = (now() + DAY) // SECOND
        submitted = await world.slack.submit("V000000001", promise=date, why="<!channel> new machine")
        assert (submitted["accepted"], submitted["error"]) == (True, None)

        async def due() -> Any:
            return ((await worker.order("o-1")) or {}).get("promise", {}).get("due_at")

        await until(due, lambda seen: seen == rfc3339(date * SECOND), what="the order is due when promised")
        await until_true(lambda: "New promise" in _thread(world), what="the thread says so")
        assert "<!channel>" not in _thread(world) + str(_root(world))
        assert len(world.slack.workspace().channel("late-orders").roots) == 1


def _root(world: World) -> Json:
    message: Json = world.slack.workspace().channel("late-orders").roots[0]
    return message


def _shown(world: World) -> str:
    return str([block["text"]["text"] for block in _root(world)["blocks"] if block["type"] == "section"])


def _thread(world: World) -> str:
    channel = world.slack.workspace().channel("late-orders")
    return "\n".join(str(reply["text"]) for reply in channel.replies(_root(world)["ts"]))
