"""The webhook sink: one signed POST of a notice as JSON per call (CONTRACT §4)."""

import json
from dataclasses import dataclass, field
from typing import Any

from slamon import __version__
from slamon.errors import SinkError
from slamon.orders.event import SECOND, Instant, rfc3339
from slamon.sinks.failure import interruption, refusal
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.retry import retry_after_seconds
from slamon.sinks.session import SessionHolder
from slamon.sinks.signature import signature_headers, signing_key

_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """One receiver. The URL is as secret as the secrets: neither shows in a representation."""

    name: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    """`whsec_…` or plain text; more than one while a secret is changed: each signs. None: calls are not signed."""
    timeout: float = 10.0
    """Seconds for one attempt."""


class WebhookSink:
    """Posts notices to one URL."""

    def __init__(self, target: WebhookTarget) -> None:
        """Open nothing yet. Raises ValueError for a secret that is not usable."""
        self.name = target.name
        self.channel = f"webhook|{target.name}"
        self._url = target.url
        self._keys = [signing_key(secret) for secret in target.secrets]
        self._session = SessionHolder(target.url, target.timeout)

    def __repr__(self) -> str:
        return f"WebhookSink({self.name!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Post once; any 2xx is acceptance, whatever the body. Raises SinkError for all else."""
        try:
            failure = await self._post(notice, now)
        except Exception as error:  # noqa: BLE001 - no exception that knows the URL may leave
            failure = interruption(error)
        if failure is not None:
            raise failure
        return Receipt()

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any]:
        """Give the body."""
        del now
        return webhook_payload(notice)

    async def close(self) -> None:
        """Close the session."""
        await self._session.close()

    async def _post(self, notice: OutgoingNotice, now: Instant) -> SinkError | None:
        body = json.dumps(webhook_payload(notice), separators=(",", ":")).encode("ascii")
        signed = signature_headers(self._keys, notice_id=notice.notice_id, timestamp=now // SECOND, body=body)
        headers = {"Content-Type": "application/json", "User-Agent": f"slamon/{__version__}", **signed}
        # The body of the answer is not read: leaving the block drops whatever has not come with the headers.
        async with self._session.get().post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
            if answer.status in _ACCEPTED:
                return None
            return refusal(answer.status, retry_after_seconds(answer.headers.get("Retry-After"), now))


def webhook_payload(notice: OutgoingNotice) -> dict[str, Any]:
    """Give the JSON of CONTRACT §4: what comes from outside stands in it as stated."""
    return {
        "notice_id": notice.notice_id,
        "kind": str(notice.kind),
        "subject": notice.subject,
        "order": None if notice.order is None else dict(notice.order),
        "as_of": None if notice.as_of is None else rfc3339(notice.as_of),
        "stage": notice.stage,
        "due_at": None if notice.due_at is None else rfc3339(notice.due_at),
        "at": rfc3339(notice.at),
        "created_at": rfc3339(notice.created_at),
        "text": notice.text,
        "retracts": notice.retracts,
        "reinstated": notice.reinstated,
        "page": notice.page,
        "silence": None if notice.silence is None else dict(notice.silence),
    }
