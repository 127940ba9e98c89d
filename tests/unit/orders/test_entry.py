"""One event in the row: nothing of it is lost but the rest of very long names."""

import json
from collections.abc import Callable

import pytest

from slamon.orders.entry import (
    ATTRIBUTES,
    CHANNEL,
    LONG_NAME,
    LONG_TEXT,
    REASON,
    TYPE_CODES,
    canonical,
    encode_entry,
    entry_of,
    is_long,
    pack,
    unpack,
)
from slamon.orders.event import EventType, Instant, OrderEvent
from tests.builders import T0, day, order_event, promised, told

FULL = order_event(
    "ON_FIRE",
    system="erp",
    promised_at=day(9),
    channel="b2b",
    client_id="c-1",
    client_name="ACME",
    manager_id="m-1",
    actor="jo",
    reason="fire",
    attributes='{"rush":true}',
)


@pytest.mark.parametrize("event", [order_event(), FULL, promised(day(3)), *(told(kind) for kind in EventType)], ids=str)
def test_an_event_is_read_back_from_its_bytes(event: OrderEvent) -> None:
    """Every field that plays a part in the state survives."""
    entry = entry_of(event)
    assert unpack(pack([entry, entry]), 2) == [entry, entry]
    assert (entry.at, entry.status, entry.system) == (event.occurred_at, event.status, event.system)
    assert entry.promised_at == event.promised_at
    assert entry.type == TYPE_CODES[event.type]
    assert entry.text(CHANNEL) == event.channel
    assert entry.text(ATTRIBUTES) == event.attributes


def test_well_known_words_take_a_byte() -> None:
    """A typical entry is small: the instant, and a byte for each other field."""
    assert len(encode_entry(entry_of(order_event("SHIPPED", system="mes")))) <= 18


def test_canonical_json_is_sorted_compact_and_without_ids() -> None:
    """CONTRACT §3: canonical JSON of the known fields, absent ones left out."""
    assert canonical(entry_of(FULL)) == (
        '{"actor":"jo","attributes":{"rush":true},"channel":"b2b","client_id":"c-1","client_name":"ACME",'
        '"manager_id":"m-1","occurred_at":"2026-03-02T09:00:00Z","promised_at":"2026-03-11T09:00:00Z",'
        '"reason":"fire","status":"ON_FIRE","system":"erp","type":"status"}'
    )
    bare = order_event(None, type="note", system=None, order_id="o-2", event_id="e-9")
    assert json.loads(canonical(entry_of(bare))) == {"occurred_at": "2026-03-02T09:00:00Z", "type": "note"}


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("x" * LONG_TEXT, False),
        ("x" * (LONG_TEXT + 1), True),
        ("я" * (LONG_TEXT // 2), False),
        ("я" * (LONG_TEXT // 2 + 1), True),
        ("😀" * 300, True),
        ("", False),
    ],
)
def test_long_is_counted_in_bytes(text: str, long: bool) -> None:
    """The bound is on bytes in the row, whatever the script."""
    assert is_long(entry_of(order_event(reason=text))) is long
    assert is_long(entry_of(order_event(reason=text[1:], actor=text[:1]))) is long


def test_an_event_without_texts_is_not_long() -> None:
    """The usual case costs nothing."""
    assert not is_long(entry_of(order_event()))
    assert entry_of(order_event()).text(REASON) is None


def _systems(name: str, at: Instant = T0) -> str | None:
    return entry_of(order_event(at=at, system=name)).system


def _statuses(name: str, at: Instant = T0) -> str | None:
    return entry_of(order_event(name, at)).status


@pytest.mark.parametrize("kept", [_systems, _statuses])
def test_long_names_are_shortened_alike_everywhere(kept: Callable[..., str | None]) -> None:
    """A long name stays one name, and differs from any other that begins like it."""
    name = "я" * 40_000
    shown = kept(name)
    assert shown == kept(name, day(1)) != kept(name + "x")
    assert shown is not None
    assert len(shown) <= LONG_NAME
    assert shown.startswith("я" * 40)


def test_a_name_of_usual_length_is_kept_as_it_is() -> None:
    """Nobody's system is renamed below the bound."""
    name = "s" * LONG_NAME
    assert entry_of(order_event(system=name)).system == name
