"""Answers of the API with every field that pages ask for, so that a template never meets a missing one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ORDER: Final[Mapping[str, Any]] = {
    "as_of": None,
    "status": None,
    "next_step": None,
    "systems": {},
    "heard": {},
    "channel": None,
    "client_id": None,
    "client_name": None,
    "manager_id": None,
    "verdict": "unknown",
    "kept_original": None,
    "finished_at": None,
    "lead_time_seconds": None,
    "overdue_seconds": None,
    "stages": [],
    "divergences": [],
    "holds": [],
    "oddities": [],
    "forecast": None,
    "truncated": False,
}
_PROMISE: Final[Mapping[str, Any]] = {"started_at": None, "original_due_at": None, "due_at": None, "revisions": 0}
_FORECAST: Final[Mapping[str, Any]] = {"finish_at": None, "probability_late": None, "suggested_due_at": None}
_EXPLANATION: Final[Mapping[str, Any]] = {
    "causes": [],
    "intervals": [],
    "events": [],
    "promises": [],
    "oddities": [],
    "forecast": None,
    "blocked": None,
}
_CALENDAR: Final[Mapping[str, Any]] = {"name": None, "revision": None}
_NOTICE: Final[Mapping[str, Any]] = {
    "stage": None,
    "due_at": None,
    "at": None,
    "standing": False,
    "retracts": None,
    "text": "",
    "deliveries": [],
    "answers": [],
}
_DELIVERY: Final[Mapping[str, Any]] = {
    "receiver": None,
    "state": None,
    "attempts": 0,
    "sent_at": None,
    "error": None,
    "digest_id": None,
}
_ANSWER: Final[Mapping[str, Any]] = dict.fromkeys(("action", "by", "at", "until", "promised_at", "reason", "via"))


def whole_order(view: Mapping[str, Any]) -> dict[str, Any]:
    """An order of CONTRACT §5 without gaps."""
    order = {**_ORDER, **view}
    promise = {**_PROMISE, **(order.get("promise") or {})}
    return order | {"promise": promise, "forecast": order["forecast"] and {**_FORECAST, **order["forecast"]}}


def whole_explanation(view: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation without gaps."""
    policy = view.get("policy") or {}
    calendar = {**_CALENDAR, **(policy.get("calendar") or {})}
    return {**_EXPLANATION, **view, "policy": {"name": None, "revision": None, **policy, "calendar": calendar}}


def whole_notice(view: Mapping[str, Any]) -> dict[str, Any]:
    """A notice of CONTRACT §5 without gaps; `answers` is what people did about it, where slamon knows of any."""
    notice = {**_NOTICE, **view}
    deliveries = [{**_DELIVERY, **delivery} for delivery in notice["deliveries"] or ()]
    return notice | {"deliveries": deliveries, "answers": [{**_ANSWER, **row} for row in notice["answers"] or ()]}
