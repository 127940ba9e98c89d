"""The opaque cursor of a list: where the last page ended, in URL-safe base64."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

import msgspec

from slamon.orders.event import Instant
from slamon.web.refusal import Refusal
from slamon.web.sorting import Key

_LONGEST = 2048


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key of the last row shown, the sort it belongs to, and the instant that stood in for now."""

    sort: str
    at: Instant
    key: Key
    v: Literal[1] = 1


def encode(cursor: Cursor) -> str:
    """The text that clients hand back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode("ascii").rstrip("=")


def decode(text: str) -> Cursor:
    """What a client handed back.

    Raises:
        Refusal: 400 when this is no cursor of slamon's.
    """
    try:
        padded = text[:_LONGEST] + "=" * (-len(text) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError, RecursionError):
        raise Refusal(400, "cursor: take it from `next` of the answer before, or leave it out") from None
