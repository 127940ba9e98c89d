"""The Alertmanager sink: system notices as alerts of its API v2, which takes states, not messages (ADR 0017).

An alert is named by its labels: they and `startsAt` are the same for one incident whoever posts it and whenever, so
that Alertmanager pages once. What stands is posted with an `endsAt` in the future, what has ended with that instant.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from slamon.errors import SinkError
from slamon.notices.notice import NoticeKind, Severity, severity_of
from slamon.notices.words import parsed
from slamon.orders.event import DAY, Instant, Span, rfc3339
from slamon.sinks.calling import Caller
from slamon.sinks.failure import FailureReason
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.sinks.mrkdwn import visible

ALERTS: Mapping[NoticeKind, str] = {
    NoticeKind.LAG: "SlamonQueueLags",
    NoticeKind.SERVICE: "SlamonServiceDown",
    NoticeKind.SOURCE_SILENT: "SlamonSourceSilent",
}
"""The `alertname` of each kind that is about no order."""
OWN_LABELS = frozenset({"alertname", "subject", "kind", "severity", "notice_id"})
_SUMMARY_LIMIT = 300
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class AlertmanagerTarget:
    """One Alertmanager. The password never shows in a representation."""

    url: str = field(repr=False)
    keep: Span = DAY
    """An alert that is not posted again ends after so long."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of every alert; slamon's own (`OWN_LABELS`) are not among them."""
    username: str | None = None
    password: str = field(default="", repr=False)
    page: str | None = None
    """What alerts link to."""
    timeout: float = 10.0
    """Seconds for one attempt."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert says: the notice's own words and instants; `ended_at` None while it stands."""

    notice_id: str
    kind: NoticeKind
    subject: str
    text: str
    at: Instant
    ended_at: Instant | None = None
    severity: Severity | None = None


class AlertmanagerSink:
    """Posts alerts; remembers which have ended, so that a late attempt cannot set one on fire again."""

    name = "alertmanager"
    channel = "alertmanager|api"

    def __init__(self, target: AlertmanagerTarget) -> None:
        """Open nothing yet: the session comes with the first call."""
        login = {}
        if target.username is not None:
            login["Authorization"] = aiohttp.encode_basic_auth(target.username, target.password, "utf-8")
        self._target = target
        self._caller = Caller(target.url.rstrip("/") + "/api/v2/alerts", target.timeout, login)
        self._ended: OrderedDict[str, Instant] = OrderedDict()

    def __repr__(self) -> str:
        return f"AlertmanagerSink({self.channel!r})"

    async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
        """Post the notice's alert once. Raises SinkError for everything but a 2xx, permanent for one about an order."""
        if notice.kind not in ALERTS:
            said = f"Alertmanager gets notices about systems only, this one is {notice.kind}"
            raise SinkError(FailureReason.REJECTED, said, permanent=True)
        await self.post([self._alert(notice)], now=now)
        return Receipt()

    async def post(self, alerts: Sequence[Alert], *, now: Instant) -> None:
        """Post alerts as they stand, all in one call. Raises SinkError."""
        for alert in alerts:
            if alert.ended_at is not None:
                self._ended[alert.notice_id] = alert.ended_at
                self._ended.move_to_end(alert.notice_id)
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
        body = json.dumps([alert_json(alert, self._target, now) for alert in alerts], separators=(",", ":"))
        await self._caller.post(body.encode("ascii"), now=now)

    def payload(self, notice: OutgoingNotice, *, now: Instant) -> dict[str, Any] | None:
        """Give the element of the posted list; None for a notice that is not sent here."""
        return alert_json(self._alert(notice), self._target, now) if notice.kind in ALERTS else None

    async def close(self) -> None:
        """Close the session."""
        await self._caller.close()

    def _alert(self, notice: OutgoingNotice) -> Alert:
        known = self._ended.get(notice.notice_id)
        ended_at = parsed((notice.silence or {}).get("ended_at")) if known is None else known
        return Alert(notice.notice_id, notice.kind, notice.subject, notice.text, notice.at, ended_at, notice.severity)


def alert_json(alert: Alert, target: AlertmanagerTarget, now: Instant) -> dict[str, Any]:
    """Build one alert of `POST /api/v2/alerts`."""
    ends_at = now + target.keep if alert.ended_at is None else max(alert.ended_at, alert.at)
    own = {
        "alertname": ALERTS[alert.kind],
        "subject": visible(alert.subject),
        "kind": str(alert.kind),
        "severity": str(alert.severity or severity_of(alert.kind)),
        "notice_id": alert.notice_id,
    }
    made: dict[str, Any] = {
        "labels": {**target.labels, **own},
        "annotations": {"summary": _summary(visible(alert.text)), "description": visible(alert.text)},
        "startsAt": rfc3339(alert.at),
        "endsAt": rfc3339(ends_at),
    }
    return made if target.page is None else made | {"generatorURL": target.page}


def _summary(text: str) -> str:
    """The first sentence, as far as a summary goes."""
    sentence, mark, _ = text.partition(". ")
    sentence += mark.strip()
    return sentence if len(sentence) <= _SUMMARY_LIMIT else sentence[: _SUMMARY_LIMIT - 1] + "…"
