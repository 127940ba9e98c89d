"""A worker whose orders come from events through the real core: views, explanations and notices as the daemon's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slamon.notices.report import standing_json, standing_notices
from slamon.orders import facts
from slamon.orders.entry import CHANNEL, CLIENT_ID, CLIENT_NAME, MANAGER_ID
from slamon.orders.event import EventType, Instant, OrderEvent
from slamon.sla.explained import explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.standing import OrderReport, order_json, order_report
from slamon.web.ports import NoticeHead, OrderHead
from tests.builders import BOOK, HOUR, day, entries, order_event, promised, told
from tests.fakes.orders_api import FakeWorker

NOW: Instant = day(30)


class ToldWorker(FakeWorker):
    """Orders by their events, judged at `now`; `extra` is laid over the notices of an order."""

    def __init__(
        self,
        events: Iterable[OrderEvent],
        *,
        now: Instant = NOW,
        extra: Mapping[str, Mapping[str, object]] | None = None,
        local: Iterable[int] | None = None,
    ) -> None:
        by_id: dict[str, list[OrderEvent]] = {}
        for event in events:
            by_id.setdefault(event.order_id, []).append(event)
        self.reports = {order_id: order_report(order_id, entries(*of), now, BOOK) for order_id, of in by_id.items()}
        super().__init__(map(_head, self.reports.values()), local=local, as_of=now)
        self._extra = extra or {}
        self.told = [
            NoticeHead(str(view["notice_id"]), condition.at, str(view["kind"]), order_id)
            for order_id in self.rows
            for condition, view in self._notices(order_id)
        ]

    async def order(self, order_id: str) -> Mapping[str, object] | None:
        return order_json(self.reports[order_id]) if order_id in self.rows else None

    async def explanation(self, order_id: str) -> Mapping[str, object] | None:
        if order_id not in self.rows:
            return None
        return explanation_json(explanation(self.reports[order_id])) | {"forecast": None, "blocked": None}

    async def notices(self, subject: str) -> Sequence[Mapping[str, object]]:
        return [view for _, view in self._notices(subject)]

    def _notices(self, order_id: str) -> list[tuple[Any, Mapping[str, object]]]:
        report = self.reports[order_id]
        view = order_json(report)
        return [
            (condition, {**standing_json(condition, view, report.now), **self._extra.get(order_id, {})})
            for condition in standing_notices(report.clock, report.rules, report.now)
        ]


def _head(report: OrderReport) -> OrderHead:
    texts = {"channel": CHANNEL, "manager_id": MANAGER_ID, "client_name": CLIENT_NAME, "client_id": CLIENT_ID}
    return OrderHead(
        report.order_id,
        str(order_json(report)["status"]),
        str(report.verdict),
        started_at=report.clock.started_at,
        due_at=report.due_at,
        finished_at=report.finished_at,
        **{name: facts.last_stated(report.entries, field) for name, field in texts.items()},
    )


SENT: Mapping[str, object] = {
    "deliveries": [
        {
            "receiver": "slack",
            "state": "sent",
            "attempts": 1,
            "sent_at": "2026-03-23T09:00:02Z",
            "error": None,
            "digest_id": None,
        },
        {
            "receiver": "erp",
            "state": "failed",
            "attempts": 7,
            "sent_at": None,
            "error": "410 Gone: this hook was removed",
            "digest_id": None,
        },
    ],
    "answers": [
        {
            "action": "promise",
            "by": "Anna Petrova",
            "at": "2026-03-23T10:12:00Z",
            "until": None,
            "promised_at": "2026-03-28T12:00:00Z",
            "reason": "the metal comes on Thursday",
            "via": "slack",
        }
    ],
}


def shop_events(name: str = "Nordwind Metallbau GmbH", order_id: str = "2026-03-00417") -> list[OrderEvent]:
    """A late order with a long story, one at risk, one late without a start at the shop, one broken, one in time."""
    who = {"client_id": "c-17", "client_name": name, "manager_id": "m-anna", "channel": "shop"}
    late = {"order_id": order_id, **who}
    story = [
        order_event(at=day(0), **late),
        order_event("PRICE_CALCULATED", day(0.1), **late | {"system": "mes"}),
        promised(day(20), day(1), **late, actor="anna"),
        told(EventType.HOLD, day(2), **late, reason="client sends a new drawing"),
        told(EventType.RELEASE, day(5), **late),
        order_event("MANUFACTURING_APPROVED", day(6), **late | {"system": "crm", "actor": "anna"}),
        order_event("MANUFACTURING_STARTED", day(9), **late | {"system": "mes"}),
        promised(day(26), day(19), **late, actor="anna", reason="no metal before the 25th"),
    ]
    others = [
        order_event(at=day(11), order_id="2026-03-00533", **who | {"client_name": "Ann & Sons", "client_id": None}),
        order_event(
            "MANUFACTURING_STARTED", day(2), order_id="B2B/77 #3", system="mes", channel="b2b", client_id="c-2"
        ),
        order_event(at=day(0), order_id="2026-03-00200", **who | {"manager_id": "m-oleg"}),
        order_event("SHIPPED", day(24), order_id="2026-03-00200", system="mes"),
        order_event(at=day(25), order_id="2026-03-00777", **who),
        order_event("CLOSED", day(26) + HOUR, order_id="2026-03-00777", system="crm"),
    ]
    return [*story, *others]
