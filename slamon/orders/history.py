"""The bounded, ordered set of an order's distinct events, kept as compact bytes in its row.

CONTRACT §3: events count in the order `occurred_at`, step (unknown last), type, `promised_at` (none first),
canonical JSON; equal events are one; of each type the first 128 and the last 128 count. Every choice that
drops something depends on ranks that can only grow, so arrival order changes nothing
(tests/unit/orders/test_history_laws.py).

Long texts are cut in the middle of a long history. What is cut keeps its place among the events of its
instant: long events, cut or not, are compared by the beginning of their canonical JSON and a hash of it all.
"""

import hashlib

import msgspec

from slamon.orders.entry import ATTRIBUTES, CANCEL_CODE, STATUS_CODE, Entry, Texts, canonical, is_long
from slamon.orders.event import Instant
from slamon.orders.lifecycle import CANCELLED, Lifecycle

KEPT_PER_END = 128
"""Of each type, this many first and this many last distinct events count."""

LONG_KEPT_PER_END = 4
"""Of each type, this many first and last long events keep their texts in full; the others are cut."""

CUT_TO = 24
"""Characters that stay of each text of a long event in the middle."""

_PLACE_KEPT = 192
"""Bytes of its canonical JSON by which a long event is compared before its hash decides."""


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
    """What stands for a long event: its place among others of its instant, and its identity."""
    if entry.digest is not None:
        return entry.digest
    whole = canonical(entry).encode()
    return whole[:_PLACE_KEPT] + hashlib.blake2b(whole, digest_size=16).digest()


def _cut_long(entries: list[Entry], places: list[int]) -> None:
    """Cut the long entries of one type (at `places`) but for the first and the last few."""
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
