"""Why an order is late, and what is forecast of it: the last sentences of a notice. Pure."""

from collections.abc import Mapping
from typing import Any

from slamon.notices.case import Case, a_person
from slamon.notices.notice import NoticeKind
from slamon.notices.words import date_words, name, parsed

_MOST = 3
_LEAST_SHARE = 0.05
_WORDS = {
    "hold": ("on hold", "on hold ({})"),
    "service": ("a service that was down", "{} was down"),
    "queue": ("waiting in a queue", "waiting behind {}"),
    "message": ("a message that is missing", "a message of {} is missing"),
    "person": ("waiting for a person", "waiting for {}"),
    "work": ("work", "work at {}"),
}


def why(case: Case) -> str:
    """What the order's time went to so far, the greatest parts; empty where that is not known or beside the point."""
    causes = case.order.get("causes")
    if case.kind is NoticeKind.RETRACTED or not isinstance(causes, list | tuple):
        return ""
    parts = [part for part in map(_part, causes) if part][:_MOST]
    return f"Its time went to: {', '.join(parts)}." if parts else ""


def holding_up(case: Case) -> str:
    """Which queue holds the order now, or that none does; empty where that is not known or beside the point."""
    blocked = case.order.get("blocked")
    if case.is_over or case.kind is NoticeKind.RETRACTED or not isinstance(blocked, Mapping):
        return ""
    text = blocked.get("text")
    return text if isinstance(text, str) else ""


def _part(cause: Mapping[str, Any]) -> str:
    share = cause.get("share")
    if not isinstance(share, int | float) or share < _LEAST_SHARE:
        return ""
    return f"{cause_words(cause)} {round(share * 100)} %"


def cause_words(cause: Mapping[str, Any]) -> str:
    """Say what an order's time went to, and whose part that was: "waiting for a seller", "work at mes"."""
    kind, who = str(cause.get("cause")), name(cause.get("who"))
    anybody, somebody = _WORDS.get(kind, (kind, "{}"))
    if who is None:
        return anybody
    return somebody.format(a_person(who) if kind == "person" else who)


def outlook(case: Case) -> str:
    """What is forecast of an open order; empty while data is thin, and where the headline says it."""
    forecast = case.order.get("forecast")
    if case.is_over or case.foretold is not None or not isinstance(forecast, Mapping):
        return ""
    finish_at, late = parsed(forecast.get("finish_at")), forecast.get("probability_late")
    if finish_at is None:
        return ""
    chance = f", {round(late * 100)} % likely to be late" if isinstance(late, int | float) else ""
    suggested = parsed(forecast.get("suggested_due_at"))
    anew = "" if suggested is None else f" {date_words(suggested)} would be kept with 90 % certainty."
    return f"Forecast: finishes about {date_words(finish_at)}{chance}.{anew}"
