"""One event as an order's row keeps it, and its bytes there.

Long names are shortened, the same way wherever they stand, so that a row stays bounded.
"""

import hashlib
import json
from typing import TypeAlias

import msgspec

from slamon.orders.event import EventType, Instant, OrderEvent, rfc3339

LONG_NAME = 64
"""A status or system of more characters than this is kept as its beginning and a hash."""

_NAME_KEPT = 40

LONG_TEXT = 1024
"""An event with more UTF-8 bytes of text than this is long."""

TYPES = (
    EventType.STATUS,
    EventType.PROMISE,
    EventType.HOLD,
    EventType.RELEASE,
    EventType.NOTE,
    EventType.CANCEL,
)
TYPE_CODES: dict[str, int] = {str(kind): code for code, kind in enumerate(TYPES)}
STATUS_CODE = TYPE_CODES[EventType.STATUS]
CANCEL_CODE = TYPE_CODES[EventType.CANCEL]
HOLD_CODE = TYPE_CODES[EventType.HOLD]
RELEASE_CODE = TYPE_CODES[EventType.RELEASE]

# Written into rows: only ever append to this tuple.
_WELL_KNOWN = (
    "INITIATED",
    "FILE_UPLOADED",
    "SUBMITTED",
    "PRICE_CALCULATED",
    "MANUFACTURING_APPROVED",
    "MANUFACTURING_STARTED",
    "MANUFACTURING_COMPLETED",
    "PACKAGING",
    "SHIPPED",
    "CLOSED",
    "CANCELLED",
    "shop",
    "crm",
    "mes",
    "slamon",
)
_CODES: dict[str | None, int | str | None] = {word: code for code, word in enumerate(_WELL_KNOWN)}
_TEXT_FIELDS = ("channel", "client_id", "client_name", "manager_id", "actor", "reason", "attributes")

Texts: TypeAlias = tuple[str | None, str | None, str | None, str | None, str | None, str | None, str | None]


class Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One event as the row keeps it; `status_word` and `system_word` are well-known words' numbers, or words.

    `texts` holds channel, client_id, client_name, manager_id, actor, reason, attributes; None when all are
    absent. `digest` is what identifies and places the uncut event when `texts` were cut.
    """

    at: Instant
    type: int
    status_word: int | str | None
    system_word: int | str | None
    promised_at: Instant | None = None
    texts: Texts | None = None
    digest: bytes | None = None

    @property
    def status(self) -> str | None:
        """The status as stated."""
        word = self.status_word
        return _WELL_KNOWN[word] if isinstance(word, int) else word

    @property
    def system(self) -> str | None:
        """The system that said so."""
        word = self.system_word
        return _WELL_KNOWN[word] if isinstance(word, int) else word

    def text(self, field: int) -> str | None:
        """One of `texts` by its position."""
        return None if self.texts is None else self.texts[field]


CHANNEL, CLIENT_ID, CLIENT_NAME, MANAGER_ID, ACTOR, REASON, ATTRIBUTES = range(7)

encode_entry = msgspec.msgpack.Encoder().encode
_decode_entries = msgspec.msgpack.Decoder(list[Entry]).decode


def entry_of(event: OrderEvent) -> Entry:
    """Reduce an accepted event to what its row keeps."""
    texts: Texts | None = (
        event.channel,
        event.client_id,
        event.client_name,
        event.manager_id,
        event.actor,
        event.reason,
        event.attributes,
    )
    if texts == (None, None, None, None, None, None, None):
        texts = None
    status, system = event.status, event.system
    if status is not None and len(status) > LONG_NAME:
        status = _short_name(status)
    if system is not None and len(system) > LONG_NAME:
        system = _short_name(system)
    return Entry(
        event.occurred_at,
        TYPE_CODES[event.type],
        _CODES.get(status, status),
        _CODES.get(system, system),
        event.promised_at,
        texts,
    )


def _short_name(name: str) -> str:
    """The same short name for the same long one, whichever event it stands in."""
    return f"{name[:_NAME_KEPT]}…{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


def unpack(log: bytes, count: int) -> list[Entry]:
    """Read `count` concatenated entries."""
    return _decode_entries(b"\xdd" + count.to_bytes(4, "big") + log)


def pack(entries: list[Entry]) -> bytes:
    """Concatenate entries as a row keeps them."""
    return b"".join(map(encode_entry, entries))


def is_long(entry: Entry) -> bool:
    """Tell whether an entry has (or had, before it was cut) more than `LONG_TEXT` bytes of text."""
    texts = entry.texts
    if texts is None:
        return False
    if entry.digest is not None:
        return True
    size = sum(len(text) for text in texts if text is not None)
    if size > LONG_TEXT or size * 4 <= LONG_TEXT:
        return size > LONG_TEXT
    return sum(len(text.encode()) for text in texts if text is not None) > LONG_TEXT


def canonical(entry: Entry) -> str:
    """Canonical JSON of the known fields (sorted keys, compact, `event_id` and `order_id` aside)."""
    known: dict[str, object] = {"occurred_at": rfc3339(entry.at), "type": str(TYPES[entry.type])}
    if entry.status is not None:
        known["status"] = entry.status
    if entry.system is not None:
        known["system"] = entry.system
    if entry.promised_at is not None:
        known["promised_at"] = rfc3339(entry.promised_at)
    for name, text in zip(_TEXT_FIELDS, entry.texts or (), strict=False):
        if text is not None:
            known[name] = json.loads(text) if name == "attributes" and entry.digest is None else text
    return json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
