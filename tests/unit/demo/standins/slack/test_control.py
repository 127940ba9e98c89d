"""The remote control."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.delivery import RequestUrl
from slamon.demo.standins.slack.triggers import new_trigger
from tests.samples import NOW

LABEL = {"type": "plain_text", "text": "Told"}
BUTTON = {"type": "button", "action_id": "told", "value": "n-1", "text": LABEL}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def tell(slack: SlackStandIn, path: str, content: object) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.post(f"{slack.url}/-/{path}", json=content) as answer:
        return answer.status, await answer.json()


def interactions(tmp_path: Path) -> list[tuple[str, str | None]]:
    rows = read_ledger(tmp_path / "ledger")
    return [(row["method"], row["error"]) for row in rows if row["method"].startswith("interaction")]


def place(slack: SlackStandIn) -> dict[str, Any]:
    channel, message = slack.workspace.post({"channel": "#late", "blocks": BLOCKS}, NOW)
    return {"channel": channel.channel_id, "ts": message["ts"], "action_id": "told"}


async def test_a_button_is_pressed_from_another_process(slack: SlackStandIn, tmp_path: Path) -> None:
    status, said = await tell(slack, "press", {**place(slack), "user": "U7"})
    assert (status, said) == (200, {"accepted": False, "error": "no_way_to_the_app", "answer": None})
    assert interactions(tmp_path) == [("interaction.block_actions", "no_way_to_the_app")]


async def test_a_modal_is_submitted(slack: SlackStandIn, tmp_path: Path) -> None:
    view = slack.views.open(new_trigger(NOW), {"type": "modal", "title": LABEL, "blocks": []}, NOW)
    assert (await tell(slack, "submit", {"view_id": view["id"], "values": {}}))[0] == 200
    assert interactions(tmp_path) == [("interaction.view_submission", "no_way_to_the_app")]


async def test_any_payload_is_sent(slack: SlackStandIn, tmp_path: Path) -> None:
    await tell(slack, "interact", {"type": "shortcut"})
    assert interactions(tmp_path) == [("interaction.shortcut", "no_way_to_the_app")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("press", {"channel": "#none", "ts": "1.0", "action_id": "told"}),
        ("press", {}),
        ("submit", {"view_id": "V0", "values": {}}),
        ("submit", {}),
    ],
)
async def test_what_is_not_there_is_told(slack: SlackStandIn, path: str, content: object) -> None:
    status, said = await tell(slack, path, content)
    assert (status, said["accepted"]) == (404, False)


async def test_where_interactions_go_may_change(slack: SlackStandIn) -> None:
    await tell(slack, "interactions-url", {"url": "http://app/", "secret": "hush"})
    assert slack.delivery.target == RequestUrl("http://app/", "hush")
    await tell(slack, "interactions-url", {})
    assert slack.delivery.target is None


async def test_an_interaction_goes_through_socket_mode_and_it_is_cut(slack: SlackStandIn) -> None:
    opened = await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token="xapp-1")
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as connection:
        await connection.receive_json()

        async def acknowledge() -> None:
            envelope = await connection.receive_json()
            assert envelope["payload"]["actions"][0]["value"] == "n-1"
            await connection.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "noted"}})

        async with asyncio.TaskGroup() as both:
            both.create_task(acknowledge())
            told = both.create_task(tell(slack, "press", place(slack)))
        assert told.result() == (200, {"accepted": True, "error": None, "answer": {"text": "noted"}})
        async with asyncio.TaskGroup() as both:
            both.create_task(tell(slack, "disconnect", {}))
            assert (await connection.receive_json())["type"] == "disconnect"
            assert (await connection.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_the_form_of_the_page_leads_back_to_it(slack: SlackStandIn, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.url}/-/press", data=place(slack), allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert interactions(tmp_path) == [("interaction.block_actions", "no_way_to_the_app")]


async def test_no_other_site_presses_a_button(slack: SlackStandIn, tmp_path: Path) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.url}/-/press", data=place(slack), headers=headers)
        assert answer.status == 403
    assert interactions(tmp_path) == []
