"""The living message in an order's row: when it begins, what it says."""

from typing import Any

from slamon.notices.answers import Action, Answer
from slamon.notices.notice import DeliveryState
from slamon.notices.row import Row, encode_row, living_face, mark_row, read_row, settle_row
from slamon.notices.story import Face
from slamon.sla.clock import Due
from tests.builders import ORDER, PROMISE_ONLY, T0, day, mark_of, order_event, row_of

FACE = Face(step=1, due_at=day(21), standing=("breached@1",))
BEGUN: dict[str, Any] = {"remote": "C1|17.5", "face": FACE, "route": "#first"}


def _row() -> Row:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(22), PROMISE_ONLY)
    return row


def _sent(row: Row, state: DeliveryState = DeliveryState.SENT, attempts: int = 1, **more: Any) -> bool:
    record = next(record for record in row.records or () if record.kind == Due.BREACHED)
    return mark_row(row, ORDER, mark_of(record, state, attempts, **more))


def test_the_story_begins_with_the_first_message_that_was_accepted() -> None:
    """Where it is, in which channel, and what it said when it was posted; it survives its bytes."""
    row = _row()
    assert _sent(row, **BEGUN)
    for known in (row, read_row(encode_row(row), PROMISE_ONLY)):
        assert known is not None
        assert known.story is not None
        assert (known.story.receiver, known.story.remote, known.story.route) == ("slack", "C1|17.5", "#first")
        assert (known.story.face, known.story.turn, known.story.is_told) == (FACE, 0, True)


def test_what_names_no_message_or_no_face_begins_none() -> None:
    for more in ({"remote": "C1|17.5"}, {"face": FACE}, {}):
        row = _row()
        assert _sent(row, **more)
        assert row.story is None


def test_an_order_has_one_living_message() -> None:
    row = _row()
    _sent(row, **BEGUN)
    assert _sent(row, attempts=2, **(BEGUN | {"remote": "C1|99"}))
    assert row.story is not None
    assert row.story.remote == "C1|17.5"


def test_a_report_that_tells_nothing_new_begins_nothing() -> None:
    row = _row()
    assert _sent(row, attempts=2)
    assert not _sent(row, attempts=1, **BEGUN)
    assert row.story is None
    assert not mark_row(row_of(order_event()), ORDER, mark_of((row.records or [])[0], DeliveryState.SENT, 1, **BEGUN))


def test_the_message_says_where_the_order_stands_what_was_promised_and_what_stands() -> None:
    row = _row()
    before = living_face(row)
    assert (before.due_at, before.ended_at, before.cancelled, before.answers) == (day(21), None, False, 0)
    assert before.standing == (f"at_risk@{day(21)}", f"breached@{day(21)}")
    row.answers = [Answer("n-1", Action.TOLD, "ann", T0)]
    assert living_face(row).answers == 1


def test_an_order_without_notices_has_a_face_too() -> None:
    assert living_face(row_of(order_event())).standing == ()


def test_what_is_decided_later_goes_where_the_message_is() -> None:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(19), PROMISE_ONLY)
    mark_row(row, ORDER, mark_of((row.records or [])[0], DeliveryState.SENT, 1, **BEGUN))
    assert settle_row(row, day(22), PROMISE_ONLY)
    assert [record.deliveries["slack"].route for record in row.records or () if record.kind == Due.BREACHED] == [
        "#first"
    ]
