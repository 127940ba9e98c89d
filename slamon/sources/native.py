"""slamon's own JSON events (CONTRACT §2): a record's bytes become an `OrderEvent` or a reason why not."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from slamon.errors import DecodeError
from slamon.orders.event import Instant, OrderEvent, instant
from slamon.sources.nesting import MOST_LEVELS, is_too_deep

MOST_ATTRIBUTE_BYTES: Final = 4096
_MOST_DETAIL: Final = 200

_Kind: TypeAlias = Literal["status", "promise", "hold", "release", "note", "cancel"]
_Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=128)]


class _Fields(msgspec.Struct, gc=False):
    """The known fields. Times stay text: msgspec takes a space for `T` and `+0300`, and rounds them."""

    order_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    occurred_at: str
    type: _Kind | None = None
    status: str | None = None
    system: str | None = None
    event_id: _Name | None = None
    promised_at: str | None = None
    channel: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    manager_id: str | None = None
    actor: str | None = None
    reason: str | None = None
    attributes: dict[str, Any] | None = None


class _OnlyFields(_Fields, forbid_unknown_fields=True):
    """The same and nothing else: msgspec does not look into unknown fields, so these go the long way."""


FIELD_NAMES: Final = _Fields.__struct_fields__
"""Every field that an event may have."""

_read_typical = msgspec.json.Decoder(_OnlyFields).decode
_read_any = msgspec.json.Decoder().decode
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_match_rfc3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
).fullmatch
_parse = dt.datetime.fromisoformat
_FIRST = instant(dt.datetime(1, 1, 1, tzinfo=dt.UTC))
_LAST = instant(dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC))


class NativeDecoder:
    """Decodes one source's records; `attributes_left_out` counts events whose attributes were too big."""

    def __init__(self, system: str | None, status_map: Mapping[str, str], max_event_bytes: int) -> None:
        """`system` is for events that name none; `status_map` renames statuses; the size is a value's."""
        self._system = system
        self._status_map = dict(status_map)
        self._max_event_bytes = max_event_bytes
        self.attributes_left_out = 0

    def decode(self, value: bytes | None, *, origin: str) -> OrderEvent:
        """The event in a record's value; `origin` (`topic:partition:offset`, `file:line`) is its default id.

        Raises:
            DecodeError: not_json (also: no value, not UTF-8, too deep), not_object, invalid or too_large.
        """
        if value is None:
            raise DecodeError("not_json", "the record has no value (a tombstone)")
        if len(value) > self._max_event_bytes:
            raise DecodeError("too_large", f"{len(value)} bytes, allowed are {self._max_event_bytes}")
        fields = _read(value)
        kind = fields.type or "status"
        promised_at = fields.promised_at
        if promised_at is None and kind == "promise":
            raise DecodeError("invalid", "promised_at: required for type promise")
        return OrderEvent(
            order_id=fields.order_id,
            occurred_at=read_instant(fields.occurred_at, "occurred_at"),
            type=kind,
            status=self._status(fields.status) if kind == "status" else None,
            system=self._system if fields.system is None else fields.system,
            promised_at=None if promised_at is None else read_instant(promised_at, "promised_at"),
            channel=fields.channel,
            client_id=fields.client_id,
            client_name=fields.client_name,
            manager_id=fields.manager_id,
            actor=fields.actor,
            reason=fields.reason,
            attributes=None if fields.attributes is None else self._attributes(fields.attributes),
            event_id=fields.event_id or origin,
        )

    def _status(self, stated: str | None) -> str:
        if stated is None:
            raise DecodeError("invalid", "status: required for type status")
        return self._status_map.get(stated, stated)

    def _attributes(self, stated: dict[str, Any]) -> str | None:
        text = _canonical(stated)
        if len(text.encode()) > MOST_ATTRIBUTE_BYTES:
            self.attributes_left_out += 1
            return None
        return text


def _read(value: bytes) -> _Fields:
    # A typical event is flat: two searches that find nothing are cheaper than counting brackets.
    if (b"[" in value or value.find(b"{", 1) > 0) and is_too_deep(value):
        raise DecodeError("not_json", f"nested more than {MOST_LEVELS} levels deep")
    try:
        return _read_typical(value)
    except msgspec.ValidationError:
        return _read_last(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError("not_json", _detail(error)) from None


def _read_last(value: bytes) -> _Fields:
    """The long way: unknown fields are dropped, and of duplicate keys only the last is judged."""
    try:
        stated = _read_any(value)
    except msgspec.ValidationError as error:  # a number beyond what any reader can hold
        raise DecodeError("invalid", _detail(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError("not_json", _detail(error)) from None
    if not isinstance(stated, dict):
        raise DecodeError("not_object", f"a JSON object is needed, this is {type(stated).__name__}")
    try:
        return msgspec.convert(stated, _Fields)
    except msgspec.ValidationError as error:
        raise DecodeError("invalid", _detail(error)) from None


def read_instant(text: str, field: str) -> Instant:
    """Read an RFC 3339 time of the years 1 to 9999. Raises DecodeError, which names the field."""
    if _match_rfc3339(text) is None:
        raise DecodeError("invalid", f"{field}: not RFC 3339 with Z or an offset such as +03:00")
    try:
        at = instant(_parse(text[:-1] + "Z" if text[-1] == "z" else text))
    except ValueError:
        raise DecodeError("invalid", f"{field}: no such date") from None
    if not _FIRST <= at <= _LAST:
        raise DecodeError("invalid", f"{field}: outside the years 0001 to 9999 of UTC")
    return at


def _detail(error: Exception) -> str:
    """What a library said, in one printable line: it may quote what the producer sent."""
    text = str(error)[:_MOST_DETAIL]
    return "".join(letter if letter.isprintable() else " " for letter in text)
