"""§2, order events: which records are usable, and the normalised event that each of them states."""

import json
import math
from dataclasses import dataclass, field, fields
from typing import Any

from tests.oracle.instants import instant, rendered
from tests.oracle.rules import CANCELLED, Rules

TYPES = ("status", "promise", "hold", "release", "note", "cancel")
TEXTS = ("channel", "client_id", "client_name", "manager_id", "actor", "reason")
MOST_ATTRIBUTES = 4096


class RejectedRecordError(Exception):
    """A record that can't be used (§2); its text is the reason."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One accepted event after normalising; two of them are equal when §3 calls them one."""

    order_id: str
    occurred_at: int
    type: str = "status"
    system: str | None = None
    status: str | None = None
    promised_at: int | None = None
    channel: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    manager_id: str | None = None
    actor: str | None = None
    reason: str | None = None
    attributes: str | None = None
    event_id: str | None = field(default=None, compare=False)

    @property
    def cancels(self) -> bool:
        """§2: `CANCELLED` ends an order, as a status or as `type: cancel`."""
        return self.type == "cancel" or self.status == CANCELLED


def canonical(value: Any) -> str:
    """The one way to write a JSON value: keys sorted, no spaces, nothing escaped that need not be."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_event(event: Event) -> str:
    """§3: "canonical JSON of the known fields", `event_id` aside; an absent field is not written."""
    known = {item.name: getattr(event, item.name) for item in fields(event) if item.compare}
    known |= {name: rendered(known[name]) for name in ("occurred_at", "promised_at")}
    known["attributes"] = None if event.attributes is None else json.loads(event.attributes)
    return canonical({name: value for name, value in known.items() if value is not None})


def decode(raw: bytes | str, rules: Rules) -> Event:
    """§2: the event that a record states.

    Raises:
        RejectedRecordError: "not JSON, not an object, wrong types, no order id, no usable time, over
            `max_event_bytes`", an unknown `type`, a promise without `promised_at`, `NaN`, lone surrogates.
    """
    record = _json_object(raw, rules.max_event_bytes)
    given = {name: value for name, value in record.items() if value is not None}
    kind = given.get("type", "status")
    if not isinstance(kind, str) or kind not in TYPES:
        raise RejectedRecordError("type")
    status, occurred_at = _text(given, "status"), _time(given, "occurred_at")
    promised_at, system = _time(given, "promised_at"), _text(given, "system")
    if occurred_at is None:
        raise RejectedRecordError("occurred_at is required")
    if kind == "status" and status is None:
        raise RejectedRecordError("status is required")
    if kind == "promise" and promised_at is None:
        raise RejectedRecordError("promised_at is required")
    return Event(
        order_id=_order_id(given),
        occurred_at=occurred_at,
        type=kind,
        system=rules.system if system is None else system,
        status=rules.status_map.get(status, status) if kind == "status" and status is not None else None,
        promised_at=promised_at,
        attributes=_attributes(given),
        event_id=_event_id(given),
        **{name: _text(given, name) for name in TEXTS},
    )


def _json_object(raw: bytes | str, most: int) -> dict[str, Any]:
    try:
        data = raw.encode("utf-8") if isinstance(raw, str) else raw
        if len(data) > most:
            raise RejectedRecordError("over max_event_bytes")
        record = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RejectedRecordError("not JSON in UTF-8") from error
    if not isinstance(record, dict):
        raise RejectedRecordError("not an object")
    _check_scalars(record)
    return record


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_scalars(value: Any) -> None:
    """§2: `NaN` and lone surrogates reject the record, wherever they stand; so does 1e999."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and any("\ud800" <= letter <= "\udfff" for letter in item):
            raise RejectedRecordError("lone surrogate")
        if isinstance(item, float) and not math.isfinite(item):
            raise RejectedRecordError("not a finite number")
        if isinstance(item, list):
            waiting.extend(item)
        if isinstance(item, dict):
            waiting.extend([*item.keys(), *item.values()])


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value
    raise RejectedRecordError(f"{name} is no string")


def _time(given: dict[str, Any], name: str) -> int | None:
    value = _text(given, name)
    try:
        return None if value is None else instant(value)
    except ValueError as error:
        raise RejectedRecordError(f"{name} is no RFC 3339 time") from error


def _order_id(given: dict[str, Any]) -> str:
    order_id = _text(given, "order_id")
    if order_id is None or not 1 <= len(order_id) <= 128:
        raise RejectedRecordError("order_id is required, 1 to 128 characters")
    return order_id


def _event_id(given: dict[str, Any]) -> str | None:
    event_id = _text(given, "event_id")
    if event_id is not None and len(event_id) > 128:
        raise RejectedRecordError("event_id is longer than 128 characters")
    return event_id


def _attributes(given: dict[str, Any]) -> str | None:
    value = given.get("attributes")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise RejectedRecordError("attributes is no object")
    written = canonical(value)
    return written if len(written.encode("utf-8")) <= MOST_ATTRIBUTES else None
