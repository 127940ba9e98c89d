"""Living messages follow what happens to their orders."""

from msgspec.structs import replace

from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import Delivery
from slamon.notices.row import Row, apply, living_face, settle_row
from slamon.notices.story import Line, Story
from slamon.orders.event import Instant
from slamon.services.offering import Offering
from slamon.services.offers import Address, Update, decode_outbox
from slamon.services.telling import Telling
from slamon.stream import Effects, Outgoing
from tests.builders import ORDER, PROMISE_ONLY, day, order_event, row_of
from tests.fakes.stream import FakeTally

KEY, AT_RISK = ORDER.encode(), day(19)
ADDRESSES = {"slack": Address("slack", b"slack|#late", 5), "slack|#one": Address("slack", b"slack|#one", 7)}
OFFERING = Offering(3, "outbox", ADDRESSES, PROMISE_ONLY, FakeTally())
TELLING = Telling(OFFERING)


def _row(route: str | None = None, now: Instant = AT_RISK) -> Row:
    """An order at risk whose message says so."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, now, PROMISE_ONLY)
    for record in row.records or ():
        record.deliveries["slack"].state = DeliveryState.SENT
    row.story = Story("slack", "C1|1", route)
    row.story.face = living_face(row)
    return row


def _update(outgoing: Outgoing) -> Update:
    found = decode_outbox(outgoing.value or b"").update
    assert found is not None
    return found


def _follow(row: Row, *more: Line, now: Instant | None = AT_RISK) -> list[Outgoing]:
    effects = Effects()
    TELLING.follow(KEY, row, effects, now, more)
    assert effects.before == []
    return effects.after


def test_what_happened_is_offered_with_the_order_as_it_stands() -> None:
    row = _row()
    apply(row, order_event("PRICE_CALCULATED", day(18.5)), PROMISE_ONLY)
    (out,) = _follow(row)
    update = _update(out)
    assert (out.key, out.partition, update.order_id, update.turn) == (b"slack|#late", 5, ORDER, 1)
    assert [line.text for line in update.lines] == ["Moved on to PRICE_CALCULATED."]
    assert (update.lead.kind, update.lead.thread) == ("at_risk", "C1|1")
    assert (update.lead.order or {})["status"] == "PRICE_CALCULATED"
    assert row.story is not None
    assert not row.story.is_told


def test_a_message_that_began_under_a_lesser_notice_is_put_right() -> None:
    """Its order was late when it was first heard of: two notices at once, of which the warning was posted first."""
    row = _row()
    assert row.story is not None
    row.story.face = replace(row.story.face, lead="stage_overdue@1")
    (out,) = _follow(row)
    assert (_update(out).lead.kind, _update(out).lines) == ("at_risk", ())
    assert _follow(row) == []


def test_where_nothing_happened_nothing_is_said() -> None:
    assert _follow(_row()) == []
    without = _row()
    without.story = None
    assert _follow(without, Line(0, "Reminder.")) == []


def test_further_lines_are_told_although_the_message_stays_as_it_is() -> None:
    (out,) = _follow(_row(), Line(0, "Reminder.", calls=True))
    assert _update(out).lines == (Line(1, "Reminder.", calls=True),)


def test_while_catching_up_the_order_is_shown_as_of_its_last_decision() -> None:
    (out,) = _follow(_row(), Line(0, "x"), now=None)
    assert _update(out).lead.as_of == day(19)


def test_it_goes_to_the_channel_of_the_message() -> None:
    """One that is configured no more gives way to the receiver's own."""
    for route, partition in ((None, 5), ("#one", 7), ("#gone", 5)):
        (out,) = _follow(_row(route), Line(0, "x"))
        assert (out.partition, _update(out).lead.thread) == (partition, "C1|1")


def test_what_was_not_said_is_offered_again_until_it_is() -> None:
    row = _row()
    _follow(row, Line(0, "x"))
    assert [_update(out).turn for out in TELLING.offer(KEY, row, day(20))] == [1]
    assert [len(list(TELLING.offer(KEY, row, day(20), outbox=outbox))) for outbox in (5, 7)] == [1, 0]
    assert row.story is not None
    row.story.told = 1
    assert list(TELLING.offer(KEY, row, day(20))) == []


def test_a_receiver_that_is_configured_no_more_is_told_nothing() -> None:
    row = _row()
    row.story = Story("gone", "C1|1", None, living_face(row))
    assert _follow(row, Line(0, "x")) == []


def test_a_message_whose_notice_was_let_go_is_left_alone() -> None:
    row = _row()
    row.records = []
    assert _follow(row, Line(0, "x")) == []


def test_a_message_of_what_stands_no_more_leads_with_its_withdrawal() -> None:
    row = _row()
    record = (row.records or [])[0]
    record.standing, record.withdrawn_at = False, day(20)
    record.retraction = {"slack": Delivery(DeliveryState.SENT, 1)}
    lead = OFFERING.lead(KEY, row, day(20), record)
    own = record.id_for(ORDER)
    assert (lead.notice_id, lead.retracts, lead.at) == (retraction_id(own), own, day(20))
    record.standing = True
    assert (OFFERING.lead(KEY, row, day(20), record).notice_id, OFFERING.lead(KEY, row, day(20), record).retracts) == (
        own,
        None,
    )
