"""What a notice about lag says: which group stands where, on whose record, who waits behind it, what ends first."""

from collections.abc import Sequence

from slamon.lag.incidents import Incident
from slamon.lag.troubles import Backlog, Spot, TroubleKind
from slamon.lag.verdict import LagStatus
from slamon.lag.waiting import Wait
from slamon.notices.words import UNKNOWN, date_words, name, span_words
from slamon.orders.event import Instant

_LATE = {
    LagStatus.STOPPED: "has nobody who reads",
    LagStatus.STUCK: "is stuck",
    LagStatus.FALLING_BEHIND: "falls behind",
    LagStatus.CATCHING_UP: "was late and is catching up",
}

_SAID = {
    TroubleKind.DATA_LOSS: "has lost {lost}: the log was deleted before they were read{where}.",
    TroubleKind.REWOUND: "does not stand where it stood{where}: its commits were set back, or are of an earlier log.",
    TroubleKind.MISSING: "is expected, and no broker knows of it.",
    TroubleKind.UNREADABLE: "can't be read: {cause}.",
    TroubleKind.PRODUCER_SILENT: "has had no new record since {since}.",
    TroubleKind.BROKER_AWAY: "does not answer ({cause}); nothing is told of the groups under it meanwhile.",
}
_OVER = {
    TroubleKind.LAG: "no longer late",
    TroubleKind.MISSING: "is there again",
    TroubleKind.UNREADABLE: "can be read again",
    TroubleKind.PRODUCER_SILENT: "grows again",
    TroubleKind.BROKER_AWAY: "answers again",
}


def lag_text(incident: Incident, now: Instant) -> str:
    """An incident in a few sentences, on one line."""
    subject = name(incident.subject) or UNKNOWN
    if incident.ended_at is not None:
        lasted, ended = span_words(incident.ended_at - incident.started_at), date_words(incident.ended_at)
        over = _OVER.get(incident.kind, "reads on")
        return f"{_subject(incident.kind)} {subject}: {over} since {ended}, after {lasted}."
    return f"{_subject(incident.kind)} {subject} {_said(incident, now)}"


def waits_text(waits: Sequence[Wait], stage: str | None, role: str | None, now: Instant) -> str:
    """Where an order waits: behind which groups; when no queue holds it, who has to move.

    `stage` is the stage that it is in, `role` the person who makes the next step, None for a system.
    """
    if waits:
        first, *others = waits
        ahead = f", {_records(first.ahead)} ahead of it" if first.ahead else ", at its head"
        more = f" and {len(others)} more" if others else ""
        place = f"{name(first.topic) or UNKNOWN}-{first.partition}@{first.offset}"
        return (
            f"Waiting behind group {name(first.group) or UNKNOWN}{more} for {span_words(now - first.since)}: "
            f"{place}{ahead}."
        )
    if stage is None:
        return "No queue holds it."
    who = "a system" if role is None else f"a person ({name(role) or UNKNOWN})"
    return f"No queue holds it: it waits for {who} at stage {name(stage) or UNKNOWN}."


def _subject(kind: TroubleKind) -> str:
    match kind:
        case TroubleKind.PRODUCER_SILENT:
            return "Topic"
        case TroubleKind.BROKER_AWAY:
            return "Broker"
        case _:
            return "Group"


def _said(incident: Incident, now: Instant) -> str:
    where = _where(incident.spot)
    if incident.kind is TroubleKind.LAG:
        return _late(incident, where, now)
    return _SAID[incident.kind].format(
        where=where,
        lost=_records(incident.backlog.lost),
        since=date_words(incident.started_at),
        cause=name(incident.cause) or "no reason is known",
    )


def _late(incident: Incident, where: str, now: Instant) -> str:
    backlog = incident.backlog
    age = "" if backlog.age is None else f"; its first unread record is {span_words(backlog.age)} old"
    lag = "" if backlog.lag is None else f", {_records(backlog.lag)} unread"
    eta = "" if backlog.eta is None else f", clear in about {span_words(backlog.eta)}"
    return f"{_LATE.get(incident.status, 'is late')}{where}{age}{lag}{eta}.{_orders(backlog, now)}"


def _where(spot: Spot | None) -> str:
    if spot is None:
        return ""
    whose = "" if spot.order_id is None else f" = order {name(spot.order_id) or UNKNOWN}"
    return f" at {name(spot.topic) or UNKNOWN}-{spot.partition}@{spot.offset}{whose}"


def _orders(backlog: Backlog, now: Instant) -> str:
    if not backlog.orders:
        return ""
    told = " 1 order waits" if backlog.orders == 1 else f" {backlog.orders} orders wait"
    if backlog.soonest is None or backlog.due_at is None:
        return f"{told} behind it."
    soonest = name(backlog.soonest) or UNKNOWN
    left = backlog.due_at - now
    ends = f"{span_words(left)} left" if left > 0 else f"passed {span_words(-left)} ago"
    return f"{told} behind it; the first promise in danger is that of {soonest}, {date_words(backlog.due_at)} ({ends})."


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"
