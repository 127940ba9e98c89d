"""Slack's channels and messages as the Web API shows them, with its documented limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TEXT_LIMIT = 40_000
BLOCKS_LIMIT = 50
SECTION_LIMIT = 3_000
FIELD_LIMIT = 2_000
HEADER_LIMIT = 150
CONTEXT_ELEMENTS = 10
ALL_BLOCKS_LIMIT = 11_000
"""Undocumented: 9,597 characters in all blocks passed, 11,341 failed (bolt-js issue 2509)."""

_TEXT_TYPES = frozenset({"mrkdwn", "plain_text"})


class Refused(Exception):  # noqa: N818 - Slack's own word for it is only `ok: false`
    """Slack says `ok: false` with this error code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True)
class Channel:
    """One channel, oldest message first."""

    channel_id: str
    name: str
    messages: list[Json] = field(default_factory=list)


class Workspace:
    """The channels of one workspace. Unless they are given, a channel is made when it is first named."""

    def __init__(self, channels: tuple[str, ...] = ()) -> None:
        """`channels`: names with or without `#`."""
        self._closed = bool(channels)
        self._channels: list[Channel] = []
        self._last_ts = 0
        for name in channels:
            self._create(name)

    @property
    def channels(self) -> list[Channel]:
        """All channels."""
        return self._channels

    def post(self, arguments: Mapping[str, Any], now: int) -> tuple[Channel, Json]:
        """Take a message at `now` (microseconds). Raises Refused."""
        channel = self._named(arguments.get("channel"))
        message: Json = {"type": "message", "bot_id": "B0SLAMON", "ts": self._next_ts(now)}
        message |= checked_content(arguments)
        if not message.get("text") and not message.get("blocks"):
            raise Refused("no_text")
        if thread := arguments.get("thread_ts"):
            self._message(channel, thread)
            message["thread_ts"] = thread
        channel.messages.append(message)
        return channel, message

    def update(self, arguments: Mapping[str, Any], now: int) -> tuple[Channel, Json]:
        """Edit a message: what is not given stays, `[]` clears the blocks. Raises Refused."""
        channel = self.by_id(arguments.get("channel"))
        message = self._message(channel, arguments.get("ts"))
        message |= checked_content(arguments)
        message["edited"] = {"user": "U0SLAMON", "ts": f"{now // 1_000_000}.000000"}
        return channel, message

    def by_id(self, channel_id: object) -> Channel:
        """Find a channel by its id; names are not known here. Raises Refused."""
        for channel in self._channels:
            if channel.channel_id == channel_id:
                return channel
        raise Refused("channel_not_found")

    def _named(self, wanted: object) -> Channel:
        if not isinstance(wanted, str) or not wanted.strip("#"):
            raise Refused("channel_not_found")
        for channel in self._channels:
            if wanted in {channel.channel_id, channel.name, f"#{channel.name}"}:
                return channel
        if self._closed:
            raise Refused("channel_not_found")
        return self._create(wanted)

    def _create(self, name: str) -> Channel:
        channel = Channel(f"C{len(self._channels) + 1:09d}", name.removeprefix("#"))
        self._channels.append(channel)
        return channel

    def _next_ts(self, now: int) -> str:
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    @staticmethod
    def _message(channel: Channel, ts: object) -> Json:
        for message in reversed(channel.messages):
            if message["ts"] == ts:
                return message
        raise Refused("message_not_found")


def checked_content(arguments: Mapping[str, Any]) -> Json:
    """Take text, blocks and metadata out of a call, held against the limits. Raises Refused."""
    content: Json = {}
    text, blocks, metadata = (arguments.get(key) for key in ("text", "blocks", "metadata"))
    if text is not None:
        if not isinstance(text, str) or len(text) > TEXT_LIMIT:
            raise Refused("msg_too_long" if isinstance(text, str) else "invalid_arguments")
        content["text"] = text
    if blocks is not None:
        _check_blocks(blocks)
        content["blocks"] = blocks
    if metadata is not None:
        _check_metadata(metadata)
        content["metadata"] = metadata
    return content


def _check_blocks(blocks: object) -> None:
    if not isinstance(blocks, list) or len(blocks) > BLOCKS_LIMIT:
        raise Refused("invalid_blocks")
    for block in blocks:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in _BLOCKS:
            raise Refused("invalid_blocks")
        _BLOCKS[kind](block)
    if sum(_length(block) for block in blocks) > ALL_BLOCKS_LIMIT:
        raise Refused("msg_blocks_too_long")


def _check_section(block: Json) -> None:
    fields = block.get("fields", [])
    if block.get("text") is None and not fields:
        raise Refused("invalid_blocks")
    if block.get("text") is not None:
        _check_text(block["text"], SECTION_LIMIT)
    if not isinstance(fields, list) or len(fields) > CONTEXT_ELEMENTS:
        raise Refused("invalid_blocks")
    for text in fields:
        _check_text(text, FIELD_LIMIT)


def _check_context(block: Json) -> None:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= CONTEXT_ELEMENTS:
        raise Refused("invalid_blocks")
    for text in elements:
        _check_text(text, SECTION_LIMIT)


def _check_header(block: Json) -> None:
    _check_text(block.get("text"), HEADER_LIMIT, types=frozenset({"plain_text"}))


def _check_text(text: object, limit: int, types: frozenset[str] = _TEXT_TYPES) -> None:
    if not isinstance(text, dict) or text.get("type") not in types:
        raise Refused("invalid_blocks")
    if not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= limit:
        raise Refused("invalid_blocks")


def _check_metadata(metadata: object) -> None:
    well_formed = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    if not well_formed:
        raise Refused("invalid_metadata_format")


_BLOCKS: dict[str, Callable[[Json], None]] = {
    "section": _check_section,
    "context": _check_context,
    "header": _check_header,
    "divider": lambda _block: None,
    "actions": lambda _block: None,
}


def _length(part: object) -> int:
    """Count the characters of all texts inside a block."""
    if isinstance(part, list):
        return sum(map(_length, part))
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    return len(own) if isinstance(own, str) else sum(map(_length, part.values()))
