"""Incidents about lag: opened once, closed when all was well for a while, with ids that survive restarts.

An id is a UUIDv5 of cluster, subject, kind and where in the log it began. What hangs on a broker that is away opens
no incident and closes none; nor does anything of its cluster for a while after, until it had time to catch up.
"""

import json
import uuid
from collections.abc import Iterable

import msgspec

from slamon.lag.troubles import NO_BACKLOG, Backlog, Spot, Trouble, TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.orders.event import SECOND, Instant, Span

VERSION = 1
AFTER_OUTAGE: Span = 120 * SECOND
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:slamon:lag-incident")


class Incident(msgspec.Struct, array_like=True, frozen=True):
    """One incident.

    `status`, `level`, `spot` and `backlog` are the last that were seen, `orders` the most that were affected.
    `started_at`: since when the first unread record waited, or what else is wrong was so; `opened_at`: when slamon said
    so. `well_since`: nothing is wrong any more, and if it stays so, it ends there.
    """

    incident_id: str
    cluster: str
    subject: str
    kind: TroubleKind
    started_at: Instant
    opened_at: Instant
    status: LagStatus
    level: Level
    worst: Level
    clear_after: Span
    spot: Spot | None = None
    orders: int | None = None
    backlog: Backlog = NO_BACKLOG
    cause: str | None = None
    well_since: Instant | None = None
    ended_at: Instant | None = None


class Incidents(msgspec.Struct, array_like=True, frozen=True):
    """What is kept: the open ones, and until when each cluster's groups are silenced."""

    open: tuple[Incident, ...] = ()
    silenced_until: dict[str, Instant] = {}
    version: int = VERSION


class Changes(msgspec.Struct, frozen=True):
    """What one cycle changed: `changed` ones are open and say something else than before."""

    opened: tuple[Incident, ...] = ()
    changed: tuple[Incident, ...] = ()
    closed: tuple[Incident, ...] = ()


encode_incidents = msgspec.msgpack.Encoder().encode
_decode_incidents = msgspec.msgpack.Decoder(Incidents).decode


def decode_incidents(kept: bytes) -> Incidents:
    """Read what was kept; nothing of another version."""
    try:
        incidents = _decode_incidents(kept)
    except msgspec.DecodeError:
        return Incidents()
    return incidents if incidents.version == VERSION else Incidents()


def essence(incidents: Incidents) -> Incidents:
    """Without what is seen anew in every cycle."""
    still = [msgspec.structs.replace(one, spot=None, backlog=NO_BACKLOG) for one in incidents.open]
    return Incidents(tuple(still), incidents.silenced_until)


def incident_id(cluster: str, subject: str, kind: TroubleKind, anchor: str) -> str:
    """The UUIDv5 of what it is about and where it began."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps([cluster, subject, kind, anchor], ensure_ascii=False)))


def step(before: Incidents, found: Iterable[Trouble], cluster: str, now: Instant) -> tuple[Incidents, Changes]:
    """Take one cycle of a cluster into account; those of other clusters stay as they are."""
    troubles = {(trouble.subject, trouble.kind): trouble for trouble in found}
    silenced_until = _silence(before, troubles.values(), cluster, now)
    is_quiet = now < silenced_until.get(cluster, now)
    unknown = {subject for subject, kind in troubles if kind is TroubleKind.UNREADABLE}
    kept: list[Incident] = []
    changed: list[Incident] = []
    closed: list[Incident] = []
    for incident in before.open:
        if incident.cluster != cluster:
            kept.append(incident)
            continue
        trouble = troubles.pop((incident.subject, incident.kind), None)
        is_unseen = trouble is None and (incident.subject in unknown or is_quiet)
        after = incident if is_unseen and not _is_outage(incident) else _go_on(incident, trouble, now)
        (kept if after.ended_at is None else closed).append(after)
        if after.ended_at is None and _says_other(incident, after):
            changed.append(after)
    opened = [_open(one, now) for one in troubles.values() if not _is_held(one, is_quiet=is_quiet)]
    after_all = Incidents((*kept, *opened), silenced_until)
    return after_all, Changes(tuple(opened), tuple(changed), tuple(closed))


def _silence(before: Incidents, found: Iterable[Trouble], cluster: str, now: Instant) -> dict[str, Instant]:
    silenced = {name: until for name, until in before.silenced_until.items() if until > now}
    if any(trouble.kind is TroubleKind.BROKER_AWAY for trouble in found):
        silenced[cluster] = now + AFTER_OUTAGE
    return silenced


def _is_held(trouble: Trouble, *, is_quiet: bool) -> bool:
    if trouble.kind is TroubleKind.BROKER_AWAY:
        return False
    return (
        trouble.is_silenced
        or trouble.is_new
        or (is_quiet and trouble.kind in {TroubleKind.LAG, TroubleKind.UNREADABLE})
    )


def _open(trouble: Trouble, now: Instant) -> Incident:
    return Incident(
        incident_id(trouble.cluster, trouble.subject, trouble.kind, trouble.anchor),
        trouble.cluster,
        trouble.subject,
        trouble.kind,
        trouble.started_at,
        now,
        trouble.status,
        trouble.level,
        trouble.level,
        trouble.clear_after,
        trouble.spot,
        trouble.backlog.orders,
        trouble.backlog,
        trouble.cause,
    )


def _is_outage(incident: Incident) -> bool:
    return incident.kind is TroubleKind.BROKER_AWAY


def _go_on(incident: Incident, trouble: Trouble | None, now: Instant) -> Incident:
    if trouble is None:
        since = now if incident.well_since is None else incident.well_since
        is_over = now - since >= incident.clear_after
        return msgspec.structs.replace(incident, well_since=since, ended_at=since if is_over else None)
    if trouble.is_silenced:
        return incident
    counts = [count for count in (incident.orders, trouble.backlog.orders) if count is not None]
    return msgspec.structs.replace(
        incident,
        status=trouble.status,
        level=trouble.level,
        worst=max(incident.worst, trouble.level),
        spot=trouble.spot,
        orders=max(counts, default=None),
        backlog=trouble.backlog,
        cause=trouble.cause,
        well_since=None,
    )


def _says_other(before: Incident, after: Incident) -> bool:
    """A record on which it is stuck counts; one that it only passes does not."""
    if (before.status, before.level) != (after.status, after.level):
        return True
    return after.status is LagStatus.STUCK and before.spot != after.spot
