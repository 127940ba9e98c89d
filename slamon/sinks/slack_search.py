"""Finds a message that slamon may have posted: by its metadata, in a channel's history or in a thread."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.orders.event import SECOND
from slamon.sinks.message import Found, Sought
from slamon.sinks.slack_errors import text_of

_PAGE = 200
_MOST_PAGES = 25
_ID = re.compile(r"[CGD][A-Z0-9]{5,}")
_CAN_NOT_BE_ASKED = frozenset(
    [
        "channel_not_found",
        "not_in_channel",
        "missing_scope",
        "unknown_method",
        "method_deprecated",
        "thread_not_found",
        "no_permission",
        "access_denied",
        "not_allowed_token_type",
        "is_archived",
    ]
)

_NO_SUCH_METHOD = frozenset({404, 405, 501})


class Search:
    """Looks through one channel; `channel_id` is Slack's own id of it, once an answer has told it."""

    def __init__(self, client: Callable[[], AsyncWebClient], channel: str) -> None:
        """`channel`: as configured, a name or an id."""
        self._client, self._channel = client, channel
        self.channel_id = channel if _ID.fullmatch(channel) else None

    async def find(self, sought: Sought) -> Found | None:
        """The message; None: not there, or not to be asked for with what this app may do. Raises slack_sdk's errors."""
        channel = sought.thread.partition("|")[0] if sought.thread else await self._id()
        ways = [self._history(channel, sought)]
        if sought.thread:
            ways.insert(0, self._replies(channel, sought))
        for way in ways:
            try:
                async for message in way:
                    found = _match(message, sought, channel)
                    if found is not None:
                        return found
            except SlackApiError as error:
                if not _can_not_be_asked(error):
                    raise
        return None

    async def _id(self) -> str:
        """The channel's id: the history is asked for by nothing else."""
        if self.channel_id is None:
            try:
                self.channel_id = await self._listed()
            except SlackApiError as error:
                if not _can_not_be_asked(error):
                    raise
        return self.channel_id or self._channel

    async def _listed(self) -> str | None:
        def ask(cursor: str | None) -> Awaitable[Any]:
            return self._client().conversations_list(
                limit=1000, exclude_archived=True, types="public_channel,private_channel", cursor=cursor
            )

        async for channel in _read(ask, "channels"):
            if channel.get("name") == self._channel.lstrip("#"):
                return text_of(channel.get("id"))
        return None

    def _history(self, channel: str, sought: Sought) -> AsyncIterator[Mapping[str, Any]]:
        wanted: dict[str, Any] = {
            "channel": channel,
            "oldest": _seconds(sought),
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        return _read(lambda cursor: self._client().conversations_history(**wanted, cursor=cursor), "messages")

    def _replies(self, channel: str, sought: Sought) -> AsyncIterator[Mapping[str, Any]]:
        ts = (sought.thread or "").partition("|")[2]
        wanted: dict[str, Any] = {"channel": channel, "ts": ts, "oldest": _seconds(sought), "limit": _PAGE}
        return _read(
            lambda cursor: self._client().conversations_replies(**wanted, include_all_metadata=True, cursor=cursor),
            "messages",
        )


async def _read(ask: Callable[[str | None], Awaitable[Any]], name: str) -> AsyncIterator[Mapping[str, Any]]:
    """Everything under a name in the pages of an answer."""
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        answer = await ask(cursor)
        for one in answer.get(name) or ():
            yield one
        cursor = _next(answer)
        if cursor is None:
            return


def _match(message: Mapping[str, Any], sought: Sought, channel: str) -> Found | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    ts = text_of(message.get("ts"))
    if payload.get(sought.key) != sought.value or ts is None:
        return None
    said = payload.get("count")
    counts = [said] if isinstance(said, int) else []
    for block in message.get("blocks") or ():  # what an edit says last stands in the blocks for certain
        of_a_digest = re.fullmatch(r"digest:[^:]*:([0-9]{1,9})", str(block.get("block_id")))
        if of_a_digest is not None:
            counts.append(int(of_a_digest[1]))
    return Found(f"{channel}|{ts}", max(counts, default=None))


def _seconds(sought: Sought) -> str:
    return f"{max(sought.since, 0) / SECOND:.6f}"


def _next(answer: Any) -> str | None:
    return text_of((answer.get("response_metadata") or {}).get("next_cursor"))


def _can_not_be_asked(error: SlackApiError) -> bool:
    """Whether this app may not ask so, or who answers (a proxy, a gateway) does not know the method at all."""
    response = error.response
    content = getattr(response, "data", None)
    code = text_of(content.get("error")) if isinstance(content, dict) else None
    if code is not None:
        return code in _CAN_NOT_BE_ASKED
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    return status in _NO_SUCH_METHOD
