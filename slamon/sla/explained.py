"""One order explained, interval by interval: the JSON of `slamon explain` and of `/api/v1/orders/{id}/explain`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slamon.orders.event import EventType, Instant, Span, rfc3339, seconds
from slamon.sla.calendar import Calendar
from slamon.sla.causes import Cause, Interval, Window, totals_by_who
from slamon.sla.oddities import Oddity, oddities_json


class Effect(StrEnum):
    """What a stated date did."""

    FIRST = "first"
    """The first that counted."""
    REVISED = "revised"
    """It took the place of the date in force."""
    REPEATED = "repeated"
    """The same system had stated it last: nothing new."""
    OVER_CAP = "over_cap"
    """More or longer extensions than the policy allows: without effect."""
    AFTER_END = "after_end"
    """The order had finished: without effect."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one event of the order said."""

    occurred_at: Instant
    type: str
    status: str | None = None
    system: str | None = None
    reason: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One stated date, who stated it and what it did."""

    at: Instant
    date: Instant
    by: str | None
    effect: Effect
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms the order runs."""

    name: str | None
    revision: str
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that an explanation is made of.

    `promise` is that of the §5 order. `intervals` divide the time from the start to the end, or to `as_of`;
    `pauses` are the windows in which the promise's clock stood still; `events` are in their order.
    """

    order_id: str
    as_of: Instant
    verdict: str
    terms: Terms
    promise: Mapping[str, object]
    lead_time: Span | None
    intervals: Sequence[Interval] = ()
    pauses: Sequence[Window] = ()
    events: Sequence[Said] = ()
    statements: Sequence[Statement] = ()
    oddities: Sequence[Oddity] = ()


def explanation_json(told: Explanation) -> dict[str, object]:
    """Write an explanation; unknown is None, durations are seconds, shares are of the time explained."""
    terms = told.terms
    return {
        "order_id": told.order_id,
        "as_of": rfc3339(told.as_of),
        "verdict": told.verdict,
        "policy": {
            "name": terms.name,
            "revision": terms.revision,
            "calendar": {"name": terms.calendar.name, "revision": terms.calendar.revision},
        },
        "promise": dict(told.promise),
        "lead_time_seconds": None if told.lead_time is None else seconds(told.lead_time),
        "causes": _causes(told.intervals),
        "intervals": [_interval(interval, told) for interval in _cut(told.intervals, told.pauses)],
        "events": [_said(event) for event in told.events],
        "promises": [_statement(statement) for statement in told.statements],
        "oddities": oddities_json(told.oddities),
    }


def _causes(intervals: Sequence[Interval]) -> list[dict[str, object]]:
    spans = totals_by_who(intervals)
    whole = sum(spans.values())
    return [
        {"cause": str(cause), "who": who, "seconds": seconds(span), "share": span / whole}
        for (cause, who), span in spans.items()
    ]


def _cut(intervals: Sequence[Interval], pauses: Sequence[Window]) -> list[Interval]:
    """Cut intervals where a pause begins or ends inside them, so that each is paused as a whole or not at all."""
    edges = sorted({edge for pause in pauses for edge in (pause.since, pause.until) if edge is not None})
    found = []
    for interval in intervals:
        since = interval.since
        for edge in [edge for edge in edges if interval.since < edge < interval.until] + [interval.until]:
            found.append(Interval(since, edge, interval.cause, interval.who, interval.status))
            since = edge
    return found


def _interval(interval: Interval, told: Explanation) -> dict[str, object]:
    since = interval.since
    paused = any(pause.since <= since and (pause.until is None or since < pause.until) for pause in told.pauses)
    counted = 0 if paused else told.terms.calendar.open_time(since, interval.until)
    began = _beginning(interval, told.events)
    return {
        "from": rfc3339(since),
        "to": rfc3339(interval.until),
        "seconds": seconds(interval.span),
        "cause": str(interval.cause),
        "who": interval.who,
        "status": interval.status,
        "counted_seconds": seconds(counted),
        "paused": paused,
        "event": None if began is None else _said(began),
    }


def _beginning(interval: Interval, events: Sequence[Said]) -> Said | None:
    """The event that began an interval; None where a time passed or something outside the order began it.

    At one instant the first hold counts for a hold, else the last event that gave the order its status, else
    the last release.
    """
    then = [event for event in events if event.occurred_at == interval.since]
    holding = [event for event in then if event.type == EventType.HOLD and interval.cause is Cause.HOLD]
    moving = [event for event in then if event.type == EventType.STATUS and event.status == interval.status]
    letting_go = [event for event in then if event.type == EventType.RELEASE]
    chosen = holding[:1] or moving[-1:] or letting_go[-1:]
    return chosen[0] if chosen else None


def _said(event: Said) -> dict[str, object]:
    return {
        "occurred_at": rfc3339(event.occurred_at),
        "type": event.type,
        "status": event.status,
        "system": event.system,
        "reason": event.reason,
        "actor": event.actor,
    }


def _statement(statement: Statement) -> dict[str, object]:
    return {
        "at": rfc3339(statement.at),
        "date": rfc3339(statement.date),
        "by": statement.by,
        "actor": statement.actor,
        "reason": statement.reason,
        "effect": str(statement.effect),
    }
