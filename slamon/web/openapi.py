"""The OpenAPI document of the paths that exist, built from what the query parser accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slamon.sla.causes import Cause
from slamon.sla.explained import Effect
from slamon.web.pages.late import PAGE_PARAMETERS
from slamon.web.query import NOTICE_PARAMETERS, ORDER_PARAMETERS, REPEATABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = {"type": ["string", "null"], "format": "date-time"}
_TEXT = {"type": ["string", "null"]}
_NUMBER = {"type": ["number", "null"]}
_WORD = {"type": "string"}
_AMOUNT = {"type": "number"}
_CAUSE = {"type": "string", "enum": [*Cause]}
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}


def _object(**properties: object) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _array(of: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


_ODDITIES: dict[str, Any] = {"type": "array", "items": _object(at=_TIME, kind=_WORD, text=_WORD)}
_SAID = _object(occurred_at=_TIME, type=_WORD, status=_TEXT, system=_TEXT, reason=_TEXT, actor=_TEXT)
_COUNT = {"type": "integer"}
_REACHED = _object(workers=_COUNT, workers_asked=_COUNT, partitions=_COUNT, partitions_asked=_COUNT)
_WHOLE = {"as_of": _TIME, "complete": {"type": "boolean"}, "reached": _REACHED}

_SCHEMAS: dict[str, Any] = {
    "Error": _object(error={"type": "string"}),
    "Checks": _object(ready={"type": "boolean"}, checks={"type": "object"}),
    "Health": _object(healthy={"type": "boolean"}),
    "Order": _object(
        as_of=_TIME,
        order_id={"type": "string"},
        status=_TEXT,
        next_step={"type": ["object", "null"]},
        systems={"type": "object"},
        heard={"type": "object"},
        channel=_TEXT,
        client_id=_TEXT,
        client_name=_TEXT,
        manager_id=_TEXT,
        verdict={"type": "string"},
        kept_original={"type": ["boolean", "null"]},
        promise={"type": "object"},
        finished_at=_TIME,
        lead_time_seconds=_NUMBER,
        overdue_seconds=_NUMBER,
        stages=_array("Stage"),
        divergences={"type": "array", "items": {"type": "object"}},
        holds={"type": "array", "items": {"type": "object"}},
        oddities=_ODDITIES,
        forecast={"type": ["object", "null"]},
        policy={"type": "object"},
        truncated={"type": "boolean"},
    ),
    "Stage": _object(
        **{"from": _WORD},
        to=_WORD,
        system=_TEXT,
        role=_TEXT,
        entered_at=_TIME,
        left_at=_TIME,
        due_at=_TIME,
        seconds=_AMOUNT,
        budget_seconds=_NUMBER,
        overdue={"type": "boolean"},
    ),
    "Explanation": _object(
        as_of=_TIME,
        order_id={"type": "string"},
        verdict={"type": "string"},
        policy=_object(name=_TEXT, revision=_WORD, calendar=_object(name=_WORD, revision=_WORD)),
        promise={"type": "object"},
        lead_time_seconds=_NUMBER,
        forecast={"type": ["object", "null"]},
        causes={"type": "array", "items": _object(cause=_CAUSE, who=_TEXT, seconds=_AMOUNT, share=_AMOUNT)},
        intervals=_array("Interval"),
        events={"type": "array", "items": _SAID},
        promises=_array("Statement"),
        oddities=_ODDITIES,
    ),
    "Interval": _object(
        **{"from": _TIME},
        to=_TIME,
        seconds=_AMOUNT,
        cause=_CAUSE,
        who=_TEXT,
        status=_TEXT,
        counted_seconds=_AMOUNT,
        paused={"type": "boolean"},
        event={**_SAID, "type": ["object", "null"]},
    ),
    "Statement": _object(
        at=_TIME, date=_TIME, by=_TEXT, actor=_TEXT, reason=_TEXT, effect={"type": "string", "enum": [*Effect]}
    ),
    "Notice": _object(
        notice_id={"type": "string", "format": "uuid"},
        kind={"type": "string"},
        order_id=_TEXT,
        subject=_TEXT,
        stage=_TEXT,
        due_at=_TIME,
        at={"type": "string", "format": "date-time"},
        standing={"type": "boolean"},
        retracts=_TEXT,
        silence={"type": ["object", "null"]},
        text={"type": "string"},
        deliveries={"type": "array", "items": {"type": "object"}},
    ),
    "Orders": _object(**_WHOLE, orders=_array("Order"), next=_TEXT),
    "Notices": _object(**_WHOLE, notices=_array("Notice"), next=_TEXT),
    "Summary": _object(
        **_WHOLE,
        orders=_COUNT,
        by_verdict=_COUNTS,
        by_status=_COUNTS,
        by_channel=_COUNTS,
        promise_kept_ratio=_NUMBER,
        lead_time_p50_seconds=_NUMBER,
        lead_time_p95_seconds=_NUMBER,
        forecast_calibration={"type": "object"},
    ),
}


def document(version: str) -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "slamon", "version": version, "license": {"name": "Apache-2.0"}},
        "paths": {
            "/": _get("The first page", media="text/html"),
            "/orders": _get("Late orders as a page", media="text/html", parameters=PAGE_PARAMETERS),
            "/orders/{order_id}": _order("One order as a page", media="text/html"),
            "/assets/{name}": _asset(),
            "/-/healthy": _get("Whether the process lives", "Health", refusals={503: "A restart is needed"}),
            "/-/ready": _get("Whether this worker serves", "Checks", refusals={503: "Not yet: see checks"}),
            "/metrics": _get("Prometheus metrics of this worker", media="text/plain"),
            "/api/v1/orders": _get("Orders, a page at a time", "Orders", parameters=ORDER_PARAMETERS),
            "/api/v1/orders/{order_id}": _order("One order", "Order"),
            "/api/v1/orders/{order_id}/explain": _order("Why it is where it is", "Explanation"),
            "/api/v1/summary": _get("Orders counted", "Summary"),
            "/api/v1/notices": _get("Notices, newest first", "Notices", parameters=NOTICE_PARAMETERS),
            "/api/v1/openapi.json": _get("This document"),
        },
        "components": {"schemas": _SCHEMAS},
    }


def _order(summary: str, schema: str | None = None, *, media: str = "application/json") -> dict[str, Any]:
    refusals = {404: "No such order", 503: "The worker that has its partition can't be asked now"}
    return _in_path("order_id", _get(summary, schema, media=media, refusals=refusals))


def _asset() -> dict[str, Any]:
    return _in_path("name", _get("The style and icon of the pages", media="text/css", refusals={404: "No such file"}))


def _in_path(name: str, path: dict[str, Any]) -> dict[str, Any]:
    path["get"]["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}]
    return path


def _get(
    summary: str,
    schema: str | None = None,
    *,
    media: str = "application/json",
    parameters: Mapping[str, str] | None = None,
    refusals: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {}
    responses: dict[str, Any] = {"200": {"description": "OK", "content": {media: content}}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status, reason in {400: "Wrong parameters", **(refusals or {})}.items():
        responses[str(status)] = {"description": reason, "content": error}
    return {
        "get": {
            "summary": summary,
            "parameters": [_parameter(name, text) for name, text in (parameters or {}).items()],
            "responses": responses,
        }
    }


def _parameter(name: str, text: str) -> dict[str, Any]:
    one = {"type": "integer", "minimum": 1} if name == "limit" else {"type": "string"}
    schema = {"type": "array", "items": one} if name in REPEATABLE else one
    return {"name": name, "in": "query", "description": text, "schema": schema}
