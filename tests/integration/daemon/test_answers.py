"""People answer: over the API, with Slack's signed requests and by Socket Mode; kept, audited, followed."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from slamon.demo.standins.slack.interactions import Place, block_actions, signed
from slamon.kafka.topics import OwnTopics
from slamon.orders.event import rfc3339
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.proof import prove
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import PARTITIONS, SECOND, Plan, World, event, now, promise
from tests.kafkas import read_all

pytestmark = [pytest.mark.kafka]

Json = dict[str, Any]
HOUR = 3600 * SECOND
ORDERS = [f"o-{number}" for number in range(8)]
VIEW = "V000000001"
"""The first that Slack opens."""
SIGNING_SECRET = "hush"


async def late(world: World) -> dict[str, str]:
    """Orders that are late; the notice of each one's breach."""
    at = now() - 5 * SECOND
    await world.tell(event(order_id, "SUBMITTED", at, system="shop") for order_id in ORDERS)

    async def found() -> dict[str, str]:
        notices = await breaches(world.running)
        return {notice["order_id"]: notice["notice_id"] for notice in notices}

    return await until(found, lambda seen: set(seen) == set(ORDERS), what="every order has its notice")


async def breaches(daemon: Daemon) -> list[Json]:
    """The breaches that a worker tells of; none while its answer is not whole."""
    status, said = await daemon.get("/api/v1/notices", kind="breached", limit=500)
    return said["notices"] if status == 200 and said["complete"] else []


async def say(daemon: Daemon, notice_id: str, action: str, **body: Any) -> tuple[int, Json]:
    stated = {"by": "ann", **body}
    return await daemon.post(f"/api/v1/notices/{notice_id}/{action}", json.dumps(stated).encode())


def press(notice_id: str, order_id: str, element: Json, **chosen: Any) -> Json:
    """The payload of pressing a button, or of choosing something, in the message of an order."""
    button = {"type": "button", "action_id": "told", "text": {"type": "plain_text", "text": "-"}, "value": notice_id}
    first = {**button, **element}
    block = {"type": "actions", "block_id": f"slamon:{order_id}", "elements": [first, button]}
    message = {"ts": "5.000000", "text": "late", "blocks": [block]}
    payload = block_actions(message, first["action_id"], Place("C1", "late-orders"), now=now())
    payload["actions"][0] |= chosen
    return payload


async def answers_of(daemon: Daemon, order_id: str) -> list[tuple[str, str, str]]:
    status, said = await daemon.get("/api/v1/notices", order_id=order_id, kind="breached")
    assert status == 200, said
    return [(one["action"], one["by"], one["via"]) for notice in said["notices"] for one in notice["answers"]]


async def audit(world: World) -> list[Json]:
    records = await read_all(world.bootstrap, OwnTopics(world.app_id).answers)
    assert all(record.key.decode() == json.loads(record.value)["notice_id"] for record in records)
    return [json.loads(record.value) for record in records]


async def test_people_answer(bootstrap: str, tmp_path: Path) -> None:
    """Any of two workers takes every answer; a promise moves its order; all of it survives kill -9."""
    plan = Plan(promise("PT2S", "PT0S"), slack={"signing_secret": SIGNING_SECRET})
    async with World(bootstrap, tmp_path, plan) as world:
        one, other = await world.worker(), await world.worker()
        await until(other.owned, lambda owned: 0 < owned < PARTITIONS, what="both have partitions")
        ids = await late(world)
        for order_id in ORDERS:
            status, said = await say(one, ids[order_id], "acknowledge", by=f"by-{order_id}")
            assert (status, said["order_id"], said["notice_id"]) == (200, order_id, ids[order_id])
        assert (await say(other, ids["o-1"], "snooze", until=rfc3339(now() + HOUR), order_id="o-1"))[0] == 200
        await promised_anew(world, other, ids["o-2"])
        assert await by_command_line(one, ids["o-3"]) == (0, ids["o-3"])
        assert (await by_command_line(one, ids["o-3"] + "0"))[0] == 3
        headers, body = signed(SIGNING_SECRET, press(ids["o-4"], "o-4", {"action_id": "not_ours"}), now=now())
        for worker in (one, other, one):  # the first counts, the others repeat it
            assert await worker.post("/slack/interactions", body, headers) == (200, "")
        await refused(one, ids["o-1"], body, headers)
        kept = {order_id: await answers_of(one, order_id) for order_id in ORDERS}
        assert kept["o-1"] == [("acknowledge", "by-o-1", "api"), ("snooze", "ann", "api")]
        assert kept["o-2"][1] == ("promise", "ann", "api")
        assert kept["o-3"][1] == ("told", "cy", "cli")
        assert kept["o-4"][1] == ("not_ours", "U0ANN", "slack")
        assert sum(map(len, kept.values())) == len(await audit(world)) == len(ORDERS) + 4
        one.kill()
        other.kill()
        again = await world.worker()
        assert {order_id: await answers_of(again, order_id) for order_id in ORDERS} == kept
        latest = {notice["order_id"]: notice["acknowledged_by"] for notice in await breaches(again)}
        assert latest == {order_id: f"by-{order_id}" for order_id in ORDERS}
        assert await again.post("/slack/interactions", body, headers) == (200, "")
        assert await answers_of(again, "o-4") == kept["o-4"]
        await prove(world, again)


async def promised_anew(world: World, worker: Daemon, notice_id: str) -> None:
    """The order of a notice is due when somebody promised it; the promise is an event of its source."""
    date = rfc3339((now() + 24 * HOUR) // SECOND * SECOND)
    status, answer = await say(worker, notice_id, "promise", promised_at=date, reason="new machine")
    assert (status, answer["promised_at"]) == (200, date)
    (record,) = (r for r in await read_all(world.bootstrap, world.topics["orders"]) if b'"promise"' in (r.value or b""))
    said = json.loads(record.value or b"")
    assert (record.key, said["order_id"], said["system"]) == (b"o-2", "o-2", "slamon")
    assert (said["actor"], said["reason"], said["promised_at"]) == ("ann", "new machine", date)
    assert said["occurred_at"] == answer["at"]

    async def due() -> object:
        return ((await worker.order("o-2")) or {}).get("promise", {}).get("due_at")

    await until(due, lambda seen: seen == date, what="the order follows its promise")


async def by_command_line(worker: Daemon, notice_id: str) -> tuple[int, str]:
    """Exit code, and the notice that the record names, of `slamon notices told`."""
    url = f"http://127.0.0.1:{worker.port}"
    command = ["-m", "slamon", "notices", "told", notice_id, "--by", "cy", "--url", url, "--format", "json"]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, str(json.loads(out)["notice_id"]) if out else ""


async def refused(worker: Daemon, notice_id: str, body: bytes, good: dict[str, str]) -> None:
    """What is not Slack's, not known or not whole changes nothing."""
    time, mac = "X-Slack-Request-Timestamp", "X-Slack-Signature"
    old, future = (signed(SIGNING_SECRET, {}, now=now() + shift * SECOND) for shift in (-302, 330))
    for changed, sent in (
        ({time: ""}, body),
        ({mac: ""}, body),
        ({time: "soon"}, body),
        ({mac: "v0=nonsense"}, body),
        ({mac: "v0=" + "0" * 64}, body),
        ({}, body + b" "),
        (old[0], old[1]),
        (future[0], future[1]),
        (signed("other", {}, now=now())[0], body),
    ):
        assert (await worker.post("/slack/interactions", sent, {**good, **changed}))[0] == 401, changed
    for action, stated, status in (
        ("told", {"by": None}, 422),
        ("snooze", {}, 422),
        ("snooze", {"until": "tomorrow"}, 422),
        ("promise", {}, 422),
        ("forget", {}, 404),
    ):
        assert (await say(worker, notice_id, action, **stated))[0] == status, (action, stated)
    assert (await say(worker, "00000000-0000-5000-8000-000000000000", "told"))[0] == 404


async def test_people_answer_by_socket_mode(bootstrap: str, tmp_path: Path) -> None:
    """Buttons, a choice, a dialogue; Slack renews the connection in between. There is no URL without a secret."""
    plan = Plan(promise("PT2S", "PT0S"), slack={"app_token": "xapp-test"})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        ids = await late(world)

        async def pressed(payload: Json) -> Json:
            """Deliver it, again where the connection is just being made."""

            async def tried() -> Json:
                return await world.slack.interact(payload)

            return await until(tried, lambda heard: heard["error"] != "no_way_to_the_app", what="a connection")

        assert (await pressed(press(ids["o-1"], "o-1", {"action_id": "acknowledge"})))["accepted"]
        await world.slack.disconnect()
        chosen = press(
            ids["o-2"],
            "o-2",
            {"type": "datetimepicker", "action_id": "snooze"},
            selected_date_time=now() // SECOND + 99,
        )
        del chosen["actions"][0]["value"]
        assert (await pressed(chosen))["accepted"]
        assert (await pressed(press(ids["o-3"], "o-3", {"action_id": "promise"})))["accepted"]
        opened = [row["request"]["view"] for row in world.slack.rows() if row["method"] == "views.open"]
        assert [view["callback_id"] for view in opened] == ["promise"]
        past = await world.slack.submit(VIEW, promise=now() // SECOND - 60)
        assert (past["accepted"], past["answer"]["response_action"]) == (True, "errors")
        assert (await world.slack.submit(VIEW, promise=now() // SECOND + 86_400, why="new machine"))["accepted"]
        assert not (await pressed(press("unknown", "o-3", {"action_id": "told"})))["accepted"]
        assert [await answers_of(worker, order_id) for order_id in ("o-1", "o-2", "o-3")] == [
            [("acknowledge", "U0ANN", "slack")],
            [("snooze", "U0ANN", "slack")],
            [("promise", "U0ANN", "slack")],
        ]
        assert len(await audit(world)) == 3
        assert (await worker.post("/slack/interactions", b"", {}))[0] == 404
