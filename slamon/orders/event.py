"""One order event in its normal form, as every source hands it to the core.

Instants in the core are whole microseconds since 1970-01-01 UTC (`Instant`), see docs/adr/0003:
half the cost of aware datetimes, and no overflow at year 9999 plus three weeks.
"""

import datetime as dt
from enum import StrEnum
from typing import TypeAlias

import msgspec

Instant: TypeAlias = int
"""Microseconds since the epoch, UTC."""

Span: TypeAlias = int
"""A length of time in microseconds."""

SECOND: Span = 1_000_000
DAY: Span = 86_400 * SECOND

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What RFC 3339 can write: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z.
_FIRST: Instant = -62_135_596_800_000_000
_LAST: Instant = 253_402_300_799_999_999


class EventType(StrEnum):
    """What kind of statement an event is (CONTRACT §2)."""

    STATUS = "status"
    PROMISE = "promise"
    HOLD = "hold"
    RELEASE = "release"
    NOTE = "note"
    CANCEL = "cancel"


class OrderEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An accepted event: decoded, mapped, times in UTC microseconds, absent fields None.

    `status` is None unless `type` is STATUS. `attributes` is canonical JSON text (sorted keys, compact, not
    ASCII-escaped). `event_id` names the event in logs and links and plays no part in the state.
    """

    order_id: str
    occurred_at: Instant
    type: str = EventType.STATUS
    status: str | None = None
    system: str | None = None
    promised_at: Instant | None = None
    channel: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    manager_id: str | None = None
    actor: str | None = None
    reason: str | None = None
    attributes: str | None = None
    event_id: str = ""


def instant(moment: dt.datetime) -> Instant:
    """Turn an aware datetime into an `Instant`, exactly."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def rfc3339(at: Instant) -> str:
    """Write an instant as RFC 3339 UTC with `Z`; beyond the years 1 to 9999 the nearest one in them."""
    at = min(max(at, _FIRST), _LAST)
    text = (_EPOCH + dt.timedelta(microseconds=at)).replace(tzinfo=None).isoformat()
    return text + "Z"


def seconds(span: Span) -> float | int:
    """Seconds of a span for JSON: whole numbers stay whole."""
    whole, rest = divmod(span, SECOND)
    return span / SECOND if rest else whole
