"""Records at the edge of §2, by what is odd about them: which must be rejected, and which must be taken."""

import json
from typing import Any

BASE = {"order_id": "o-1", "status": "SUBMITTED", "occurred_at": "2026-03-02T09:00:00Z"}


def with_fields(**changed: Any) -> bytes:
    """The plain record with fields changed; `...` takes a field away."""
    return json.dumps({name: value for name, value in (BASE | changed).items() if value is not ...}).encode()


def at(text: str) -> bytes:
    """The plain record with another text for its time."""
    return with_fields(occurred_at=text)


def ending(tail: bytes) -> bytes:
    """The plain record with raw JSON before its closing brace."""
    return json.dumps(BASE).encode()[:-1] + b"," + tail + b"}"


NOTE = {"type": "note", "status": ...}

REJECTED: dict[str, bytes] = {
    "not JSON": b"{order_id: o-1}",
    "two values": with_fields() + b"{}",
    "cut short": with_fields()[:-1],
    "an array": b"[" + with_fields() + b"]",
    "a string": b'"o-1"',
    "null": b"null",
    "no fields": b"{}",
    "byte order mark": b"\xef\xbb\xbf" + with_fields(),
    "UTF-16": with_fields().decode().encode("utf-16-le"),
    "not UTF-8": ending(b'"channel":"\xff"'),
    "surrogates in UTF-8": ending(b'"channel":"\xed\xa0\x80"'),
    "lone surrogate": ending(b'"channel":"\\ud800"'),
    "low before high surrogate": ending(b'"channel":"\\udc00\\ud800"'),
    "lone surrogate in attributes": ending(b'"attributes":{"a":["\\ud800"]}'),
    "lone surrogate as a key of attributes": ending(b'"attributes":{"\\ud800":1}'),
    "NaN in attributes": ending(b'"attributes":{"a":NaN}'),
    "Infinity in attributes": ending(b'"attributes":{"a":[Infinity]}'),
    "NaN for a text": ending(b'"channel":NaN'),
    "control character": ending(b'"channel":"a\nb"'),
    "order_id missing": with_fields(order_id=...),
    "order_id null": with_fields(order_id=None),
    "order_id empty": with_fields(order_id=""),
    "order_id a number": with_fields(order_id=1),
    "order_id of 129": with_fields(order_id="x" * 129),
    "event_id of 129": with_fields(event_id="x" * 129),
    "event_id a number": with_fields(event_id=1),
    "status missing": with_fields(status=...),
    "status null": with_fields(status=None),
    "status a number": with_fields(status=3),
    "status a number on a note": with_fields(type="note", status=3),
    "type unknown": with_fields(type="reopen"),
    "type in capitals": with_fields(type="STATUS"),
    "type true": with_fields(type=True),
    "type a list": with_fields(type=["status"]),
    "promise without a date": with_fields(type="promise"),
    "promise with a null date": with_fields(type="promise", promised_at=None),
    "promised_at a number": with_fields(promised_at=1772442000),
    "promised_at without zone": with_fields(promised_at="2026-03-02T09:00:00"),
    "promised_at empty": with_fields(promised_at=""),
    "system true": with_fields(system=True),
    "channel a list": with_fields(channel=[]),
    "client_id a number": with_fields(client_id=7),
    "client_name an object": with_fields(client_name={}),
    "manager_id false": with_fields(manager_id=False),
    "actor a number": with_fields(actor=0),
    "reason a number on a note": with_fields(**NOTE, reason=0),
    "attributes a list": with_fields(attributes=[]),
    "attributes a text": with_fields(attributes="{}"),
    "the last duplicate is wrong": ending(b'"order_id":5'),
    "the last duplicate is null": ending(b'"order_id":null'),
    "occurred_at missing": with_fields(occurred_at=...),
    "occurred_at null": with_fields(occurred_at=None),
    "occurred_at a number": with_fields(occurred_at=1772442000),
    "occurred_at true": with_fields(occurred_at=True),
    "no zone": at("2026-03-02T09:00:00"),
    "a space for T": at("2026-03-02 09:00:00Z"),
    "+0300": at("2026-03-02T09:00:00+0300"),
    "+03": at("2026-03-02T09:00:00+03"),
    "leap second": at("2016-12-31T23:59:60Z"),
    "no seconds": at("2026-03-02T09:00Z"),
    "hour 24": at("2026-03-02T24:00:00Z"),
    "minute 60": at("2026-03-02T09:60:00Z"),
    "offset hour 24": at("2026-03-02T09:00:00+24:00"),
    "offset minute 60": at("2026-03-02T09:00:00+03:60"),
    "offset with seconds": at("2026-03-02T09:00:00+03:00:00"),
    "30 February": at("2026-02-30T09:00:00Z"),
    "29 February of no leap year": at("2100-02-29T09:00:00Z"),
    "month 13": at("2026-13-01T09:00:00Z"),
    "basic form": at("20260302T090000Z"),
    "week date": at("2026-W10-1T09:00:00Z"),
    "a comma": at("2026-03-02T09:00:00,5Z"),
    "a dot without digits": at("2026-03-02T09:00:00.Z"),
    "a blank behind": at("2026-03-02T09:00:00Z "),
    "a newline behind": at("2026-03-02T09:00:00Z\n"),
    "digits of another script": at("\uff12\uff10\uff12\uff16-03-02T09:00:00Z"),
    "a real minus sign": at("2026-03-02T09:00:00\u221203:00"),
    "a zone name": at("2026-03-02T09:00:00[Europe/Moscow]"),
    "year of five digits": at("+12026-03-02T09:00:00Z"),
    "a date": at("2026-03-02"),
    "over max_event_bytes": with_fields(unheard_of="x" * 262_144),
}

ACCEPTED: dict[str, bytes] = {
    "plain": with_fields(),
    "white space around": b" \t" + with_fields() + b"\r",
    "escaped pair of surrogates": ending(b'"channel":"\\ud83d\\ude00"'),
    "lower-case t and z": at("2026-03-02t09:00:00z"),
    "offset": at("2026-03-02T12:00:00+03:00"),
    "negative offset": at("2026-03-02T03:30:00-05:30"),
    "offset -00:00": at("2026-03-02T09:00:00-00:00"),
    "one digit of a second": at("2026-03-02T09:00:00.0Z"),
    "unknown status": with_fields(status="ON_FIRE"),
    "type null": with_fields(type=None),
    "note without status": with_fields(**NOTE),
    "nulls": with_fields(**dict.fromkeys(("system", "event_id", "promised_at", "channel", "attributes", "reason"))),
    "unknown fields of any type": with_fields(unheard_of={"order_id": 5}, occurredAt=True),
    "order_id of 128": with_fields(order_id="я" * 128),
    "event_id of 128": with_fields(event_id="x" * 128),
    "the first duplicate is wrong": b'{"order_id":5,' + with_fields()[1:],
    "attributes too large": with_fields(attributes={"a": "x" * 5000}),
    "29 February": at("2028-02-29T09:00:00Z"),
    "exactly max_event_bytes": with_fields(unheard_of="")[:-2]
    + b"x" * (262_144 - len(with_fields(unheard_of="")))
    + b'"}',
}
