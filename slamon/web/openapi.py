"""The OpenAPI document of the paths that exist, built from what the query parser accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slamon.web.openapi_lag import LAG_SCHEMAS
from slamon.web.openapi_shapes import ANSWER, SCHEMAS, WORD, object_of
from slamon.web.pages.late import PAGE_PARAMETERS
from slamon.web.query import INCIDENT_PARAMETERS, NOTICE_PARAMETERS, ORDER_PARAMETERS, REPEATABLE

if TYPE_CHECKING:
    from collections.abc import Mapping


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
            "/api/v1/notices/{notice_id}/{action}": _answer(),
            "/slack/interactions": _interactions(),
            "/api/v1/lag": _lag("Consumer groups and topics", "Lag"),
            "/api/v1/lag/{group}": _group("One group", "GroupAnswer"),
            "/api/v1/lag/{group}/explain": _group("The evidence for a group's verdict", "Evidence"),
            "/api/v1/incidents": _lag("Incidents, those that last first", "Incidents", INCIDENT_PARAMETERS),
            "/api/v1/openapi.json": _get("This document"),
        },
        "components": {"schemas": {**SCHEMAS, **LAG_SCHEMAS}},
    }


def _answer() -> dict[str, Any]:
    refusals = {
        403: "Sent by a page of another site",
        404: "No such notice",
        422: "A field is missing or malformed; snooze needs until, promise needs promised_at",
        503: "A worker that may have the notice can't be asked now",
    }
    path = _get("Answer a notice; durable once it is answered", "Answer", refusals=refusals)["get"]
    words = {"notice_id": WORD, "action": ANSWER["action"]}
    path["parameters"] = [{"name": name, "in": "path", "required": True, "schema": one} for name, one in words.items()]
    given = {"application/json": {"schema": {"$ref": "#/components/schemas/AnswerGiven"}}}
    return {"post": path | {"requestBody": {"required": True, "content": given}}}


def _interactions() -> dict[str, Any]:
    refusals = {
        401: "Not signed by Slack, or more than 300 s ago",
        404: "No such notice, or notify.slack.signing_secret is not set",
        413: "Over 100 kB",
        503: "The answer can't be written in time",
    }
    path = _get("A press of one of Slack's buttons", refusals=refusals)["get"]
    form = {"application/x-www-form-urlencoded": {"schema": object_of(payload=WORD)}}
    return {"post": path | {"requestBody": {"required": True, "content": form}}}


def _lag(summary: str, schema: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    refusals = {404: "Lag is not watched", 503: "The worker that watches lag can't be asked now"}
    return _get(summary, schema, parameters=parameters, refusals=refusals)


def _group(summary: str, schema: str) -> dict[str, Any]:
    refusals = {404: "No such group, or lag is not watched", 503: "The worker that watches lag can't be asked now"}
    return _in_path("group", _get(summary, schema, refusals=refusals))


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
