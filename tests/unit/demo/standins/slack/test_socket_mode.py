"""Socket Mode, with slack_sdk's own client and with a bare WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.slack import SlackStandIn
from tests.samples import NOW

PAYLOAD = {"type": "block_actions", "actions": [{"action_id": "acknowledge", "value": "n-1"}]}


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, app_token="xapp-1")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def link(slack: SlackStandIn) -> str:
    answer = await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token="xapp-1")
    return str(answer["url"])


async def test_an_envelope_is_acknowledged_by_slack_sdk(slack: SlackStandIn, tmp_path: Path) -> None:
    got: list[dict[str, Any]] = []

    async def act(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        got.append(request.payload)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload={"text": "noted"}))

    client = SocketModeClient("xapp-1", web_client=AsyncWebClient(base_url=slack.api_url))
    client.proxy = None
    client.socket_mode_request_listeners.append(act)
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        envelope_id, acknowledged = await slack.socket.send(PAYLOAD, patience=10)
    finally:
        await client.close()  # type: ignore[no-untyped-call]
    assert acknowledged
    assert got == [PAYLOAD]
    assert slack.socket.acknowledged == {envelope_id: {"text": "noted"}}
    said = [row["request"]["said"] for row in read_ledger(tmp_path / "ledger") if row["method"] == "socket_mode"]
    assert said == [{"envelope_id": envelope_id, "payload": {"text": "noted"}}]


async def test_a_connection_begins_with_hello_and_may_be_refreshed(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await link(slack)) as connection:
        hello = await connection.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        refresh = asyncio.create_task(slack.socket.disconnect())
        said = await connection.receive_json()
        assert (said["type"], said["reason"]) == ("disconnect", "refresh_requested")
        assert (await connection.receive()).type is aiohttp.WSMsgType.CLOSE
        await refresh


async def test_a_link_is_good_once(slack: SlackStandIn) -> None:
    url = await link(slack)
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_envelopes_go_to_one_connection_by_turns(slack: SlackStandIn) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(await link(slack)) as first,
        session.ws_connect(await link(slack)) as second,
    ):
        for connection in (first, second):
            await connection.receive_json()
        for connection in (first, second, first):
            sent = asyncio.create_task(slack.socket.send(PAYLOAD, patience=10))
            envelope = await connection.receive_json(timeout=10)
            assert (envelope["type"], envelope["payload"]) == ("interactive", PAYLOAD)
            await connection.send_json({"envelope_id": envelope["envelope_id"]})
            assert await sent == (envelope["envelope_id"], True)


async def test_what_is_not_acknowledged_is_told(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await link(slack)) as connection:
        for nonsense in ("not json", json.dumps([1]), json.dumps({"envelope_id": 5})):
            await connection.send_str(nonsense)
        _, acknowledged = await slack.socket.send(PAYLOAD, patience=0.05)
    assert not acknowledged


async def test_without_a_connection_there_is_no_way(slack: SlackStandIn) -> None:
    with pytest.raises(LookupError):
        await slack.socket.send(PAYLOAD)
