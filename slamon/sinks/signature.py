"""Signatures of webhooks as Standard Webhooks has them: HMAC-SHA256 of `id.timestamp.body`. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

_PREFIX = "whsec_"


def signing_key(secret: str) -> bytes:
    """Turn a configured secret into key bytes: `whsec_` and base64, or any other text as it is.

    Raises ValueError, without the secret, for one that is empty or no base64 after `whsec_`.
    """
    secret = secret.strip()
    if not secret.startswith(_PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = None
    if not key:
        raise ValueError("a webhook secret must be whsec_ followed by base64, or any other text; not empty")
    return key


def signature_headers(keys: Iterable[bytes], *, notice_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Give the three headers, with one signature for each key (none: unsigned); `timestamp` is in Unix seconds."""
    content = b".".join((notice_id.encode(), str(timestamp).encode(), body))
    digests = (hmac.new(key, content, hashlib.sha256).digest() for key in keys)
    headers = {"webhook-id": notice_id, "webhook-timestamp": str(timestamp)}
    signatures = " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)
    return headers | {"webhook-signature": signatures} if signatures else headers
