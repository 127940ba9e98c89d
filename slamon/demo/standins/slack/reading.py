"""What the conversations.* methods show: pages of messages and of channels, by cursor and by time."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from slamon.demo.standins.slack.channels import Channel, flag, microseconds
from slamon.demo.standins.slack.refused import Json, Refused

MOST = 999
HISTORY_PAGE = 100
REPLIES_PAGE = 999

_BEGINNING, _END = 0, 10**18


def history(channel: Channel, arguments: Mapping[str, Any]) -> Json:
    """`conversations.history`: newest first, replies only where they were broadcast. Raises Refused."""
    there = [
        message
        for message in reversed(channel.messages)
        if "thread_ts" not in message or message.get("subtype") == "thread_broadcast"
    ]
    return _messages(channel, _within(there, arguments), arguments, HISTORY_PAGE)


def replies(channel: Channel, arguments: Mapping[str, Any]) -> Json:
    """`conversations.replies`: the root and then its replies, oldest first. Raises Refused."""
    message = channel.find(arguments.get("ts"))
    if message is None:
        raise Refused("thread_not_found")
    there = [message, *_within(channel.replies(message["ts"]), arguments)]
    return _messages(channel, there, arguments, REPLIES_PAGE)


def channel_list(channels: Sequence[Channel], arguments: Mapping[str, Any]) -> Json:
    """`conversations.list`: ids and names. Raises Refused."""
    keys = [channel.channel_id for channel in channels]
    start, end = _page(keys, arguments, HISTORY_PAGE)
    shown = [
        {
            "id": channel.channel_id,
            "name": channel.name,
            "is_channel": True,
            "is_private": False,
            "is_archived": False,
            "is_member": True,
        }
        for channel in channels[start:end]
    ]
    return {"channels": shown, "response_metadata": {"next_cursor": _cursor(keys[end]) if end < len(keys) else ""}}


def shown_message(channel: Channel, message: Json, *, with_metadata: bool) -> Json:
    """A message as the methods show it: a root tells of its thread."""
    shown = {key: value for key, value in message.items() if with_metadata or key != "metadata"}
    if "thread_ts" not in message and (thread := channel.replies(message["ts"])):
        shown |= {"thread_ts": message["ts"], "reply_count": len(thread), "latest_reply": thread[-1]["ts"]}
    return shown


def _messages(channel: Channel, there: Sequence[Json], arguments: Mapping[str, Any], length: int) -> Json:
    keys = [message["ts"] for message in there]
    start, end = _page(keys, arguments, length)
    with_metadata = flag(arguments.get("include_all_metadata"))
    shown = [shown_message(channel, message, with_metadata=with_metadata) for message in there[start:end]]
    more = end < len(keys)
    pages = {"response_metadata": {"next_cursor": _cursor(keys[end])}} if more else {}
    return {"messages": shown, "has_more": more, **pages}


def _within(there: Sequence[Json], arguments: Mapping[str, Any]) -> list[Json]:
    oldest = _time(arguments.get("oldest"), "invalid_ts_oldest", _BEGINNING)
    latest = _time(arguments.get("latest"), "invalid_ts_latest", _END)
    if flag(arguments.get("inclusive")):
        oldest, latest = oldest - 1, latest + 1
    return [message for message in there if oldest < microseconds(message["ts"]) < latest]


def _time(value: object, error: str, otherwise: int) -> int:
    if value in {None, ""}:
        return otherwise
    try:
        return microseconds(value)
    except ValueError:
        raise Refused(error) from None


def _page(keys: Sequence[str], arguments: Mapping[str, Any], length: int) -> tuple[int, int]:
    """The first place of the page and the one after its last."""
    try:
        limit = int(arguments.get("limit") or length)
    except ValueError:
        raise Refused("invalid_limit") from None
    if limit < 1:
        raise Refused("invalid_limit")
    start = _place(keys, arguments.get("cursor"))
    return start, start + min(limit, MOST)


def _place(keys: Sequence[str], cursor: object) -> int:
    """A cursor names the next item, so that pages stay whole while messages come in."""
    if not cursor:
        return 0
    try:
        name, _, key = base64.b64decode(str(cursor), validate=True).decode().partition(":")
        if name == "next":
            return keys.index(key)
    except ValueError:
        pass
    raise Refused("invalid_cursor")


def _cursor(key: str) -> str:
    return base64.b64encode(f"next:{key}".encode()).decode()
