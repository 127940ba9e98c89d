import datetime as dt
import json
from typing import Any

import msgspec
import pytest

from slamon.errors import DecodeError
from slamon.orders.event import OrderEvent, instant
from slamon.sources.native import FIELD_NAMES, NativeDecoder

ORIGIN = "orders.events:3:17"
NOON = "2026-03-05T12:00:00Z"
NOON_AT = instant(dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC))
SECOND = 1_000_000


def decoder(
    system: str | None = None, status_map: dict[str, str] | None = None, max_event_bytes: int = 262_144
) -> NativeDecoder:
    return NativeDecoder(system, status_map or {}, max_event_bytes)


def stated(**fields: Any) -> bytes:
    event = {"order_id": "o-1", "status": "SUBMITTED", "occurred_at": NOON} | fields
    return json.dumps({name: value for name, value in event.items() if value != ()}).encode()


def with_unknown(text: str) -> bytes:
    return stated()[:-1] + b', "x": ' + text.encode() + b"}"


def decode(value: bytes | None) -> OrderEvent:
    return decoder().decode(value, origin=ORIGIN)


def rejected(value: bytes | None) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(value)
    return caught.value.reason


def test_every_field() -> None:
    fields = {
        "order_id": "o-1",
        "system": "mes",
        "type": "status",
        "status": "SHIPPED",
        "occurred_at": "2026-03-05T15:00:00.25+03:00",
        "event_id": "e-1",
        "promised_at": NOON,
        "channel": "b2b",
        "client_id": "c-1",
        "client_name": "Клиент",
        "manager_id": "m-1",
        "actor": "a",
        "reason": "r",
        "attributes": {"b": [1, {"d": None, "c": 1.5}], "a": "ё"},
    }
    assert set(fields) == set(FIELD_NAMES)
    assert decode(json.dumps(fields).encode()) == OrderEvent(
        order_id="o-1",
        system="mes",
        type="status",
        status="SHIPPED",
        occurred_at=NOON_AT + SECOND // 4,
        event_id="e-1",
        promised_at=NOON_AT,
        channel="b2b",
        client_id="c-1",
        client_name="Клиент",
        manager_id="m-1",
        actor="a",
        reason="r",
        attributes='{"a":"ё","b":[1,{"c":1.5,"d":null}]}',
    )


def test_what_is_not_stated() -> None:
    assert decode(stated()) == OrderEvent(
        order_id="o-1", status="SUBMITTED", occurred_at=NOON_AT, event_id=ORIGIN, type="status", system=None
    )


@pytest.mark.parametrize("name", [name for name in FIELD_NAMES if name not in {"order_id", "occurred_at", "status"}])
def test_null_is_no_field(name: str) -> None:
    assert decode(stated(**{name: None})) == decode(stated())


@pytest.mark.parametrize("name", ["order_id", "occurred_at", "status"])
@pytest.mark.parametrize("value", [None, ()])
def test_required(name: str, value: object) -> None:
    assert rejected(stated(**{name: value})) == "invalid"


@pytest.mark.parametrize("name", FIELD_NAMES)
@pytest.mark.parametrize("value", [1, 1.5, True, [], ["a"]])
def test_a_wrong_type_rejects_the_whole_record(name: str, value: object) -> None:
    assert rejected(stated(**{name: value})) == "invalid"


@pytest.mark.parametrize("name", [name for name in FIELD_NAMES if name != "attributes"])
def test_an_object_is_a_wrong_type(name: str) -> None:
    assert rejected(stated(**{name: {}})) == "invalid"
    assert rejected(stated(type="note", attributes="{}")) == "invalid"


@pytest.mark.parametrize("kind", ["promise", "hold", "release", "note", "cancel"])
def test_a_status_counts_with_type_status_only(kind: str) -> None:
    event = decode(stated(type=kind, promised_at=NOON))
    assert (event.type, event.status, event.promised_at) == (kind, None, NOON_AT)
    assert decode(stated(type=kind, promised_at=NOON, status=())).status is None
    assert rejected(stated(type=kind, promised_at=NOON, status=5)) == "invalid"


@pytest.mark.parametrize("kind", ["", "Status", "STATUS", "unknown", "status ", "\x1b[31m"])
def test_an_unknown_type_is_rejected(kind: str) -> None:
    assert rejected(stated(type=kind)) == "invalid"


@pytest.mark.parametrize("value", [None, ()])
def test_a_promise_needs_its_date(value: object) -> None:
    assert rejected(stated(type="promise", promised_at=value)) == "invalid"


@pytest.mark.parametrize(("letters", "is_taken"), [(0, False), (1, True), (128, True), (129, False)])
@pytest.mark.parametrize("letter", ["x", "ё", "😀"])
def test_the_length_of_an_order_id_is_in_characters(letter: str, letters: int, is_taken: bool) -> None:
    value = stated(order_id=letter * letters)
    if is_taken:
        assert decode(value).order_id == letter * letters
    else:
        assert rejected(value) == "invalid"


def test_event_id() -> None:
    assert decode(stated(event_id="😀" * 128)).event_id == "😀" * 128
    assert rejected(stated(event_id="x" * 129)) == "invalid"
    assert decode(stated(event_id="")).event_id == ORIGIN, "an empty name names nothing"


def test_the_source_speaks_for_events_without_a_system() -> None:
    shop = decoder("shop")
    assert shop.decode(stated(), origin=ORIGIN).system == "shop"
    assert shop.decode(stated(system=None), origin=ORIGIN).system == "shop"
    assert shop.decode(stated(system="crm"), origin=ORIGIN).system == "crm"


def test_statuses_are_mapped_and_unknown_ones_kept() -> None:
    mapped = decoder(status_map={"sent": "SHIPPED"})
    assert mapped.decode(stated(status="sent"), origin=ORIGIN).status == "SHIPPED"
    assert mapped.decode(stated(status="Sent"), origin=ORIGIN).status == "Sent"
    assert mapped.decode(stated(status="sent", type="note"), origin=ORIGIN).status is None


@pytest.mark.parametrize(
    ("text", "after_noon"),
    [
        ("2026-03-05T12:00:00Z", 0),
        ("2026-03-05t12:00:00z", 0),
        ("2026-03-05T12:00:00+00:00", 0),
        ("2026-03-05T12:00:00-00:00", 0),
        ("2026-03-05T15:30:00+03:30", 0),
        ("2026-03-04T12:01:00-23:59", 0),
        ("2026-03-06T11:59:00+23:59", 0),
        ("2026-03-05T12:00:00.5Z", 500_000),
        ("2026-03-05T12:00:00.123456z", 123_456),
        ("2026-03-05T12:00:00.1234569Z", 123_456),
        ("2026-03-05T12:00:00.999999999+00:00", 999_999),
        (f"2026-03-05T12:00:00.{'9' * 100_000}Z", 999_999),
    ],
)
def test_times(text: str, after_noon: int) -> None:
    event = decode(stated(occurred_at=text, promised_at=text))
    assert (event.occurred_at, event.promised_at) == (NOON_AT + after_noon, NOON_AT + after_noon)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2024-02-29T00:00:00Z"])
def test_the_first_and_the_last_time(text: str) -> None:
    decode(stated(occurred_at=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1772712000",
        "2026-03-05",
        "2026-03-05T12:00Z",
        "2026-03-05T12Z",
        "2026-03-05T12:00:00",
        "2026-03-05 12:00:00Z",
        "2026-03-05_12:00:00Z",
        "2026-03-05T12:00:00 Z",
        " 2026-03-05T12:00:00Z",
        "2026-03-05T12:00:00Z ",
        "2026-03-05T12:00:00Z\n",
        "2026-03-05T12:00:00.Z",
        "2026-03-05T12:00:00,5Z",
        "2026-03-05T12:00:00+0300",
        "2026-03-05T12:00:00+03",
        "2026-03-05T12:00:00+3:00",
        "2026-03-05T12:00:00+24:00",
        "2026-03-05T12:00:00+03:60",
        "2026-03-05T12:00:00+03:00:30",
        "2026-03-05T12:00:00\u221203:00",
        "2026-03-05T12:00:60Z",
        "2016-12-31T23:59:60Z",
        "2026-03-05T24:00:00Z",
        "2026-03-05T12:60:00Z",
        "2026-02-29T12:00:00Z",
        "2026-00-05T12:00:00Z",
        "2026-13-05T12:00:00Z",
        "2026-03-00T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "-2026-03-05T12:00:00Z",
        "2026-3-5T12:00:00Z",
        "20260305T120000Z",
        "2026-W10-4T12:00:00Z",
        "\uff12026-03-05T12:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_other_forms_of_time_are_rejected(text: str) -> None:
    assert rejected(stated(occurred_at=text)) == "invalid"
    assert rejected(stated(promised_at=text)) == "invalid"


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b" ",
        b"{",
        b'{"order_id": "o-1"',
        b'{"order_id": 5, "x',
        b"[1,",
        b"\xef\xbb\xbf" + stated(),
        stated() + stated(),
        stated() + b"\x00",
        stated()[:-1] + b",}",
        stated().decode().encode("utf-16"),
        stated().decode().encode("utf-16-le"),
        stated(client_name="x").replace(b'"x"', b'"\xe9"'),
        stated(client_name="x").replace(b'"x"', b'"\xed\xa0\x80"'),
        stated(order_id=5).replace(b'"SUBMITTED"', b'"\xe9"'),
        stated()[:-1] + b', "x": "\xe9"}',
        stated()[:-1] + b', "\xe9": 1}',
        stated()[:-1] + b', "\\ud800": 1}',
        stated()[:-1] + b', "attributes": {"\\udc00": 1}}',
        stated(client_name="\ud800"),
        stated(client_name="\ude00\ud83d"),
        stated(client_name="a\x01b").replace(b"\\u0001", b"\x01"),
    ],
)
def test_what_is_not_json_in_utf8(value: bytes | None) -> None:
    assert rejected(value) == "not_json"


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "[NaN]",
        '"\\ud800"',
        '"\\ud800x"',
        '{"\\udfff": 1}',
        "01",
        "1.",
        ".5",
        "'a'",
        "[" * 200 + "]" * 200,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
        "[1,]",
        "True",
    ],
)
def test_an_unknown_field_must_be_json_too(text: str) -> None:
    assert rejected(with_unknown(text)) == "not_json"
    assert rejected(stated(attributes={"x": "HERE"}).replace(b'"HERE"', text.encode())) == "not_json"


@pytest.mark.parametrize("text", ["9" * 5000, "-" + "9" * 5000, "1e999", "[-1e400]"])
def test_a_number_that_no_reader_can_hold_is_rejected_anywhere(text: str) -> None:
    assert rejected(with_unknown(text)) == "invalid"
    assert rejected(stated(attributes={"x": "HERE"}).replace(b'"HERE"', text.encode())) == "invalid"


@pytest.mark.parametrize(
    "text", ["null", "1", "[[]]", '{"a": {"b": 1}}', '"\\ud83d\\ude00"', "9" * 40, "1e300", '"\x7f"']
)
def test_unknown_fields_are_ignored(text: str) -> None:
    assert decode(with_unknown(text)) == decode(stated())


def test_ten_thousand_unknown_fields() -> None:
    assert decode(stated(**{f"x{number}": number for number in range(10_000)})) == decode(stated())


@pytest.mark.parametrize("value", [b"[]", b"null", b'"x"', b"5", b"true", b"5.5", b'[{"order_id": "o-1"}]'])
def test_what_is_no_object(value: bytes) -> None:
    assert rejected(value) == "not_object"


@pytest.mark.parametrize("earlier", ['"o-0"', "5", "null", "[]", '"' + "x" * 300 + '"'])
def test_of_duplicate_keys_the_last_counts(earlier: str) -> None:
    first = b'{"order_id": ' + earlier.encode() + b", "
    assert decode(first + stated()[1:]) == decode(stated())


def test_a_wrong_last_duplicate_rejects() -> None:
    assert rejected(stated()[:-1] + b', "order_id": 5}') == "invalid"
    assert rejected(stated()[:-1] + b', "order_id": null}') == "invalid"
    assert decode(stated(channel="b2b")[:-1] + b', "channel": null}').channel is None


def test_escaped_keys_are_the_same_keys() -> None:
    assert decode(stated().replace(b"order_id", b"\\u006frder_id")) == decode(stated())


def test_size() -> None:
    value = stated()
    assert decoder(max_event_bytes=len(value)).decode(value, origin=ORIGIN) == decode(value)
    with pytest.raises(DecodeError) as caught:
        decoder(max_event_bytes=len(value) - 1).decode(value, origin=ORIGIN)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(("letters", "is_kept"), [(2044, True), (2045, False)])
def test_large_attributes_are_left_out_and_counted(letters: int, is_kept: bool) -> None:
    source = decoder()
    event = source.decode(stated(attributes={"a": "ё" * letters}), origin=ORIGIN)
    assert (event.attributes is not None) is is_kept
    assert source.attributes_left_out == (0 if is_kept else 1)


def test_attributes_are_measured_as_they_are_kept() -> None:
    spread = stated(attributes={"a": 1}).replace(b'{"a": 1}', b'{"a":' + b" " * 5000 + b"1}")
    assert decode(spread).attributes == '{"a":1}'


def test_attributes_have_one_form() -> None:
    one = decode(stated().replace(b"}", b', "attributes": {"b": 1, "a": {"d": "\\u0451", "c": [1.0, 1e2]}}}'))
    other = decode(stated().replace(b"}", ', "attributes": {"a": {"c": [1.0, 100.0], "d": "ё"}, "b": 1}}'.encode()))
    assert one.attributes == other.attributes == '{"a":{"c":[1.0,100.0],"d":"ё"},"b":1}'
    assert decode(stated(attributes={})).attributes == "{}"


def test_what_a_producer_sends_stays_one_printable_line() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(stated(type="a\nb\x1b[31m" + "x" * 1000))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 200


def test_msgspec_is_still_as_lax_as_the_decoder_thinks() -> None:
    # Why times stay text and unknown fields go the long way; when this fails, the short way may do more.
    typed = msgspec.json.Decoder(dt.datetime)
    assert typed.decode(b'"2026-03-05 12:00:00+0300"').hour == 12
    assert typed.decode(b'"2026-03-05T12:00:00.9999999Z"').second == 1
    empty = msgspec.json.Decoder(msgspec.defstruct("Empty", []))
    assert empty.decode(b'{"x": "\xe9", "y": 1e999}') is not None
