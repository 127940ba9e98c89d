"""Whether a request is Slack's: signature v0, an HMAC-SHA256 over its time and its raw body. Pure."""

import re
from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

from slamon.orders.event import SECOND, Instant

TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"

_is_timestamp = re.compile(r"[0-9]{1,12}", re.ASCII).fullmatch
_is_signature = re.compile(r"v0=[0-9a-f]{64}", re.ASCII).fullmatch


class _At(Clock):
    """A clock that stands."""

    def __init__(self, now: Instant) -> None:
        self._now = now / SECOND

    def now(self) -> float:
        return self._now


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: Instant) -> bool:
    """Whether the signature is right, compared in constant time, and not more than 300 s from `now`.

    slack_sdk raises on what is malformed, so only what has the right form reaches it.
    """
    timestamp, signature = headers.get(TIMESTAMP), headers.get(SIGNATURE)
    if timestamp is None or signature is None or not _is_timestamp(timestamp) or not _is_signature(signature):
        return False
    try:
        return SignatureVerifier(secret, _At(now)).is_valid(body, timestamp, signature)
    except UnicodeDecodeError:  # Slack signs text
        return False
