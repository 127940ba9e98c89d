"""Pages of messages and channels."""

from typing import Any

import pytest

from slamon.demo.standins.slack.channels import Channel, Workspace
from slamon.demo.standins.slack.reading import channel_list, history, replies
from slamon.demo.standins.slack.refused import Refused
from slamon.orders.event import SECOND
from tests.samples import NOW

METADATA = {"event_type": "slamon_notice", "event_payload": {"notice_id": "n-1"}}


def channel_with(count: int) -> tuple[Workspace, Channel]:
    workspace = Workspace()
    for number in range(count):
        workspace.post({"channel": "#c", "text": str(number), "metadata": METADATA}, NOW + number * SECOND)
    return workspace, workspace.channel("c")


def texts(page: dict[str, Any]) -> str:
    return "".join(message["text"] for message in page["messages"])


def ts(number: int) -> str:
    return f"{NOW // SECOND + number}.000000"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({}, "43210"),
        ({"oldest": ts(1)}, "432"),
        ({"latest": ts(3)}, "210"),
        ({"oldest": ts(1), "latest": ts(3)}, "2"),
        ({"oldest": ts(1), "latest": ts(3), "inclusive": "1"}, "321"),
        ({"oldest": ts(1), "latest": ts(3), "inclusive": "0"}, "2"),
        ({"latest": ts(3), "inclusive": True, "limit": 1}, "3"),
        ({"oldest": "0", "latest": str(NOW // SECOND + 1)}, "0"),
        ({"limit": "2"}, "43"),
        ({"limit": 5_000}, "43210"),
        ({"cursor": ""}, "43210"),
    ],
)
def test_history_by_time(arguments: dict[str, Any], shown: str) -> None:
    _, channel = channel_with(5)
    assert texts(history(channel, arguments)) == shown


def test_history_in_pages_that_stay_whole_while_messages_come() -> None:
    workspace, channel = channel_with(5)
    first = history(channel, {"limit": 2})
    workspace.post({"channel": "#c", "text": "5"}, NOW + 9 * SECOND)
    second = history(channel, {"limit": 2, "cursor": first["response_metadata"]["next_cursor"]})
    third = history(channel, {"limit": 2, "cursor": second["response_metadata"]["next_cursor"]})
    assert [texts(page) for page in (first, second, third)] == ["43", "21", "0"]
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]
    assert "response_metadata" not in third


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": "many"}, "invalid_limit"),
        ({"limit": -1}, "invalid_limit"),
        ({"oldest": "then"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"cursor": "bmV4dDoxLjAwMDAwMA=="}, "invalid_cursor"),
        ({"cursor": "bGFzdDo="}, "invalid_cursor"),
    ],
)
def test_history_refuses_nonsense(arguments: dict[str, Any], error: str) -> None:
    _, channel = channel_with(1)
    with pytest.raises(Refused, match=error):
        history(channel, arguments)


def test_replies_stand_in_the_thread_and_not_in_the_channel() -> None:
    workspace, channel = channel_with(2)
    for text, more in (("a", {}), ("b", {"reply_broadcast": True})):
        workspace.post({"channel": "#c", "text": text, "thread_ts": ts(0), **more}, NOW + 60 * SECOND)
    assert texts(history(channel, {})) == "b10"
    assert texts(replies(channel, {"ts": ts(0)})) == "0ab"
    broadcast, _, root = history(channel, {})["messages"]
    assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", ts(0))
    assert (root["thread_ts"], root["reply_count"], root["latest_reply"]) == (ts(0), 2, broadcast["ts"])


def test_replies_in_pages_and_by_time() -> None:
    workspace, channel = channel_with(1)
    for number in range(1, 5):
        workspace.post({"channel": "#c", "text": str(number), "thread_ts": ts(0)}, NOW + number * SECOND)
    first = replies(channel, {"ts": ts(0), "limit": 3})
    second = replies(channel, {"ts": ts(0), "limit": 3, "cursor": first["response_metadata"]["next_cursor"]})
    assert (texts(first), texts(second)) == ("012", "34")
    assert texts(replies(channel, {"ts": ts(0), "oldest": ts(2)})) == "034", "the root is always there"


def test_a_message_without_replies_is_alone() -> None:
    _, channel = channel_with(2)
    assert texts(replies(channel, {"ts": ts(1)})) == "1"


def test_a_thread_that_is_not_there() -> None:
    _, channel = channel_with(1)
    with pytest.raises(Refused, match="thread_not_found"):
        replies(channel, {"ts": "1.000000"})


@pytest.mark.parametrize(("asked", "shown"), [({}, False), ({"include_all_metadata": "1"}, True)])
def test_metadata_comes_when_it_is_asked_for(asked: dict[str, Any], shown: bool) -> None:
    _, channel = channel_with(1)
    for page in (history(channel, asked), replies(channel, {"ts": ts(0), **asked})):
        assert ("metadata" in page["messages"][0]) is shown
    assert channel.messages[0]["metadata"] == METADATA


def test_channels_in_pages() -> None:
    channels = Workspace(("#a", "#b", "#c")).channels
    first = channel_list(channels, {"limit": 2})
    second = channel_list(channels, {"limit": 2, "cursor": first["response_metadata"]["next_cursor"]})
    assert [channel["name"] for page in (first, second) for channel in page["channels"]] == ["a", "b", "c"]
    assert [channel["id"] for channel in first["channels"]] == [channel.channel_id for channel in channels[:2]]
    assert second["response_metadata"]["next_cursor"] == ""
