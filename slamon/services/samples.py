"""One sample of each kind of notice, about made-up orders that the real core has judged: for `slamon notify test`."""

from collections.abc import Iterable, Iterator

from slamon.notices.notice import NoticeKind, notice_id, retraction_id
from slamon.notices.record import KIND_OF, NoticeRecord
from slamon.notices.report import standing_notices
from slamon.notices.row import OrderRules, Row, apply, entries_of, new_row
from slamon.notices.system import of_silence, silence_json, system_text
from slamon.notices.text import notice_text
from slamon.orders.event import DAY, SECOND, EventType, Instant, OrderEvent, Span
from slamon.sinks.message import OutgoingNotice
from slamon.sla.book import RuleBook
from slamon.sla.policy import SlaTerms
from slamon.sla.silence import Silent
from slamon.sla.standing import order_json, order_report

MARK = "[test] "
"""Begins the text of every sample."""
_MINUTE: Span = 60 * SECOND
_HOUR: Span = 60 * _MINUTE
_RULES = OrderRules(RuleBook.of(SlaTerms()))
_STEPS = (
    ("SUBMITTED", "shop"),
    ("PRICE_CALCULATED", "mes"),
    ("MANUFACTURING_APPROVED", "crm"),
    ("MANUFACTURING_STARTED", "mes"),
    ("MANUFACTURING_COMPLETED", "mes"),
    ("PACKAGING", "mes"),
    ("SHIPPED", "mes"),
)
# kind → how long ago, in hours, the order reached each step; the default promise of three weeks and stages count
_LIVES = {
    NoticeKind.AT_RISK: (19 * 24, 19 * 24 - 0.3, 9 * 24, 8.5 * 24),
    NoticeKind.BREACHED: (23 * 24, 23 * 24 - 0.3, 22 * 24, 21.5 * 24, 3 * 24),
    NoticeKind.STAGE_OVERDUE: (4 * 24, 4 * 24 - 0.3),
    NoticeKind.DIVERGENCE: (3 * 24, 3 * 24 - 0.3, None, 5),
    NoticeKind.FINISHED_LATE: (24 * 24, 24 * 24 - 0.3, 23 * 24, 22 * 24, 5 * 24, 3 * 24, 24),
    NoticeKind.RETRACTED: (22 * 24, 22 * 24 - 0.3, 21 * 24, 20 * 24, 5 * 24, 3 * 24, 36),
}


def samples(now: Instant) -> list[OutgoingNotice]:
    """Every kind once, in the order of CONTRACT §4; their ids are those of `now`."""
    return [*_about_orders(now), *_about_systems(now)]


def _about_orders(now: Instant) -> Iterator[OutgoingNotice]:
    for number, (kind, hours) in enumerate(_LIVES.items(), 1):
        order_id = f"test-{number}-{now // SECOND % 100_000}"  # another one each time: mail programs hide repeats
        row = _row(_events(order_id, hours, now))
        if kind is NoticeKind.DIVERGENCE:  # the CRM knows the order, and has missed a step of it
            note = OrderEvent(order_id=order_id, occurred_at=now - 2 * DAY, type=EventType.NOTE, system="crm")
            apply(row, note, _RULES)
        yield _retraction(order_id, row, now) if kind is NoticeKind.RETRACTED else _standing(kind, order_id, row, now)


def _events(order_id: str, hours: Iterable[float | None], now: Instant) -> Iterator[OrderEvent]:
    for (status, system), ago in zip(_STEPS, hours, strict=False):
        if ago is not None:
            yield OrderEvent(
                order_id=order_id,
                occurred_at=now - round(ago * _HOUR),
                status=status,
                system=system,
                channel="shop",
                client_id="test-client",
                client_name="Test Client Ltd",
                manager_id="test-manager",
            )


def _row(events: Iterable[OrderEvent]) -> Row:
    row = new_row(_RULES)
    for event in events:
        apply(row, event, _RULES)
    return row


def _order(order_id: str, row: Row, now: Instant) -> dict[str, object]:
    return order_json(order_report(order_id, entries_of(row), now, _RULES.book)) | {"forecast": None}


def _standing(kind: NoticeKind, order_id: str, row: Row, now: Instant) -> OutgoingNotice:
    standing = standing_notices(row.clock, _RULES.book.rules_of(row.clock), now)
    condition = next(found for found in standing if KIND_OF[found.kind] is kind)
    number, stage, due_at, apart = condition.key
    record = NoticeRecord(number, stage, due_at, condition.at, now, shown_at=condition.shown_at, apart=apart)
    order, shown_at = _order(order_id, row, now), condition.shown_at
    text = notice_text(kind, order, stage=stage, due_at=shown_at, at=condition.at, now=now, apart=apart)
    return OutgoingNotice(
        notice_id=record.id_for(order_id),
        kind=kind,
        subject=order_id,
        order=order,
        text=MARK + text,
        at=condition.at,
        created_at=now,
        stage=stage,
        due_at=shown_at,
        as_of=now,
    )


def _retraction(order_id: str, row: Row, now: Instant) -> OutgoingNotice:
    """Withdraws a breach: the word that the order had been shipped in time came late."""
    kind, due_at, order = NoticeKind.RETRACTED, row.clock.due_at, _order(order_id, row, now)
    retracts = notice_id(order_id, NoticeKind.BREACHED, due_at=due_at)
    text = notice_text(kind, order, stage=None, due_at=due_at, at=now, now=now, retracts_kind=NoticeKind.BREACHED)
    return OutgoingNotice(
        notice_id=retraction_id(retracts),
        kind=kind,
        subject=order_id,
        order=order,
        text=MARK + text,
        at=now,
        created_at=now,
        due_at=due_at,
        retracts=retracts,
        as_of=now,
    )


def _about_systems(now: Instant) -> Iterator[OutgoingNotice]:
    since = now - 7 * _MINUTE
    lag = "Group test-consumer is 6 minutes behind and falls further back: 1,200 records wait, 14 orders among them."
    yield _about_system(NoticeKind.LAG, "test-consumer", lag, since, now)
    down = "Service test-api is down: 3 of 3 probes failed. Orders in SUBMITTED wait for it."
    yield _about_system(NoticeKind.SERVICE, "test-api", down, since, now)
    silent = of_silence(Silent("test-source", now - _HOUR, since, "mes"), 1, (), now)
    yield OutgoingNotice(
        notice_id=silent.notice_id,
        kind=NoticeKind.SOURCE_SILENT,
        subject=silent.subject,
        order=None,
        text=MARK + system_text(silent, _HOUR),
        at=silent.at,
        created_at=now,
        silence=silence_json(silent),
    )


def _about_system(kind: NoticeKind, subject: str, text: str, since: Instant, now: Instant) -> OutgoingNotice:
    return OutgoingNotice(
        notice_id=notice_id(subject, kind, due_at=since),
        kind=kind,
        subject=subject,
        order=None,
        text=MARK + text,
        at=since,
        created_at=now,
    )
