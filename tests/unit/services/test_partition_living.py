"""An order's living message through its partition: begun, followed, told, reminded."""

from slamon.notices.answers import Action, Answer
from slamon.notices.notice import DeliveryState
from slamon.notices.row import encode_row
from slamon.notices.story import Face, Told
from slamon.orders.event import DAY
from slamon.services.offers import Update, decode_outbox
from slamon.services.partition import take_word
from slamon.stream import Effects
from tests.builders import day, mark_of, order_event
from tests.unit.services.test_partition import KEY, Shard


class Living(Shard):
    """An order that is late, told in a message which says so."""

    def __init__(self) -> None:
        super().__init__()
        self.hears(order_event())
        self.ticks(day(22))
        (offer,) = self.offers()
        record = next(one for one in self.row().records or () if one.id_for("o-1") == offer.notice_id)
        report = mark_of(record, DeliveryState.SENT, 1, remote="C1|1", face=offer.face or Face())
        self.orders.mark(KEY, report, self.rows, self.effects, day(22))

    def updates(self) -> list[Update]:
        found = [decode_outbox(out.value or b"").update for out in self.effects.after]
        self.effects.after.clear()
        return [update for update in found if update is not None]

    def tells(self, turn: int, receiver: str = "slack") -> None:
        take_word(self.orders, KEY, Told(receiver=receiver, turn=turn), self.rows)


def test_a_message_that_says_what_is_has_nothing_more_to_say() -> None:
    shard = Living()
    assert shard.updates() == []
    assert KEY not in shard.orders.unsettled


def test_an_event_is_told_and_offered_again_until_the_report_comes() -> None:
    shard = Living()
    shard.hears(order_event("PRICE_CALCULATED", day(22)), day(22))
    (update,) = shard.updates()
    assert (update.turn, [line.text for line in update.lines]) == (1, ["Moved on to PRICE_CALCULATED."])
    assert KEY in shard.orders.unsettled
    shard.orders.reoffer(None, shard.rows, shard.effects, day(23))
    assert [again.turn for again in shard.updates()] == [1]
    for turn, receiver in ((1, "crm"), (0, "slack")):
        shard.tells(turn, receiver)
        assert KEY in shard.orders.unsettled
    shard.tells(1)
    assert KEY not in shard.orders.unsettled
    shard.orders.reoffer(None, shard.rows, shard.effects, day(23))
    assert shard.updates() == []


def test_a_new_owner_offers_what_was_not_said() -> None:
    shard = Living()
    shard.hears(order_event("PRICE_CALCULATED", day(22)), day(22))
    after = Shard(shard.rows)
    after.orders.reoffer(5, after.rows, after.effects, day(23))
    assert [decode_outbox(out.value or b"").update is not None for out in after.effects.after] == [True]


def test_a_report_about_an_order_that_is_not_there_changes_nothing() -> None:
    shard = Living()
    take_word(shard.orders, b"o-unknown", Told(receiver="slack", turn=1), shard.rows)
    assert b"o-unknown" not in shard.rows.rows


def test_people_are_reminded_in_the_thread_when_what_they_put_off_is_over() -> None:
    shard = Living()
    row = shard.row()
    row.answers = [Answer((row.records or [])[-1].id_for("o-1"), Action.ACKNOWLEDGE, "ann", day(22))]
    shard.rows.put(KEY, encode_row(row))
    shard.orders.open(shard.rows)
    shard.effects = Effects()
    shard.ticks(day(22) + DAY - 1)
    assert not any(line.calls for update in shard.updates() for line in update.lines)
    shard.ticks(day(22) + DAY)
    (update,) = shard.updates()
    assert [line.text for line in update.lines if line.calls] != []
    shard.ticks(day(30))
    assert not any(line.calls for update in shard.updates() for line in update.lines if line.turn > 2)


def test_what_a_former_owner_sent_after_all_is_not_sent_twice() -> None:
    """Its word came after the notice was offered again: the offer is taken back, once it is known."""
    shard = Shard()
    shard.hears(order_event())
    shard.ticks(day(22))
    (offer,) = shard.offers()
    record = next(one for one in shard.row().records or () if one.id_for("o-1") == offer.notice_id)
    shard.orders.mark(KEY, mark_of(record, DeliveryState.SENDING, 1), shard.rows, shard.effects, day(22))
    shard.orders.reoffer(None, shard.rows, shard.effects, day(23))
    shard.effects.after.clear()
    shard.orders.mark(KEY, mark_of(record, DeliveryState.SENT, 1), shard.rows, shard.effects, day(23))
    drops = [decode_outbox(out.value or b"").drop for out in shard.effects.after]
    assert [drop.notice_id for drop in drops if drop is not None] == [offer.notice_id]
