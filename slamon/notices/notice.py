"""The kinds of notices, the states of delivery, the id that is the same everywhere (CONTRACT §4, §5)."""

import json
import uuid
from enum import StrEnum

from slamon.orders.event import Instant, rfc3339

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:slamon:notice")


class NoticeKind(StrEnum):
    """What a notice says: about an order, or about a queue, a service, a receiver or a source of events."""

    AT_RISK = "at_risk"
    BREACHED = "breached"
    STAGE_OVERDUE = "stage_overdue"
    FINISHED_LATE = "finished_late"
    DIVERGENCE = "divergence"
    RETRACTED = "retracted"
    LAG = "lag"
    SERVICE = "service"
    SOURCE_SILENT = "source_silent"


SYSTEM_KINDS = frozenset({NoticeKind.LAG, NoticeKind.SERVICE, NoticeKind.SOURCE_SILENT})
"""Those that are about no order."""


class Severity(StrEnum):
    """How much a notice asks of its reader."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


_CRITICAL = frozenset({NoticeKind.BREACHED, NoticeKind.SOURCE_SILENT, NoticeKind.SERVICE})


def severity_of(kind: NoticeKind) -> Severity:
    """How much a notice of a kind asks of its reader."""
    if kind in _CRITICAL:
        return Severity.CRITICAL
    return Severity.INFO if kind is NoticeKind.RETRACTED else Severity.WARNING


class DeliveryState(StrEnum):
    """What was done about a notice for one receiver."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    DIGESTED = "digested"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


def notice_id(
    subject: str,
    kind: NoticeKind,
    *,
    stage: str | None = None,
    due_at: Instant | None = None,
    apart: tuple[str, str, str] | None = None,
) -> str:
    """The UUIDv5 of order (or subject), kind, stage, due: equal after restart, replay and on any replica.

    `due_at` is the due time without holds; `apart` (system, kind, expected step) belongs to divergences.
    """
    due = None if due_at is None else rfc3339(due_at)
    name = [subject, str(kind), stage, due, *(apart or ())]
    return str(uuid.uuid5(_NAMESPACE, json.dumps(name, ensure_ascii=False)))


def retraction_id(retracts: str) -> str:
    """The id of the notice that withdraws the notice `retracts`."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps(["retracted", retracts])))
