"""Keeps Alertmanager's alerts as the system notices stand: sends again what stands, and for a while what has ended.

Alertmanager takes states and forgets them (ADR 0017). The first sending is the dispatcher's, with its marks; this loop
only repeats what the rows say, on the owner of the shared partition. So two that run, or one that was away, do no harm.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import structlog

from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind
from slamon.notices.system import SystemNotice, severity_in, system_text
from slamon.orders.event import SECOND, Instant, Span
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED, SystemRows, Table
from slamon.services.tally import Tally
from slamon.sinks.alertmanager import Alert
from slamon.sinks.retry import RetryPolicy
from slamon.stream import Rows

_log = structlog.get_logger("slamon.alerts")
_NAME = "alerts-ended"
_EVERY = 1.0
ENDED_FOR: Span = 900 * SECOND
"""The end of an alert is sent again so long after it was first accepted: an Alertmanager may have missed it."""
REFUSED_REST: Span = 900 * SECOND
"""After a refusal for good it is asked again only so often: somebody has to mend what is wrong."""


class Poster(Protocol):
    """The sink, as far as keeping goes."""

    @property
    def name(self) -> str:
        """The receiver in `deliveries`."""

    async def post(self, alerts: Sequence[Alert], *, now: Instant) -> None:
        """Post alerts as they stand. Raises SinkError."""


@dataclass(slots=True)
class AlertKeeping:
    """The loop; `resend` is how often everything that stands is sent."""

    table: Table
    notices: SystemNotices
    poster: Poster
    resend: Span
    tally: Tally
    clock: Callable[[], Instant]
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    _ended: dict[str, Instant] | None = None
    _next_at: Instant = 0
    _rest_until: Instant = 0
    _failures: int = 0

    async def run(self) -> None:
        """Keep for ever; nothing that goes wrong here may end the watch over promises."""
        while True:
            try:
                await self.step()
            except Exception:  # noqa: BLE001  # without it alerts end by themselves after `keep`
                _log.exception("alerts.not_kept")
            await asyncio.sleep(_EVERY)

    async def step(self) -> None:
        """Post where something has newly ended or the time to repeat has come; nothing while the rows are not ours."""
        rows, now = self.table.rows(SHARED), self.clock()
        if rows is None:
            self._ended, self._next_at = None, 0
            return
        if self._ended is None:
            self._ended = self._kept()
        alerts = list(self._alerts(rows, self._ended, now))
        has_news = any(alert.ended_at is not None and alert.notice_id not in self._ended for alert in alerts)
        if alerts and now >= self._rest_until and (has_news or now >= self._next_at):
            await self._post(alerts, self._ended, now)

    def _alerts(self, rows: Rows, ended: dict[str, Instant], now: Instant) -> Iterator[Alert]:
        """What was sent, or may have been: what stands, and what has not been known to have ended for long."""
        hold_at_most = self.notices.rules().orders.notices.hold_at_most
        for notice in self.notices.all(rows):
            delivery = notice.deliveries.get(self.poster.name)
            if delivery is None or not delivery.attempts:
                continue
            accepted_at = ended.get(notice.notice_id)
            if notice.ended_at is None or accepted_at is None or now - accepted_at < ENDED_FOR:
                yield _alert(notice, system_text(notice, hold_at_most))

    async def _post(self, alerts: list[Alert], ended: dict[str, Instant], now: Instant) -> None:
        try:
            await self.poster.post(alerts, now=now)
        except SinkError as fault:
            self._failures += 1
            jitter = random.random()  # noqa: S311  # spreads load, guards nothing
            delay = self.retry.delay(self._failures, fault.retry_after, jitter)
            self._rest_until = now + (REFUSED_REST if fault.permanent else delay)
            self.tally.attempt_failed(self.poster.name, fault.reason)
            _log.warning("alerts.not_posted", alerts=len(alerts), reason=fault.reason, permanent=fault.permanent)
            return
        self._failures, self._next_at = 0, now + self.resend
        new = {a.notice_id: now for a in alerts if a.ended_at is not None and a.notice_id not in ended}
        if new:
            known = self.notices.ids
            self._ended = {notice_id: at for notice_id, at in (ended | new).items() if notice_id in known}
            await SystemRows(self.table).put({_NAME: _encode(self._ended)})

    def _kept(self) -> dict[str, Instant]:
        """When the ends were first accepted, as kept with the partition; an unreadable row means that none was."""
        stored = SystemRows(self.table).get(_NAME)
        try:
            return {} if stored is None else _decode(stored)
        except msgspec.DecodeError:
            return {}


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, int]).decode


def _alert(notice: SystemNotice, text: str) -> Alert:
    severity = None if notice.grade is None else severity_in(notice)
    return Alert(notice.notice_id, NoticeKind(notice.kind), notice.subject, text, notice.at, notice.ended_at, severity)
