"""Tells of incidents of lag: compares what is told with what is open, as often as the watch looks. One loop, no state.

So nothing is told twice and no end is missed, whatever worker watches and whenever it began to.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from slamon.lag.incidents import Incident
from slamon.notices.lagging import (
    change_words,
    incident_text,
    of_incident,
    severity_of_incident,
    state_of,
    subject_of,
)
from slamon.notices.notice import NoticeKind, Severity
from slamon.notices.routing import NO_PARTIES
from slamon.notices.system import SystemNotice, say_anew
from slamon.orders.event import Instant
from slamon.services.lag_ports import LagView
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED, Table
from slamon.stream import Effects, PartitionLostError, Rows

_CRITICAL_NOW = "It has become critical; another notice tells of it."


@dataclass(frozen=True, slots=True)
class LagTelling:
    """Called after every cycle of the watch; `cluster` is the orders' own."""

    table: Table
    notices: SystemNotices
    cluster: str
    clock: Callable[[], Instant]

    async def __call__(self, view: LagView) -> None:
        """Tell what is new, end what is over, say anew what has changed."""
        rows = self.table.rows(SHARED)
        if rows is None or not any(self._steps(view, rows, Effects(), dry=True)):
            return

        def step(rows: Rows, effects: Effects) -> None:
            for _ in self._steps(view, rows, effects):
                pass

        with contextlib.suppress(PartitionLostError):  # its new owner tells
            await self.table.write(SHARED, step)

    def _steps(self, view: LagView, rows: Rows, effects: Effects, *, dry: bool = False) -> Iterator[bool]:
        """Do what is to be done, one thing after the other; `dry`: only find out whether there is anything."""
        now = self.clock()
        told = [n for n in self.notices.all(rows) if n.kind == NoticeKind.LAG and n.ended_at is None]
        by_incident = {notice.about: notice for notice in told}
        is_open = {incident.incident_id: incident for incident in view.incidents}
        ended = {incident.incident_id: incident.ended_at for incident in view.ended}
        for notice in told:
            incident = is_open.get(notice.about or "")
            is_worse = incident is not None and _is_worse(notice, incident)
            if incident is not None and not is_worse:
                continue
            if not dry:
                at = now if is_worse else ended.get(notice.about or "") or now
                self.notices.end(notice, rows, effects, at, _CRITICAL_NOW if is_worse else None)
            yield True
        for incident in view.incidents:
            known = by_incident.get(incident.incident_id)
            if known is None or _is_worse(known, incident):
                if not dry:
                    self.notices.declare(self._notice(incident, view, now), rows, effects)
                yield True
            elif known.state != state_of(incident):
                if not dry:
                    self._say(known, incident, view, rows, effects)
                yield True

    def _notice(self, incident: Incident, view: LagView, now: Instant) -> SystemNotice:
        routing = self.notices.rules().orders.notices.routing
        routes = routing.routes(NoticeKind.LAG, NO_PARTIES, now, severity_of_incident(incident))
        subject = subject_of(incident, self.cluster)
        return of_incident(incident, subject, self._text(incident, view, now), routes, now)

    def _say(self, notice: SystemNotice, incident: Incident, view: LagView, rows: Rows, effects: Effects) -> None:
        line = change_words(incident, notice.state)
        changed = replace(notice, said=self._text(incident, view, self.clock()), state=state_of(incident))
        say_anew(changed, line)
        self.notices.change(changed, rows, effects)

    def _text(self, incident: Incident, view: LagView, now: Instant) -> str:
        snapshot = view.snapshots.get(incident.cluster)
        groups = () if snapshot is None else snapshot.groups
        group = next((group for group in groups if group.group == incident.subject), None)
        waiting = view.waiting.get((incident.cluster, incident.subject))
        return incident_text(incident, subject_of(incident, self.cluster), group, waiting, now)


def _is_worse(notice: SystemNotice, incident: Incident) -> bool:
    return severity_of_incident(incident) is Severity.CRITICAL and notice.grade != Severity.CRITICAL
