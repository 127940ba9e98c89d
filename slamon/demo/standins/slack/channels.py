"""Slack's channels and messages as the Web API shows them, with every earlier version of an edited message."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slamon.demo.standins.slack.content import checked_content, edited_content
from slamon.demo.standins.slack.refused import Json, Refused

BOT_ID, BOT_USER = "B0SLAMON", "U0SLAMON"

_TS = re.compile(r"\d{1,15}\.\d{1,6}")


@dataclass(slots=True)
class Channel:
    """One channel, oldest message first; replies stand among the others and carry `thread_ts`."""

    channel_id: str
    name: str
    messages: list[Json] = field(default_factory=list)
    earlier: dict[str, list[Json]] = field(default_factory=dict)
    """By ts, what an edited message said before, oldest first."""
    _by_ts: dict[str, Json] = field(default_factory=dict)
    _threads: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def roots(self) -> list[Json]:
        """The messages that are no replies."""
        return [message for message in self.messages if "thread_ts" not in message]

    @property
    def names(self) -> frozenset[str]:
        """All by which it can be called."""
        return frozenset({self.channel_id, self.name, f"#{self.name}"})

    def add(self, message: Json) -> None:
        """Put a message at the end."""
        self.messages.append(message)
        self._by_ts[message["ts"]] = message
        if "thread_ts" in message:
            self._threads.setdefault(message["thread_ts"], []).append(message)

    def find(self, ts: object) -> Json | None:
        """The message with this ts."""
        return self._by_ts.get(ts) if isinstance(ts, str) else None

    def replies(self, ts: str) -> list[Json]:
        """The replies in the thread of a root, oldest first."""
        return list(self._threads.get(ts, ()))

    def versions(self, ts: str) -> list[Json]:
        """All that a message ever said, oldest first, what it says now last. Raises KeyError."""
        return [*self.earlier.get(ts, []), self._by_ts[ts]]


class Workspace:
    """The channels of one workspace. Unless they are given, a channel is made when it is first named."""

    def __init__(self, channels: tuple[str, ...] = ()) -> None:
        """`channels`: names with or without `#`."""
        self._closed = bool(channels)
        self._channels: dict[str, Channel] = {}
        self._last_ts = 0
        for name in channels:
            self._create(name)

    @property
    def channels(self) -> list[Channel]:
        """All channels."""
        return list(self._channels.values())

    def channel(self, name: str) -> Channel:
        """A channel by its name, with or without `#`, or by its id. Raises KeyError."""
        for channel in self._channels.values():
            if name in channel.names:
                return channel
        raise KeyError(name)

    def names_of(self, wanted: object) -> frozenset[str]:
        """All by which the named channel can be called, whether it is there or not."""
        found = [channel.names for channel in self._channels.values() if wanted in channel.names]
        bare = str(wanted).removeprefix("#")
        return found[0] if found else frozenset({bare, f"#{bare}"})

    def post(self, arguments: Mapping[str, Any], now: int) -> tuple[Channel, Json]:
        """Take a message of the bot's at `now` (microseconds). Raises Refused."""
        channel = self._named(arguments.get("channel"))
        message: Json = {"type": "message", "user": BOT_USER, "bot_id": BOT_ID}
        message |= checked_content(arguments)
        if not message.get("text") and not message.get("blocks"):
            raise Refused("no_text")
        if thread := arguments.get("thread_ts"):
            message |= _reply_to(channel, thread)
            if flag(arguments.get("reply_broadcast")):
                message["subtype"] = "thread_broadcast"
        message["ts"] = self._next_ts(now)
        channel.add(message)
        return channel, message

    def say(self, name: str, text: str, now: int, user: str = "U0HUMAN") -> Json:
        """Let a person write into a channel. Raises Refused."""
        message = {"type": "message", "user": user, "text": text, "ts": self._next_ts(now)}
        self._named(name).add(message)
        return message

    def update(self, arguments: Mapping[str, Any], now: int) -> tuple[Channel, Json]:
        """Edit one of the bot's messages. Raises Refused."""
        channel = self.by_id(arguments.get("channel"))
        message = channel.find(arguments.get("ts"))
        if message is None:
            raise Refused("message_not_found")
        if message.get("bot_id") != BOT_ID:
            raise Refused("cant_update_message")
        before = dict(message)
        after = edited_content(message, arguments)
        message.clear()
        message |= after | {"edited": {"user": BOT_USER, "ts": f"{now // 1_000_000}.000000"}}
        channel.earlier.setdefault(message["ts"], []).append(before)
        return channel, message

    def by_id(self, channel_id: object) -> Channel:
        """Find a channel by its id; names are not known here. Raises Refused."""
        found = self._channels.get(channel_id) if isinstance(channel_id, str) else None
        if found is None:
            raise Refused("channel_not_found")
        return found

    def remembers(self, channel_id: str, name: str) -> Channel:
        """The channel with this id, made where it is not there yet."""
        return self._channels.get(channel_id) or self._create(name, channel_id)

    def _named(self, wanted: object) -> Channel:
        if not isinstance(wanted, str) or not wanted.strip("#"):
            raise Refused("channel_not_found")
        for channel in self._channels.values():
            if wanted in channel.names:
                return channel
        if self._closed:
            raise Refused("channel_not_found")
        return self._create(wanted)

    def _create(self, name: str, channel_id: str | None = None) -> Channel:
        bare = name.removeprefix("#")
        # By the name, so that a channel has the same id in every life of the stand-in
        made = f"C{hashlib.sha256(bare.encode()).hexdigest()[:9].upper()}"
        channel = Channel(channel_id or made, bare)
        self._channels[channel.channel_id] = channel
        return channel

    def _next_ts(self, now: int) -> str:
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def flag(value: object) -> bool:
    """Read a boolean as it comes in forms, queries and JSON."""
    return str(value).lower() in {"1", "true"}


def microseconds(ts: object) -> int:
    """Read a ts. Raises ValueError."""
    text = str(ts)
    if not _TS.fullmatch(text if "." in text else f"{text}.0"):
        raise ValueError(f"{text!r} is no ts")
    whole, _, rest = text.partition(".")
    return int(whole) * 1_000_000 + int(rest.ljust(6, "0"))


def _reply_to(channel: Channel, thread: object) -> Json:
    """What makes a message a reply. Raises Refused.

    Slack documents no error for a thread that is not there (`invalid_thread_ts` is what it says to a malformed one,
    jenkinsci/slack-plugin issue 584); it has been seen to take such a reply and show it to nobody. Here it is
    refused with the word of `conversations.replies`, so that a lost reply is noticed.
    """
    if not isinstance(thread, str) or not _TS.fullmatch(thread):
        raise Refused("invalid_thread_ts", f"{thread} is not a valid thread_ts")
    root = channel.find(thread)
    if root is None:
        raise Refused("thread_not_found")
    if "thread_ts" in root:
        raise Refused("invalid_thread_ts", f"{thread} is a reply itself")
    return {"thread_ts": thread, "parent_user_id": root["user"]}
