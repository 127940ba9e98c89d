"""The bounded, ordered set of an order's distinct events, kept as compact bytes in its row.

CONTRACT §3: events count in the order `occurred_at`, step (unknown last), type, `promised_at` (none first),
canonical JSON; equal events are one; of each type the first 128 and the last 128 count. Every choice that
drops something depends on ranks that can only grow, so arrival order changes nothing
(tests/unit/orders/test_history_laws.py).

Long texts are cut in the middle of a long history. What is cut has to keep its place among events of its
instant: long events are compared by the beginning of their canonical JSON and a hash of all of it, cut or not.
"""

import hashlib
import json
from typing import TypeAlias

import msgspec

from slamon.orders.event import EventType, Instant, OrderEvent, rfc3339
from slamon.orders.lifecycle import CANCELLED, Lifecycle

KEPT_PER_END = 128
"""Of each type, this many first and this many last distinct events count."""

LONG_TEXT = 1024
"""An event with more UTF-8 bytes of text than this is long."""

LONG_KEPT_PER_END = 4
"""Of each type, this many first and last long events keep their texts in full; the others are cut."""

CUT_TO = 24
"""Characters that stay of each text of a long event in the middle."""

LONG_NAME = 64
"""A status or system of more characters than this is kept as its beginning and a hash."""

_NAME_KEPT = 40
_PLACE_KEPT = 192
"""Bytes of its canonical JSON by which a long event is compared before its hash decides."""

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
    """One event as the row keeps it; `status_word` and `system_word` are well-known words by number, or words.

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
    if size * 4 <= LONG_TEXT:
        return False
    return sum(len(text.encode()) for text in texts if text is not None) > LONG_TEXT


def step_of(entry: Entry, lifecycle: Lifecycle) -> int:
    """The rank of an entry's step in its instant: lifecycle order, cancellation, then unknown or none."""
    steps = len(lifecycle.steps)
    if entry.type == CANCEL_CODE:
        return steps
    status = entry.status
    if entry.type != STATUS_CODE or status is None:
        return steps + 1
    if status == CANCELLED:
        return steps
    return lifecycle.index.get(status, steps + 1)


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


def order_key(entry: Entry, lifecycle: Lifecycle) -> tuple[Instant, int, int, bool, Instant, bytes]:
    """The key by which the events of an order count."""
    promised = entry.promised_at
    return (
        entry.at,
        step_of(entry, lifecycle),
        entry.type,
        promised is not None,
        promised or 0,
        _digest(entry) if is_long(entry) else canonical(entry).encode(),
    )


def insert(entries: list[Entry], entry: Entry, lifecycle: Lifecycle) -> tuple[bool, bool]:
    """Put an entry in its place; returns (is new, something was dropped for it).

    `entries` is changed in place and stays ordered and bounded.
    """
    place = len(entries)
    while place and entries[place - 1].at > entry.at:
        place -= 1
    first = place
    while first and entries[first - 1].at == entry.at:
        first -= 1
    if any(_same(other, entry) for other in entries[first:place]):
        return False, False
    key = order_key(entry, lifecycle) if first < place else None
    while key is not None and place > first and order_key(entries[place - 1], lifecycle) > key:
        place -= 1
    entries.insert(place, entry)
    if len(entries) <= KEPT_PER_END and not is_long(entry):
        return True, False
    places = [place for place, other in enumerate(entries) if other.type == entry.type]
    dropped = len(places) > 2 * KEPT_PER_END
    if dropped:
        del entries[places[KEPT_PER_END]]
        places = [*places[:KEPT_PER_END], *(place - 1 for place in places[KEPT_PER_END + 1 :])]
    if is_long(entry) or len(places) > KEPT_PER_END:
        _cut_long(entries, places)
    return True, dropped


def _same(one: Entry, other: Entry) -> bool:
    if one.digest is None and other.digest is None:
        return one == other
    return _digest(one) == _digest(other)


def _digest(entry: Entry) -> bytes:
    """What stands for an event when its texts are cut: it compares as the event does, but for long likenesses."""
    if entry.digest is not None:
        return entry.digest
    whole = canonical(entry).encode()
    return whole[:_PLACE_KEPT] + hashlib.blake2b(whole, digest_size=16).digest()


def _cut_long(entries: list[Entry], places: list[int]) -> None:
    """Cut the long entries among those of one type (`places`) that are neither the first nor the last ones."""
    first = [place for place in places[:KEPT_PER_END] if is_long(entries[place])]
    last = [place for place in places[-KEPT_PER_END:] if is_long(entries[place])]
    full = {*first[:LONG_KEPT_PER_END], *last[-LONG_KEPT_PER_END:]}
    for place in {*first, *last} - full:
        entries[place] = _cut(entries[place])


def _cut(entry: Entry) -> Entry:
    if entry.digest is not None or entry.texts is None:
        return entry
    shown = tuple(None if text is None else text[:CUT_TO] for text in entry.texts[:ATTRIBUTES])
    texts: Texts = (*shown, None)  # type: ignore[assignment]  # six texts by construction
    return msgspec.structs.replace(entry, texts=texts, digest=_digest(entry))
