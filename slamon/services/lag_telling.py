"""Tells of incidents of lag: compares what is told with what is open, as often as the watch looks. One loop, no state.

So nothing is told twice and no end is missed, whatever worker watches and whenever it began to.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

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

Over: TypeAlias = tuple[SystemNotice, Instant, str | None]
"""A notice that stands no more, since when, and in which words."""
Changed: TypeAlias = tuple[SystemNotice, Incident]
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
        if rows is None or not any(self._plan(view, rows)):
            return

        def step(rows: Rows, effects: Effects) -> None:
            over, new, changed = self._plan(view, rows)
            now = self.clock()
            for notice, ended_at, words in over:
                self.notices.end(notice, rows, effects, ended_at, words)
            for incident in new:
                self.notices.declare(self._notice(incident, view, now), rows, effects)
            for notice, incident in changed:
                self._say(notice, incident, view, rows, effects)

        with contextlib.suppress(PartitionLostError):  # its new owner tells
            await self.table.write(SHARED, step)

    def _plan(self, view: LagView, rows: Rows) -> tuple[list[Over], list[Incident], list[Changed]]:
        told = {notice.about: notice for notice in self.notices.all(rows) if _stands(notice)}
        incidents = {incident.incident_id: incident for incident in view.incidents}
        ended = {incident.incident_id: incident.ended_at for incident in view.ended}
        now = self.clock()
        over: list[Over] = [
            (notice, ended.get(about or "") or now, None) for about, notice in told.items() if about not in incidents
        ]
        both = [(told[about], incident) for about, incident in incidents.items() if about in told]
        over += [(notice, now, _CRITICAL_NOW) for notice, incident in both if _is_worse(notice, incident)]
        new = [i for about, i in incidents.items() if about not in told or _is_worse(told[about], i)]
        changed = [(n, i) for n, i in both if not _is_worse(n, i) and n.state != state_of(i)]
        return over, new, changed

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


def _stands(notice: SystemNotice) -> bool:
    return notice.kind == NoticeKind.LAG and notice.ended_at is None


def _is_worse(notice: SystemNotice, incident: Incident) -> bool:
    return severity_of_incident(incident) is Severity.CRITICAL and notice.grade != Severity.CRITICAL
