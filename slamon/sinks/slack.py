"""The Slack sink: calls of the Web API through slack_sdk, one attempt each, its answers turned into our errors."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slamon.notices.digest import Digest
from slamon.notices.links import Links
from slamon.orders.event import Instant
from slamon.sinks.failure import interruption
from slamon.sinks.message import Found, OutgoingLine, OutgoingNotice, Receipt, Sought
from slamon.sinks.session import SessionHolder
from slamon.sinks.slack_digest import slack_digest
from slamon.sinks.slack_errors import refused, text_of
from slamon.sinks.slack_message import slack_line, slack_message
from slamon.sinks.slack_search import Search


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """Where and as whom to post. The token never shows in a representation."""

    token: str = field(repr=False)
    channel: str
    api_url: str = field(default="https://slack.com/api/", repr=False)
    timeout: float = 10.0
    """Seconds for one attempt."""
    links: Links | None = None
    """Where slamon's pages are; None: no links."""


class SlackSink:
    """Posts notices to one Slack channel, finds them again, edits them and tells their threads."""

    name = "slack"

    def __init__(self, target: SlackTarget) -> None:
        """Open nothing yet: the session comes with the first call."""
        self._target = target
        self._session = SessionHolder(target.api_url, target.timeout)
        self._lists = SessionHolder(target.api_url, target.timeout, lists=True)
        self._search = Search(lambda: self._client(self._lists), target.channel)
        self.channel = f"slack|{target.channel}"

    def __repr__(self) -> str:
        return f"SlackSink({self.channel!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Post once. Raises SinkError for everything that is not Slack's ok."""
        return await self._post(slack_message(notice, self._target.channel, self._target.links), now)

    async def reply(self, line: OutgoingLine, *, now: Instant) -> Receipt:
        """Post a line in a thread. Raises SinkError."""
        return await self._post(slack_line(line), now)

    async def edit(self, notice: OutgoingNotice, remote: str, *, now: Instant) -> None:
        """Let the message `channel id|ts` say something else; it keeps its metadata. Raises SinkError."""
        message = slack_message(notice, self._target.channel, self._target.links)
        kept = ("text", "blocks", "parse", "link_names")
        await self._update(remote, {name: message[name] for name in kept}, now)

    async def digest(self, digest: Digest, remote: str | None, *, now: Instant) -> Receipt:
        """Post a digest, or let the one at `remote` say more. Raises SinkError."""
        message = slack_digest(digest, self._target.channel, self._target.links)
        if remote is None:
            return await self._post(message, now)
        kept = ("text", "blocks", "metadata", "parse", "link_names")
        await self._update(remote, {name: message[name] for name in kept}, now)
        channel, _, ts = remote.partition("|")
        return Receipt(ts, channel)

    async def find(self, sought: Sought, *, now: Instant) -> Found | None:
        """Look for a message by its metadata. Raises SinkError when Slack can't be asked now."""
        found: Found | None = await _asked(lambda: self._search.find(sought), now)
        return found

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give the arguments of `chat.postMessage`."""
        del now
        return slack_message(notice, self._target.channel, self._target.links)

    async def close(self) -> None:
        """Close the sessions."""
        await self._session.close()
        await self._lists.close()

    async def _post(self, message: Mapping[str, Any], now: Instant) -> Receipt:
        answer = await _asked(lambda: self._client(self._session).chat_postMessage(**message), now)
        channel = text_of(answer.get("channel"))
        if channel is not None:
            self._search.channel_id = self._search.channel_id or channel
        return Receipt(text_of(answer.get("ts")), channel)

    async def _update(self, remote: str, message: Mapping[str, Any], now: Instant) -> None:
        channel, _, ts = remote.partition("|")
        await _asked(lambda: self._client(self._session).chat_update(channel=channel, ts=ts, **message), now)

    def _client(self, session: SessionHolder) -> AsyncWebClient:
        client = AsyncWebClient(
            token=self._target.token,
            base_url=self._target.api_url,
            session=session.get(),
            logger=_quiet(),
            retry_handlers=[],  # one attempt; the dispatcher repeats
        )
        client.proxy = None  # the session decides; slack_sdk would send loopback through HTTPS_PROXY too
        return client


async def _asked(call: Callable[[], Awaitable[Any]], now: Instant) -> Any:
    try:
        return await call()
    except SlackApiError as error:
        failure = refused(error, now)
    except Exception as error:  # noqa: BLE001 - slack_sdk lets out whatever it trips over in an answer
        failure = interruption(error)
    raise failure  # outside of the except: nothing that knows the URL hangs on it as context


def _quiet() -> logging.Logger:
    """Give slack_sdk a logger that keeps its debug lines (URLs, payloads, proxies) off."""
    logger = logging.getLogger("slamon.sinks.slack.sdk")
    logger.setLevel(logging.WARNING)
    return logger
