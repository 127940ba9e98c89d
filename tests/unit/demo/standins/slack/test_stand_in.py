"""The Slack stand-in over HTTP, asked through slack_sdk as an app would."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.slack import SlackStandIn
from tests.samples import NOW

METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, token="xoxb-1")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient("xoxb-1", base_url=slack.api_url)


async def test_a_message_posted_edited_and_found_by_its_metadata(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="#late-orders", text="late", metadata=METADATA)
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="later")
    history = await client.conversations_history(channel=posted["channel"], include_all_metadata=True)
    (message,) = history["messages"]
    assert (message["text"], message["metadata"], message["ts"]) == ("later", METADATA, posted["ts"])
    assert (await client.auth_test())["user_id"] == "U0SLAMON"


async def test_every_call_is_on_disk_before_its_answer(client: AsyncWebClient, tmp_path: Path) -> None:
    posted = await client.chat_postMessage(channel="#late-orders", text="late", metadata=METADATA)
    (row,) = read_ledger(tmp_path / "ledger")
    assert row == {
        "seq": 1,
        "at": "2026-05-04T12:00:00Z",
        "method": "chat.postMessage",
        "id": "n-1",
        "act": "serve",
        "accepted": True,
        "error": None,
        "channel": posted["channel"],
        "ts": posted["ts"],
        "request": {"channel": "#late-orders", "text": "late", "metadata": METADATA},
    }


async def test_refusals_and_limits_as_slack_sends_them(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.script.push(Reply(Act.REFUSE, error="is_archived"), Reply(Act.RATE_LIMITED, retry_after="30"))
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.chat_postMessage(channel="#c", text="x")
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="#c", text="x")
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "30"


async def test_the_script_is_for_calls_that_change_something(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.script.push(Reply(Act.REFUSE))
    await client.auth_test()
    assert len(slack.script) == 1


@pytest.mark.parametrize("body", ["not json", "[1, 2]", '"x"', ""])
async def test_a_body_that_is_no_call_is_refused(slack: SlackStandIn, body: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer xoxb-1"}
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert (await answer.json())["error"] == "channel_not_found"


async def test_forms_are_understood_with_json_inside(slack: SlackStandIn, tmp_path: Path) -> None:
    form = {"token": "xoxb-1", "channel": "#c", "text": "x", "metadata": '{"event_type": "a"', "blocks": "[]"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}chat.postMessage", data=form) as answer,
    ):
        assert (await answer.json())["error"] == "invalid_metadata_format"
    (row,) = read_ledger(tmp_path / "ledger")
    assert row["request"]["blocks"] == []
    assert "token" not in row["request"]


async def test_the_page_runs_nothing(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession() as session, session.get(slack.url) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "No messages yet" in await answer.text()
