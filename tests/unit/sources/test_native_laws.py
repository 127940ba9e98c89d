"""Laws of the decoder that hold for whatever a producer sends."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from slamon.errors import DecodeError
from slamon.orders.event import OrderEvent
from slamon.sources import native
from slamon.sources.native import FIELD_NAMES, NativeDecoder

REASONS = {"not_json", "not_object", "invalid", "too_large"}
TIMES = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()) | st.sampled_from(
    ["2026-03-05T12:00:00Z", "2026-03-05t12:00:00z", "2026-03-05 12:00:00Z", "2026-03-05T12:00:00"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
VALUES = st.sampled_from(["status", "promise", "hold", "cancel", "SHIPPED", "o-1", ""]) | TIMES | JSON
KEYS = st.sampled_from(FIELD_NAMES) | st.text(max_size=4)
PAIRS = st.lists(st.tuples(KEYS, VALUES), max_size=12)
STARTS = st.sampled_from(
    [
        [],
        [
            ("order_id", "o-1"),
            ("occurred_at", "2026-03-05T12:00:00Z"),
            ("status", "SHIPPED"),
            ("system", "mes"),
        ],
    ]
)


def record(pairs: list[tuple[str, Any]]) -> bytes:
    """The pairs as one JSON object in their order, duplicates and all."""
    return ("{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}").encode()


def outcome(value: bytes) -> OrderEvent | str:
    try:
        return NativeDecoder("shop", {"a": "SHIPPED"}, 10_000).decode(value, origin="t:0:0")
    except DecodeError as error:
        return error.reason


@given(st.binary())
@example(b"\xff\xfe{\x00}\x00")
def test_any_bytes_give_an_event_or_a_reason(value: bytes) -> None:
    assert outcome(value) in REASONS


@given(STARTS, PAIRS, st.integers(0, 300), st.binary(max_size=2))
def test_any_damage_gives_an_event_or_a_reason(
    start: list[tuple[str, Any]], pairs: list[tuple[str, Any]], place: int, noise: bytes
) -> None:
    value = record(start + pairs)
    found = outcome(value[:place] + noise + value[place + 1 :])
    assert isinstance(found, OrderEvent) or found in REASONS


@given(STARTS, PAIRS)
def test_the_short_way_and_the_long_way_agree(start: list[tuple[str, Any]], pairs: list[tuple[str, Any]]) -> None:
    value = record(start + pairs)

    def read(way: Any) -> object:
        try:
            fields = way(value)
        except DecodeError as error:
            return error.reason
        return {name: getattr(fields, name) for name in FIELD_NAMES}

    assert read(native._read) == read(native._read_last)


@given(STARTS, PAIRS)
def test_earlier_duplicates_and_unknown_fields_change_nothing(
    start: list[tuple[str, Any]], pairs: list[tuple[str, Any]]
) -> None:
    stated = start + pairs
    last = {key: value for key, value in stated if key in FIELD_NAMES}
    full, bare = outcome(record(stated)), outcome(record(list(last.items())))
    # What is dropped must still be JSON that a reader can hold: NaN, lone surrogates.
    assert full == bare or full in {"not_json", "invalid"}


@given(STARTS, PAIRS)
def test_attributes_written_again_are_the_same(start: list[tuple[str, Any]], pairs: list[tuple[str, Any]]) -> None:
    event = outcome(record(start + pairs))
    if isinstance(event, OrderEvent) and event.attributes is not None:
        again = outcome(record([*start, ("attributes", json.loads(event.attributes))]))
        assert start == [] or (isinstance(again, OrderEvent) and again.attributes == event.attributes)
