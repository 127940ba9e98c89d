"""The sink of a Slack incoming webhook: plain posts to the one channel that the webhook was made for.

Such a webhook answers `ok` and no name of the message: nothing can be edited, answered in a thread or looked up.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from slamon.errors import SinkError
from slamon.notices.links import Links
from slamon.orders.event import Instant
from slamon.sinks.calling import Caller
from slamon.sinks.failure import FailureReason
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.slack_message import slack_message

_TAKEN = frozenset({"text", "blocks", "unfurl_links", "unfurl_media"})


@dataclass(frozen=True, slots=True)
class SlackHookTarget:
    """One incoming webhook; its URL is its secret and never shows."""

    url: str = field(repr=False)
    timeout: float = 10.0
    """Seconds for one attempt."""
    links: Links | None = None
    """The pages that messages link to."""


class SlackHookSink:
    """Posts notices through one incoming webhook."""

    name = "slack"
    channel = "slack|webhook"

    def __init__(self, target: SlackHookTarget) -> None:
        """Open nothing yet: the session comes with the first call."""
        self._links = target.links
        self._caller = Caller(target.url, target.timeout)

    def __repr__(self) -> str:
        return f"SlackHookSink({self.channel!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Post once. Raises SinkError for everything that is not Slack's ok; 404 means gone for good here."""
        body = json.dumps(self.payload(notice, now=now), separators=(",", ":")).encode("ascii")
        try:
            answer = await self._caller.post(body, now=now, reads=True)
        except SinkError as failure:
            if failure.reason == FailureReason.NOT_FOUND:
                raise SinkError(failure.reason, str(failure), permanent=True) from None
            raise
        if answer.strip() != "ok":
            raise SinkError(FailureReason.BAD_ANSWER, "Slack's answer is not ok", permanent=False)
        return Receipt()

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give what is posted: the message without what only the Web API takes, and without buttons."""
        del now
        message = {key: value for key, value in slack_message(notice, "", self._links).items() if key in _TAKEN}
        message["blocks"] = [block for block in message["blocks"] if block["type"] != "actions"]
        return message

    async def close(self) -> None:
        """Close the session."""
        await self._caller.close()
