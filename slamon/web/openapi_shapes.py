"""The shapes of what the API answers and takes, as schemas of its OpenAPI document."""

from __future__ import annotations

from typing import Any

from slamon.notices.answers import Action
from slamon.sla.causes import Cause
from slamon.sla.explained import Effect

TIME = {"type": ["string", "null"], "format": "date-time"}
TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["number", "null"]}
WORD = {"type": "string"}
AMOUNT = {"type": "number"}
CAUSE = {"type": "string", "enum": [*Cause]}
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}


def object_of(**properties: object) -> dict[str, Any]:
    """A JSON object with these properties."""
    return {"type": "object", "properties": properties}


def array_of(of: str) -> dict[str, Any]:
    """A list of what a schema of the document describes."""
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


ODDITIES: dict[str, Any] = {"type": "array", "items": object_of(at=TIME, kind=WORD, text=WORD)}
SAID = object_of(occurred_at=TIME, type=WORD, status=TEXT, system=TEXT, reason=TEXT, actor=TEXT)
COUNT = {"type": "integer"}
_WAIT = object_of(group=WORD, topic=WORD, partition=COUNT, offset=COUNT, since=TIME, ahead=COUNT)
BLOCKED = {
    **object_of(
        cause=CAUSE,
        who=TEXT,
        since=TIME,
        queues={"type": ["array", "null"], "items": _WAIT},
        slamon_behind_seconds=NUMBER,
        text=WORD,
    ),
    "type": ["object", "null"],
}
"""What an open order waits for now; null where lag is not watched, or not known."""
REACHED = object_of(workers=COUNT, workers_asked=COUNT, partitions=COUNT, partitions_asked=COUNT)
WHOLE = {"as_of": TIME, "complete": {"type": "boolean"}, "reached": REACHED}

ANSWER: dict[str, Any] = {
    "action": {"type": "string", "enum": [*Action]},
    "by": WORD,
    "at": TIME,
    "until": TIME,
    "promised_at": TIME,
    "reason": TEXT,
    "via": WORD,
}

SCHEMAS: dict[str, Any] = {
    "Error": object_of(error={"type": "string"}),
    "Checks": object_of(ready={"type": "boolean"}, checks={"type": "object"}),
    "Health": object_of(healthy={"type": "boolean"}),
    "Order": object_of(
        as_of=TIME,
        order_id={"type": "string"},
        status=TEXT,
        next_step={"type": ["object", "null"]},
        systems={"type": "object"},
        heard={"type": "object"},
        channel=TEXT,
        client_id=TEXT,
        client_name=TEXT,
        manager_id=TEXT,
        verdict={"type": "string"},
        kept_original={"type": ["boolean", "null"]},
        promise={"type": "object"},
        finished_at=TIME,
        lead_time_seconds=NUMBER,
        overdue_seconds=NUMBER,
        stages=array_of("Stage"),
        divergences={"type": "array", "items": {"type": "object"}},
        holds={"type": "array", "items": {"type": "object"}},
        oddities=ODDITIES,
        forecast={"type": ["object", "null"]},
        policy={"type": "object"},
        truncated={"type": "boolean"},
    ),
    "Stage": object_of(
        **{"from": WORD},
        to=WORD,
        system=TEXT,
        role=TEXT,
        entered_at=TIME,
        left_at=TIME,
        due_at=TIME,
        seconds=AMOUNT,
        budget_seconds=NUMBER,
        overdue={"type": "boolean"},
    ),
    "Explanation": object_of(
        as_of=TIME,
        order_id={"type": "string"},
        verdict={"type": "string"},
        policy=object_of(name=TEXT, revision=WORD, calendar=object_of(name=WORD, revision=WORD)),
        promise={"type": "object"},
        lead_time_seconds=NUMBER,
        forecast={"type": ["object", "null"]},
        blocked=BLOCKED,
        causes={"type": "array", "items": object_of(cause=CAUSE, who=TEXT, seconds=AMOUNT, share=AMOUNT)},
        intervals=array_of("Interval"),
        events={"type": "array", "items": SAID},
        promises=array_of("Statement"),
        oddities=ODDITIES,
    ),
    "Interval": object_of(
        **{"from": TIME},
        to=TIME,
        seconds=AMOUNT,
        cause=CAUSE,
        who=TEXT,
        status=TEXT,
        counted_seconds=AMOUNT,
        paused={"type": "boolean"},
        event={**SAID, "type": ["object", "null"]},
    ),
    "Statement": object_of(
        at=TIME, date=TIME, by=TEXT, actor=TEXT, reason=TEXT, effect={"type": "string", "enum": [*Effect]}
    ),
    "Notice": object_of(
        notice_id={"type": "string", "format": "uuid"},
        kind={"type": "string"},
        order_id=TEXT,
        subject=TEXT,
        stage=TEXT,
        due_at=TIME,
        at={"type": "string", "format": "date-time"},
        decided_at=TIME,
        standing={"type": "boolean"},
        retracts=TEXT,
        silence={"type": ["object", "null"]},
        severity=TEXT,
        incident_id=TEXT,
        text={"type": "string"},
        answers={"type": "array", "items": object_of(**ANSWER)},
        acknowledged_at=TIME,
        acknowledged_by=TEXT,
        deliveries=array_of("Delivery"),
    ),
    "Delivery": object_of(
        receiver=WORD,
        state=WORD,
        attempts={"type": "integer"},
        queued_at=TIME,
        started_at=TIME,
        sent_at=TIME,
        error=TEXT,
        digest_id=TEXT,
    ),
    "Answer": object_of(notice_id=WORD, order_id=TEXT, **ANSWER),
    "AnswerGiven": {
        **object_of(by=WORD, until=TIME, promised_at=TIME, reason=TEXT, order_id=TEXT),
        "required": ["by"],
    },
    "Orders": object_of(**WHOLE, orders=array_of("Order"), next=TEXT),
    "Notices": object_of(**WHOLE, notices=array_of("Notice"), next=TEXT),
    "Summary": object_of(
        **WHOLE,
        orders=COUNT,
        by_verdict=COUNTS,
        by_status=COUNTS,
        by_channel=COUNTS,
        promise_kept_ratio=NUMBER,
        lead_time_p50_seconds=NUMBER,
        lead_time_p95_seconds=NUMBER,
        forecast_calibration={"type": "object"},
    ),
}
