"""Slack's channels and limits, as documented."""

from typing import Any

import pytest

from slamon.demo.standins.channels import Refused, Workspace, checked_content
from tests.samples import NOW


def _section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


CONTEXT = {"type": "mrkdwn", "text": "x"}
LONG_HEADER = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
MRKDWN_HEADER = {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": 5}, "invalid_arguments"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": "[]"}, "invalid_blocks"),
        ({"blocks": ["text"]}, "invalid_blocks"),
        ({"blocks": [{"type": "carousel"}]}, "invalid_blocks"),
        ({"blocks": [_section(3_001)]}, "invalid_blocks"),
        ({"blocks": [_section(0)]}, "invalid_blocks"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": "bare"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [CONTEXT] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [CONTEXT] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [LONG_HEADER]}, "invalid_blocks"),
        ({"blocks": [MRKDWN_HEADER]}, "invalid_blocks"),
        ({"blocks": [_section(2_900)] * 4}, "msg_blocks_too_long"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"metadata": "x"}, "invalid_metadata_format"),
    ],
)
def test_beyond_the_limits(arguments: dict[str, Any], error: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_content(arguments)
    assert refused.value.error == error


def test_within_the_limits() -> None:
    arguments = {
        "text": "x" * 40_000,
        "blocks": [*[_section(3_000)] * 3, *[{"type": "divider"}] * 47],
        "metadata": {"event_type": "slamon_notice", "event_payload": {}},
    }
    assert checked_content(arguments) == arguments


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


def test_a_message_needs_content_and_a_thread_its_parent() -> None:
    workspace = Workspace()
    with pytest.raises(Refused, match="no_text"):
        workspace.post({"channel": "#b"}, NOW)
    with pytest.raises(Refused, match="message_not_found"):
        workspace.post({"channel": "#b", "text": "x", "thread_ts": "1.0"}, NOW)


def test_an_update_keeps_what_it_does_not_name() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#b", "text": "x", "blocks": [_section(1)]}, NOW)
    place = {"channel": channel.channel_id, "ts": message["ts"]}
    workspace.update({**place, "text": "y"}, NOW)
    assert (message["text"], message["blocks"]) == ("y", [_section(1)])
    workspace.update({**place, "blocks": []}, NOW)
    assert message["blocks"] == []
    assert "edited" in message


def test_an_update_wants_the_id_and_the_ts() -> None:
    workspace = Workspace()
    channel, message = workspace.post({"channel": "#b", "text": "x"}, NOW)
    with pytest.raises(Refused, match="channel_not_found"):
        workspace.update({"channel": "#b", "ts": message["ts"], "text": "y"}, NOW)
    with pytest.raises(Refused, match="message_not_found"):
        workspace.update({"channel": channel.channel_id, "ts": "1.0", "text": "y"}, NOW)
