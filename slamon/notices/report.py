"""A notice in the shape of CONTRACT §5 `notice`, for replay, API and CLI alike."""

from collections.abc import Iterator, Mapping, Sequence

from slamon.notices.answers import Answer, answers_json
from slamon.notices.holding import with_silences
from slamon.notices.notice import DeliveryState, NoticeKind, retraction_id
from slamon.notices.record import KIND_OF, Delivery, NoticeRecord
from slamon.notices.text import notice_text
from slamon.orders.event import Instant, rfc3339
from slamon.sla.clock import Apart, Clock
from slamon.sla.conditions import Condition, conditions
from slamon.sla.rules import ClockRules


def standing_notices(clock: Clock, rules: ClockRules, now: Instant) -> list[Condition]:
    """The conditions that stand at `now`, ordered by the instant they came true (then kind, stage, due)."""
    found = [c for c in conditions(clock, rules) if c.from_at <= now]
    return sorted(found, key=order_of)


def order_of(condition: Condition) -> tuple[Instant, int, Instant, str, tuple[str, ...]]:
    """How notices of one order are sorted."""
    c = condition
    return c.at, int(c.kind), c.due_at or 0, c.stage or "", c.apart or ()


def standing_json(condition: Condition, order: Mapping[str, object], now: Instant) -> dict[str, object]:
    """A standing notice without deliveries, as `replay` shows it; `order` is the order's JSON at `now`."""
    order_id = str(order["order_id"])
    record = NoticeRecord(*condition.key[:3], condition.at, now, shown_at=condition.shown_at, apart=condition.apart)
    undecided = {"decided_at": None, **answers_json((), ""), "deliveries": []}
    return _notice_json(record, order_id, order, now) | undecided


def record_json(
    record: NoticeRecord, order: Mapping[str, object], now: Instant, answers: Sequence[Answer] | None = None
) -> Iterator[dict[str, object]]:
    """A decided notice with its deliveries and answers; where it was withdrawn, the retraction as one of its own."""
    order_id = str(order["order_id"])
    kind = KIND_OF[record.kind]
    own_id = record.id_for(order_id)
    shown = _notice_json(record, order_id, order, now) | {
        "decided_at": rfc3339(record.decided_at),
        **answers_json(answers, own_id),
        "deliveries": deliveries_json(record.deliveries, now),
    }
    yield shown
    if record.retraction:
        withdrawn_at = record.withdrawn_at if record.withdrawn_at is not None else record.decided_at
        yield shown | {
            "notice_id": retraction_id(own_id),
            "kind": str(NoticeKind.RETRACTED),
            "at": rfc3339(withdrawn_at),
            "decided_at": rfc3339(withdrawn_at),
            "standing": False,
            "retracts": own_id,
            **answers_json(answers, retraction_id(own_id)),
            "text": notice_text(
                NoticeKind.RETRACTED,
                order,
                stage=record.stage,
                due_at=record.shown_at,
                at=withdrawn_at,
                now=now,
                retracts_kind=kind,
                apart=record.apart,
            ),
            "deliveries": deliveries_json(record.retraction, now),
        }


def _notice_json(record: NoticeRecord, order_id: str, order: Mapping[str, object], now: Instant) -> dict[str, object]:
    kind = KIND_OF[record.kind]
    text = notice_text(
        kind,
        order,
        stage=record.stage,
        due_at=record.shown_at,
        at=record.at,
        now=now,
        apart=record.apart,
        foretold=record.foretold,
    )
    return {
        "notice_id": record.id_for(order_id),
        "kind": str(kind),
        "order_id": order_id,
        "stage": record.stage,
        "due_at": None if record.shown_at is None else rfc3339(record.shown_at),
        "at": rfc3339(record.at),
        "standing": record.standing,
        "retracts": None,
        "divergence": divergence_json(record.apart),
        "text": with_silences(text, () if record.hold is None else record.hold.silences, record.held_until),
    }


def divergence_json(apart: Apart | None) -> dict[str, str] | None:
    """The divergence that a notice is about; None for other kinds."""
    return None if apart is None else dict(zip(("system", "kind", "expected"), apart, strict=True))


def deliveries_json(deliveries: Mapping[str, Delivery], now: Instant) -> list[dict[str, object]]:
    """What was done about a notice by `now`, by receiver (CONTRACT §5 `deliveries`)."""
    return [
        {
            "receiver": receiver,
            "state": str(delivery.state_at(now)),
            "attempts": delivery.attempts,
            "queued_at": None if delivery.queued_at is None else rfc3339(delivery.queued_at),
            "started_at": None if delivery.started_at is None else rfc3339(delivery.started_at),
            "sent_at": None if delivery.sent_at is None else rfc3339(delivery.sent_at),
            "error": delivery.error,
            "digest_id": delivery.digest_id if delivery.state == DeliveryState.DIGESTED else None,
        }
        for receiver, delivery in deliveries.items()
    ]
