"""Slack's channels, and what posts and edits do to them."""

from typing import Any

import pytest

from slamon.demo.standins.slack.channels import Workspace, flag, microseconds
from slamon.demo.standins.slack.refused import Refused
from slamon.orders.event import SECOND
from tests.samples import NOW


def _section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def test_names_and_ids_find_the_same_channel() -> None:
    workspace = Workspace(("#late-orders",))
    channel, first = workspace.post({"channel": "late-orders", "text": "a"}, NOW)
    _, second = workspace.post({"channel": channel.channel_id, "text": "b"}, NOW)
    assert [message["text"] for message in channel.messages] == ["a", "b"]
    assert first["ts"] < second["ts"], "each message has a ts of its own"


@pytest.mark.parametrize("channel", ["#elsewhere", "", "#", None, 7])
def test_a_channel_that_is_not_there(channel: object) -> None:
    with pytest.raises(Refused, match="channel_not_found"):
        Workspace(("#late-orders",)).post({"channel": channel, "text": "a"}, NOW)


def test_without_given_channels_any_is_made() -> None:
    workspace = Workspace()
    workspace.post({"channel": "#b", "text": "x"}, NOW)
    assert [channel.name for channel in workspace.channels] == ["b"]


def test_a_message_needs_content() -> None:
    with pytest.raises(Refused, match="no_text"):
        Workspace().post({"channel": "#b"}, NOW)


def test_a_reply_hangs_on_a_root() -> None:
    workspace = Workspace()
    channel, root = workspace.post({"channel": "#b", "text": "x"}, NOW)
    _, reply = workspace.post({"channel": "#b", "text": "y", "thread_ts": root["ts"]}, NOW)
    assert reply["thread_ts"] == root["ts"]
    assert (channel.roots, channel.replies(root["ts"])) == ([root], [reply])


@pytest.mark.parametrize(
    ("thread", "error"), [("1.0", "thread_not_found"), ("soon", "invalid_thread_ts"), (1.5, "invalid_thread_ts")]
)
def test_a_thread_that_is_not_there(thread: object, error: str) -> None:
    with pytest.raises(Refused, match=error):
        Workspace().post({"channel": "#b", "text": "x", "thread_ts": thread}, NOW)


def test_a_reply_has_no_replies() -> None:
    workspace = Workspace()
    _, root = workspace.post({"channel": "#b", "text": "x"}, NOW)
    _, reply = workspace.post({"channel": "#b", "text": "y", "thread_ts": root["ts"]}, NOW)
    with pytest.raises(Refused, match="invalid_thread_ts"):
        workspace.post({"channel": "#b", "text": "z", "thread_ts": reply["ts"]}, NOW)


def test_an_edit_keeps_what_stood_there_before() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#b", "text": "x"}, NOW)
    place = {"channel": channel.channel_id, "ts": message["ts"]}
    for text in ("y", "z"):
        workspace.update({**place, "text": text}, NOW + SECOND)
    assert [version["text"] for version in channel.versions(message["ts"])] == ["x", "y", "z"]
    assert message["edited"] == {"user": "U0SLAMON", "ts": f"{NOW // SECOND + 1}.000000"}
    assert channel.find(message["ts"]) is message


def test_a_refused_edit_changes_nothing() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#b", "text": "x"}, NOW)
    with pytest.raises(Refused):
        workspace.update({"channel": channel.channel_id, "ts": message["ts"], "blocks": [_section(3_001)]}, NOW)
    assert channel.versions(message["ts"]) == [message]
    assert "edited" not in message


def test_only_own_messages_may_be_edited() -> None:
    workspace = Workspace()
    message = workspace.say("#b", "when will it come?", NOW)
    channel = workspace.channel("b")
    with pytest.raises(Refused, match="cant_update_message"):
        workspace.update({"channel": channel.channel_id, "ts": message["ts"], "text": "never"}, NOW)
    assert message["text"] == "when will it come?"


def test_a_channel_has_the_same_names_before_and_after_it_is_made() -> None:
    workspace = Workspace()
    before = workspace.names_of("#b")
    channel, _ = workspace.post({"channel": "b", "text": "x"}, NOW)
    assert before == {"b", "#b"}
    assert workspace.names_of(channel.channel_id) == workspace.names_of("#b") == before | {channel.channel_id}


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("true", True), (True, True), ("0", False), (None, False)])
def test_booleans_in_every_form(value: object, meant: bool) -> None:
    assert flag(value) is meant


@pytest.mark.parametrize(
    ("ts", "value"), [("1777896000.000001", NOW + 1), ("1777896000", NOW), (1777896000.5, NOW + SECOND // 2)]
)
def test_a_ts_in_microseconds(ts: object, value: int) -> None:
    assert microseconds(ts) == value


@pytest.mark.parametrize("ts", ["then", "-1", "1.1234567", "", "1e9"])
def test_what_is_no_ts(ts: str) -> None:
    with pytest.raises(ValueError, match="no ts"):
        microseconds(ts)


def test_an_update_wants_the_id_and_the_ts() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#b", "text": "x"}, NOW)
    with pytest.raises(Refused, match="channel_not_found"):
        workspace.update({"channel": "#b", "ts": message["ts"], "text": "y"}, NOW)
    with pytest.raises(Refused, match="message_not_found"):
        workspace.update({"channel": channel.channel_id, "ts": "1.0", "text": "y"}, NOW)
