"""Notices in the shape of CONTRACT §5."""

from slamon.notices.answers import Answer
from slamon.notices.marks import mark
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.report import record_json, standing_json, standing_notices
from slamon.notices.row import Row, apply, entries_of, settle_row
from slamon.orders.event import Instant
from slamon.sla.clock import Due
from slamon.sla.standing import order_json, order_report
from tests.builders import CLOCK, ORDER, PROMISE_ONLY, RULES, day, mark_of, order_event, row_of


def _order(row: Row, now: Instant) -> dict[str, object]:
    return order_json(order_report(ORDER, entries_of(row), now, RULES.book))


def test_standing_notices_come_in_the_order_of_their_instants() -> None:
    """`notices` is the standing set, ordered by `at`; a deadline's own instant is still in time."""
    clock = row_of(order_event()).clock
    found = [(condition.kind, condition.at) for condition in standing_notices(clock, CLOCK, day(21, us=1))]
    assert [kind for kind, _ in found] == [Due.STAGE_OVERDUE, Due.AT_RISK, Due.BREACHED]
    assert found == sorted(found, key=lambda notice: notice[1])
    assert len(standing_notices(clock, CLOCK, day(21))) == 2


def test_a_notice_of_replay_has_every_field_and_no_deliveries() -> None:
    """§5 `notice`, as `replay` shows it."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    condition = standing_notices(row.clock, PROMISE_ONLY.book.rules[0], day(19))[0]
    shown = standing_json(condition, _order(row, day(19)), day(19))
    text = shown.pop("text")
    assert isinstance(text, str)
    assert ORDER in text
    settle_row(row, day(19), PROMISE_ONLY)
    assert row.records is not None
    assert shown == {
        "notice_id": row.records[0].id_for(ORDER),
        "kind": "at_risk",
        "order_id": ORDER,
        "stage": None,
        "due_at": "2026-03-23T09:00:00Z",
        "at": "2026-03-20T09:00:00Z",
        "decided_at": None,
        "standing": True,
        "retracts": None,
        "divergence": None,
        "answers": [],
        "acknowledged_at": None,
        "acknowledged_by": None,
        "deliveries": [],
    }


def test_a_decided_notice_shows_its_deliveries() -> None:
    """One row per receiver; `sent_at` is when the receiver accepted it."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(22), PROMISE_ONLY)
    assert row.records is not None
    mark(ORDER, row.records, mark_of(row.records[1], DeliveryState.SENT, 2, at=day(22)))
    warning, breach = (shown for record in row.records for shown in record_json(record, _order(row, day(22)), day(22)))
    assert warning["deliveries"] == [_delivery("superseded", 0)]
    assert breach["deliveries"] == [_delivery("sent", 2, "2026-03-24T09:00:00Z", "2026-03-24T09:00:00Z")]
    assert breach["kind"] == "breached"


def test_answers_belong_to_the_notice_that_they_name() -> None:
    """The latest acknowledgement counts, whether it still holds or not; a retraction has answers of its own."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(22), PROMISE_ONLY)
    assert row.records is not None
    warning, breach = row.records
    own, other = breach.id_for(ORDER), warning.id_for(ORDER)
    breach.deliveries["slack"].queued_at, breach.deliveries["slack"].started_at = day(22), day(23)
    answers = [
        Answer(own, "acknowledge", "ann", day(22)),
        Answer(own, "told", "bob", day(23), reason="phoned"),
        Answer(own, "acknowledge", "cy", day(24), until=day(25)),
    ]
    first, second = (
        shown for record in row.records for shown in record_json(record, _order(row, day(30)), day(30), answers)
    )
    assert (first["notice_id"], first["answers"], first["acknowledged_at"]) == (other, [], None)
    assert second["answers"] == [
        _answer("acknowledge", "ann", "2026-03-24T09:00:00Z"),
        _answer("told", "bob", "2026-03-25T09:00:00Z", reason="phoned"),
        _answer("acknowledge", "cy", "2026-03-26T09:00:00Z", until="2026-03-27T09:00:00Z"),
    ]
    assert (second["acknowledged_at"], second["acknowledged_by"]) == ("2026-03-26T09:00:00Z", "cy")
    assert second["decided_at"] == "2026-03-24T09:00:00Z"
    delivery = _delivery("pending", 0)
    times = {"queued_at": "2026-03-24T09:00:00Z", "started_at": "2026-03-25T09:00:00Z"}
    assert second["deliveries"] == [delivery | times]


def _answer(action: str, by: str, at: str, **more: str) -> dict[str, object]:
    blank = {"until": None, "promised_at": None, "reason": None, "via": "api"}
    return {"action": action, "by": by, "at": at, **blank, **more}


def _delivery(state: str, attempts: int, sent_at: str | None = None, queued_at: str | None = None) -> dict[str, object]:
    return {
        "receiver": "slack",
        "state": state,
        "attempts": attempts,
        "queued_at": queued_at,
        "started_at": None,
        "sent_at": sent_at,
        "error": None,
        "digest_id": None,
    }


def test_a_withdrawn_notice_is_followed_by_its_retraction() -> None:
    """The retraction names what it withdraws, with the same `due_at`; neither stands."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(19), PROMISE_ONLY)
    assert row.records is not None
    mark(ORDER, row.records, mark_of(row.records[0], DeliveryState.SENT, 1))
    apply(row, order_event("SHIPPED", day(17)), PROMISE_ONLY)
    settle_row(row, day(20), PROMISE_ONLY)
    record = row.records[0]
    told, retraction = record_json(record, _order(row, day(20)), day(20))
    assert (told["kind"], told["standing"], told["retracts"]) == ("at_risk", False, None)
    assert retraction == told | {
        "notice_id": retraction_id(record.id_for(ORDER)),
        "kind": "retracted",
        "at": "2026-03-22T09:00:00Z",
        "decided_at": "2026-03-22T09:00:00Z",
        "retracts": told["notice_id"],
        "text": retraction["text"],
        "deliveries": [_delivery("pending", 0, queued_at="2026-03-22T09:00:00Z")],
    }
    record.withdrawn_at = None
    assert list(record_json(record, _order(row, day(20)), day(20)))[1]["at"] == "2026-03-21T09:00:00Z"
