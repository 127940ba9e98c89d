"""The channels as the ledger tells of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slamon.demo.standins.script import Act, Reply
from slamon.demo.standins.slack import SlackStandIn
from slamon.demo.standins.slack.memory import read_workspace
from tests.samples import NOW

METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackStandIn]:
    stand_in = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def _story(slack: SlackStandIn) -> None:
    """A message with a reply and two edits, one post that is refused, one whose answer is lost, and a person."""
    client = AsyncWebClient("xoxb-1", base_url=slack.api_url, retry_handlers=[])
    root = await client.chat_postMessage(channel="#late", text="late", metadata=METADATA)
    await client.chat_postMessage(channel=root["channel"], text="told", thread_ts=root["ts"])
    for text in ("later", "latest"):
        await client.chat_update(channel=root["channel"], ts=root["ts"], text=text)
    slack.script.push(Reply(Act.REFUSE), Reply(Act.ACCEPT_THEN_RESET))
    for text in ("refused", "lost"):
        with pytest.raises(Exception, match=r".+"):
            await client.chat_postMessage(channel="#other", text=text)
    await slack.say("#late", "why?")


async def test_the_ledger_tells_the_state_of_the_channels(slack: SlackStandIn, tmp_path: Path) -> None:
    await _story(slack)
    read = read_workspace(tmp_path / "ledger")
    assert [(c.channel_id, c.name, c.messages, c.earlier) for c in read.channels] == [
        (c.channel_id, c.name, c.messages, c.earlier) for c in slack.workspace.channels
    ]
    late = read.channel("late")
    root, why = late.roots
    assert [version["text"] for version in late.versions(root["ts"])] == ["late", "later", "latest"]
    assert (root["metadata"], why["text"], why["user"]) == (METADATA, "why?", "U0HUMAN")
    assert [reply["text"] for reply in late.replies(root["ts"])] == ["told"]
    assert [message["text"] for message in read.channel("#other").messages] == ["lost"]


async def test_a_restarted_stand_in_knows_what_was_there(slack: SlackStandIn, tmp_path: Path) -> None:
    await _story(slack)
    await slack.stop()
    again = SlackStandIn(tmp_path / "ledger", clock=lambda: NOW, channels=("#first", "#late"))
    await again.start()
    try:
        client = AsyncWebClient("xoxb-1", base_url=again.api_url)
        channel = slack.workspace.channel("late")
        ts = channel.roots[0]["ts"]
        await client.chat_update(channel=channel.channel_id, ts=ts, text="kept")
        posted = await client.chat_postMessage(channel="#late", text="new")
    finally:
        await again.stop()
    assert posted["channel"] == channel.channel_id
    assert posted["ts"] > channel.messages[-1]["ts"]


def test_no_ledger_has_no_channels(tmp_path: Path) -> None:
    assert read_workspace(tmp_path / "none").channels == []
