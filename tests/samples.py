"""Orders as §5 JSON and notices on their way, for the tests of what leaves slamon."""

import datetime as dt
from typing import Any

from slamon.notices.notice import NoticeKind
from slamon.orders.event import DAY, SECOND, Instant, instant
from slamon.sinks.message import OutgoingNotice

HOUR = 3_600 * SECOND
MINUTE = 60 * SECOND


def at(text: str) -> Instant:
    """`at("2026-05-04T12:00:00Z")`."""
    return instant(dt.datetime.fromisoformat(text))


NOW = at("2026-05-04T12:00:00Z")
PROMISED = NOW - 2 * DAY - 3 * HOUR


def order_json(**changes: Any) -> dict[str, Any]:
    """An order that waits for approval, two days and three hours late on `NOW`."""
    order: dict[str, Any] = {
        "order_id": "A-1001",
        "status": "PRICE_CALCULATED",
        "next_step": {"status": "MANUFACTURING_APPROVED", "system": "crm", "role": "seller"},
        "systems": {"shop": "SUBMITTED", "mes": "PRICE_CALCULATED"},
        "heard": {"shop": "2026-04-29T11:40:00Z", "mes": "2026-04-29T12:00:00Z"},
        "channel": "b2b",
        "client_id": "c-1",
        "client_name": "ACME GmbH",
        "manager_id": "m-1",
        "verdict": "breached",
        "kept_original": None,
        "promise": {
            "started_at": "2026-04-11T09:00:00Z",
            "original_due_at": "2026-05-02T09:00:00Z",
            "due_at": "2026-05-02T09:00:00Z",
            "revisions": 0,
        },
        "finished_at": None,
        "lead_time_seconds": None,
        "overdue_seconds": 183_600,
        "stages": [
            stage_json("SUBMITTED", "PRICE_CALCULATED", "mes", left_at="2026-04-29T12:00:00Z"),
            stage_json("PRICE_CALCULATED", "MANUFACTURING_APPROVED", "crm", role="seller"),
        ],
        "divergences": [],
        "forecast": None,
        "holds": [],
        "oddities": [],
        "policy": {"name": None, "revision": "0123456789ab"},
        "truncated": False,
    }
    return order | changes


def stage_json(start: str, to: str, system: str, **changes: Any) -> dict[str, Any]:
    """A stage that was entered five days before `NOW` and may take two."""
    stage: dict[str, Any] = {
        "from": start,
        "to": to,
        "system": system,
        "role": None,
        "entered_at": "2026-04-29T12:00:00Z",
        "left_at": None,
        "due_at": "2026-05-01T12:00:00Z",
        "seconds": 432_000,
        "budget_seconds": 172_800,
        "overdue": True,
    }
    return stage | changes


def outgoing(**changes: Any) -> OutgoingNotice:
    """A `breached` notice about `order_json()`."""
    content: dict[str, Any] = {
        "notice_id": "5b1c3a52-0000-5000-8000-000000000001",
        "kind": NoticeKind.BREACHED,
        "subject": "A-1001",
        "order": order_json(),
        "text": "Order A-1001 for ACME GmbH is 2 days 3 hours late. Promised for 2 May 2026, 09:00 UTC.",
        "at": PROMISED,
        "created_at": NOW,
        "due_at": PROMISED,
    }
    return OutgoingNotice(**(content | changes))
