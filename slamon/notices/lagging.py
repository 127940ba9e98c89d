"""Notices about queues: what an incident of lag says to whoever is on call at night, and whom it is told. Pure."""

from slamon.lag.incidents import Incident
from slamon.lag.records import Rewind
from slamon.lag.rows import GroupLag
from slamon.lag.troubles import TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.lag.waiting import Waiting
from slamon.lag.window import Eta
from slamon.notices.notice import DeliveryState, NoticeKind, Severity
from slamon.notices.routing import Route, addressed
from slamon.notices.system import VERSION, SystemNotice
from slamon.notices.words import UNKNOWN, date_words, name, span_words
from slamon.orders.event import Instant

_LATE = {
    LagStatus.STUCK: "is stuck",
    LagStatus.STOPPED: "is read by nobody: the group has no members",
    LagStatus.FALLING_BEHIND: "falls behind",
    LagStatus.CATCHING_UP: "is late, but catches up",
}
_OTHER = {
    TroubleKind.DATA_LOSS: "Group {who} lost {lost}: the log was deleted before they were read.",
    TroubleKind.REWOUND: "Group {who} {rewind}.",
    TroubleKind.MISSING: "Group {who} is expected, and the broker knows no such group.",
    TroubleKind.UNREADABLE: "How group {who} stands can't be read{cause}.",
    TroubleKind.PRODUCER_SILENT: "Nothing is written to topic {who} any more.",
    TroubleKind.BROKER_AWAY: "Broker {who} does not answer{cause}; nothing is said of the groups that hang on it.",
}

_REWIND = {
    Rewind.BEYOND_END: "stands beyond the end of its log: the log was cut, or its topic is a new one",
    Rewind.RECREATED: "stands where it stood in a topic of the same name that is gone",
    Rewind.BACK: "was set back: it reads again what it had read",
    None: "was set back, or its topic is a new one",
}


def severity_of_incident(incident: Incident) -> Severity:
    """As bad as it has been: an incident that eases does not lose those who were called."""
    return Severity.CRITICAL if incident.worst is Level.CRITICAL else Severity.WARNING


def subject_of(incident: Incident, own_cluster: str) -> str:
    """The group, topic or broker; with its cluster where that is another than the orders' own."""
    is_plain = incident.cluster == own_cluster or incident.kind is TroubleKind.BROKER_AWAY
    return incident.subject if is_plain else f"{incident.cluster}/{incident.subject}"


def of_incident(incident: Incident, subject: str, said: str, routes: tuple[Route, ...], now: Instant) -> SystemNotice:
    """The notice about an incident; one that turns critical has another, for it may concern other people."""
    severity = severity_of_incident(incident)
    apart = [] if incident.kind is TroubleKind.LAG else [str(incident.kind)]
    apart += [str(severity)] if severity is Severity.CRITICAL else []
    return SystemNotice(
        VERSION,
        NoticeKind.LAG,
        subject,
        incident.started_at,
        incident.opened_at,
        now,
        deliveries=addressed(routes, DeliveryState.PENDING, now),
        said=said,
        about=incident.incident_id,
        grade=str(severity),
        stage="/".join(apart) or None,
        state=state_of(incident),
    )


def state_of(incident: Incident) -> str:
    """What of an incident is worth saying anew: its status, the record that it is stuck on, who is in danger."""
    spot = incident.spot if incident.status is LagStatus.STUCK else None
    place = "" if spot is None else f"{spot.topic}/{spot.partition}/{spot.offset}/{spot.order_id or ''}"
    many = 0 if incident.orders is None else incident.orders.bit_length()
    return f"{incident.status}|{place}|{incident.backlog.soonest or ''}|{many}"


def change_words(incident: Incident, before: str | None) -> str | None:
    """A line for the thread of its message; None where only numbers have changed."""
    was = (before or "").partition("|")[0]
    if was == str(incident.status) or incident.kind is not TroubleKind.LAG:
        return None
    return f"The queue {_LATE.get(incident.status, str(incident.status))} now."


def incident_text(
    incident: Incident, subject: str, group: GroupLag | None, waiting: Waiting | None, now: Instant
) -> str:
    """What is wrong, since when, when it will be over, who waits, whose promise is in danger; in one line."""
    who = name(subject) or UNKNOWN
    cause = name(incident.cause)
    if incident.kind is not TroubleKind.LAG:
        about = "" if cause is None else f" ({cause})"
        rewind = None if group is None or group.worst is None else group.worst.rewind
        lost = _lost(incident.backlog.lost)
        said = [_OTHER[incident.kind].format(who=who, cause=about, lost=lost, rewind=_REWIND[rewind])]
        said += _stands(incident)
        said.append(f"Since {date_words(incident.started_at)}.")
        return " ".join([*said, *_orders(waiting, now)])
    topic = None if incident.spot is None else name(incident.spot.topic)
    where = "" if topic is None else f" on {topic}"
    late = f" Its oldest unread record is {span_words(now - incident.started_at)} old."
    said = [f"Group {who} {_LATE.get(incident.status, str(incident.status))}{where}.{late}"]
    said += _spot(incident, reads_orders=waiting is not None)
    said.append(_eta(None if group is None else group.eta, incident.status))
    return " ".join([*said, *_orders(waiting, now)])


def _lost(records: int) -> str:
    return {0: "records", 1: "1 record"}.get(records, f"{records} records")


def _stands(incident: Incident) -> list[str]:
    spot = incident.spot
    if spot is None:
        return []
    return [f"It stands at {name(spot.topic) or UNKNOWN}, partition {spot.partition}, offset {spot.offset}."]


def _spot(incident: Incident, *, reads_orders: bool) -> list[str]:
    spot = incident.spot
    if spot is None:
        return []
    stands = "It stands on" if incident.status is LagStatus.STUCK else "The next record is"
    order = "" if not reads_orders else ", of which order is unknown"
    if spot.order_id is not None:
        order = f", order {name(spot.order_id)}"
    return [f"{stands} partition {spot.partition}, offset {spot.offset}{order}."]


def _eta(eta: Eta | None, status: LagStatus) -> str:
    if status in (LagStatus.STUCK, LagStatus.STOPPED):
        return "It will not clear by itself."
    if eta is None:
        return "At this pace it does not clear."
    high = "not foreseeable" if eta.high is None else span_words(eta.high)
    low = span_words(eta.low)
    band = "" if low == high else f" (between {low} and {high})"
    return f"At this pace it clears in {span_words(eta.span)}{band}."


def _orders(waiting: Waiting | None, now: Instant) -> list[str]:
    if waiting is None:
        return []
    least = "at least " if waiting.at_least else ""
    if not waiting.orders:
        return [] if not waiting.at_least else ["How many orders wait is unknown."]
    many = "1 order waits" if waiting.orders == 1 else f"{waiting.orders} orders wait"
    said = [f"{least}{many} behind it".capitalize()]
    if waiting.oldest is not None:
        stage = "" if waiting.oldest_stage is None else f" at stage {waiting.oldest_stage}"
        said.append(
            f"the oldest is {name(waiting.oldest.order_id)}{stage}, since {date_words(waiting.oldest.stamped_at)}"
        )
    sentences = ["; ".join(said) + "."]
    if waiting.soonest is not None and waiting.slack is not None:
        left = f"{span_words(waiting.slack)} left" if waiting.slack >= 0 else f"late by {span_words(-waiting.slack)}"
        due = date_words(now + waiting.slack)
        sentences.append(f"First promise in danger: order {name(waiting.soonest)}, due {due} ({left}).")
    return sentences
