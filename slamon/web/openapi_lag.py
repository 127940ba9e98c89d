"""The shapes of lag and incidents in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from slamon.lag.observation import BrokerKind, GroupState
from slamon.lag.troubles import TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.web.openapi_shapes import COUNT, NUMBER, TEXT, TIME, WORD, array_of, object_of

_AMOUNT = {"type": ["integer", "null"]}
_TRUTH = {"type": "boolean"}
_STATUS = {"type": "string", "enum": [*LagStatus]}
_SEVERITY = {"type": "string", "enum": [level.name.lower() for level in Level]}
_BROKER = {"type": "string", "enum": [*BrokerKind]}
_AGE = {"lag_seconds": NUMBER, "lag_seconds_at_most": NUMBER}
_GROUP: dict[str, Any] = {
    "group": WORD,
    "cluster": WORD,
    "broker": _BROKER,
    "status": _STATUS,
    "severity": _SEVERITY,
    "rule": COUNT,
    "since": TIME,
    "state": {"type": "string", "enum": [*GroupState]},
    "lag": _AMOUNT,
    **_AGE,
    "lost": _AMOUNT,
    "members": _AMOUNT,
    "eta_seconds": NUMBER,
    "eta_low_seconds": NUMBER,
    "eta_high_seconds": NUMBER,
    "orders_waiting": _AMOUNT,
    "orders": {"type": ["object", "null"]},
    "exact": _TRUTH,
    "unknown": TEXT,
    "topics": array_of("TopicOfGroup"),
}
_WHOLE = {"as_of": TIME, "complete": _TRUTH}

LAG_SCHEMAS: dict[str, Any] = {
    "Lag": object_of(
        **_WHOLE,
        groups=array_of("Group"),
        topics=array_of("Topic"),
        clusters={"type": "array", "items": {"type": "object"}},
    ),
    "Group": object_of(**_GROUP),
    "GroupAnswer": object_of(**_WHOLE, **_GROUP, groups=array_of("Group")),
    "TopicOfGroup": object_of(
        topic=WORD,
        lag=_AMOUNT,
        **_AGE,
        lost=_AMOUNT,
        unknown_partitions=COUNT,
        orders_waiting=_AMOUNT,
        partitions=array_of("Partition"),
    ),
    "Partition": object_of(
        partition=COUNT,
        committed=_AMOUNT,
        start=_AMOUNT,
        end=_AMOUNT,
        lag=_AMOUNT,
        **_AGE,
        lost=_AMOUNT,
        exact=_TRUTH,
        status={"type": ["string", "null"], "enum": [*LagStatus, None]},
        rewind=TEXT,
        eta_seconds=NUMBER,
        unknown=TEXT,
        read_at=TIME,
    ),
    "Topic": object_of(
        topic=WORD,
        cluster=WORD,
        broker=_BROKER,
        status=_STATUS,
        messages=_AMOUNT,
        ready=_AMOUNT,
        unacknowledged=_AMOUNT,
        in_per_second=NUMBER,
        out_per_second=NUMBER,
        grown_at=TIME,
        dead_letters=_TRUTH,
        retention_seconds=NUMBER,
        deleted_unread_in_seconds=NUMBER,
        unknown=TEXT,
    ),
    "Evidence": object_of(as_of=TIME, group=WORD, clusters={"type": "array", "items": {"type": "object"}}),
    "Incidents": object_of(**_WHOLE, incidents=array_of("Incident")),
    "Incident": object_of(
        incident_id={"type": "string", "format": "uuid"},
        subject=WORD,
        kind={"type": "string", "enum": [*TroubleKind]},
        started_at=TIME,
        ended_at=TIME,
        seconds={"type": "number"},
        cause=TEXT,
        orders_affected=_AMOUNT,
        cluster=WORD,
        status=_STATUS,
        severity=_SEVERITY,
        stands_on={"type": ["object", "null"]},
        lag=_AMOUNT,
        lag_seconds=NUMBER,
        eta_seconds=NUMBER,
        soonest=TEXT,
        soonest_due_at=TIME,
    ),
}
