"""One partition of orders: events into rows, due times, what is sent, what leaves."""

from dataclasses import replace

import pytest

from slamon.notices.leaving import leave, wake_at
from slamon.notices.notice import DeliveryState
from slamon.notices.routing import Person, Routing
from slamon.notices.row import Outcome, Row, encode_row, read_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, EventType, Instant, OrderEvent
from slamon.services.offers import Address, Offer, decode_outbox
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.system_rows import system_key
from slamon.stream import Effects
from tests.builders import ORDER, PROMISE_ONLY, T0, day, mark_of, order_event, promised, told
from tests.fakes.stream import FakeRows, FakeTally

KEY = ORDER.encode()
ADDRESSES = {"slack": Address("slack", b"slack|#late", 5)}


class Shard:
    """A partition with its rows, its effects, and a hand-moved `now`."""

    def __init__(self, rows: FakeRows | None = None) -> None:
        self.rows = rows or FakeRows()
        self.effects = Effects()
        self.tally = FakeTally()
        self.orders = OrderPartition(3, PartitionRules(PROMISE_ONLY, ADDRESSES, "outbox"), self.tally)
        self.orders.open(self.rows)

    def hears(self, event: OrderEvent, now: Instant | None = None) -> Outcome:
        return self.orders.apply(event.order_id.encode(), event, self.rows, self.effects, now)

    def ticks(self, now: Instant) -> None:
        """All that is due, as the ticker does it."""
        while keys := self.orders.due.pop(now, self.orders.due_of(self.rows), 2):
            self.orders.tick(keys, self.rows, self.effects, now)

    def marks(self, state: DeliveryState, attempts: int = 1, place: int = -1, now: Instant = T0) -> None:
        record = (self.row().records or [])[place]
        self.orders.mark(KEY, mark_of(record, state, attempts), self.rows, self.effects, now)

    def row(self, key: bytes = KEY) -> Row:
        found = read_row(self.rows.rows[key], PROMISE_ONLY)
        assert found is not None
        return found

    def offers(self) -> list[Offer]:
        """What was offered since the last time."""
        found = [decode_outbox(out.value or b"").offer for out in self.effects.after]
        self.effects.after.clear()
        return [offer for offer in found if offer is not None]


def test_an_event_makes_a_row() -> None:
    """Its due time is known, nothing is decided."""
    shard = Shard()
    assert shard.hears(order_event()) is Outcome.APPLIED
    assert shard.row().count == 1
    assert shard.orders.due.next_at() is not None
    assert shard.effects == Effects()


def test_rows_that_are_no_orders_are_never_due() -> None:
    """Opening a partition takes only orders for orders."""
    shard = Shard()
    shard.hears(order_event())
    shard.rows.put(system_key("forecast"), b"\x93 whatever")
    shard.orders.open(shard.rows)
    shard.ticks(day(22))
    assert {offer.order_id for offer in shard.offers()} == {ORDER}
    assert shard.rows.get(system_key("forecast")) == b"\x93 whatever"


def test_each_manager_has_a_queue_of_their_own() -> None:
    """A new owner of one of them is offered what is its own, and nothing of what the others were told."""
    people = {"m-1": Person("U1", "#one"), "m-2": Person("U2", "#two")}
    orders = replace(PROMISE_ONLY, notices=NoticeRules(Routing(("slack",), people=people)))
    lanes = ADDRESSES | {f"slack|#{name}": Address("slack", name.encode(), at) for name, at in (("one", 1), ("two", 2))}
    shard = Shard()
    shard.orders = OrderPartition(3, PartitionRules(orders, lanes, "outbox"), shard.tally)
    shard.orders.open(shard.rows)
    for number in (1, 2, 3):
        shard.hears(order_event(order_id=f"o-{number}", manager_id=f"m-{number}"))
    shard.ticks(day(18))
    assert {(out.partition, out.key) for out in shard.effects.after} == {(1, b"one"), (2, b"two"), (5, b"slack|#late")}
    assert sorted((o.order_id, o.route, o.mention) for o in shard.offers()) == [
        ("o-1", "#one", ("U1",)),
        ("o-2", "#two", ("U2",)),
        ("o-3", None, ()),
    ]
    shard.orders.reoffer(2, shard.rows, shard.effects, day(18))
    assert [offer.order_id for offer in shard.offers()] == ["o-2"]
    shard.marks(DeliveryState.SENT)
    shard.orders.reoffer(None, shard.rows, shard.effects, day(18))
    assert sorted(str(offer.order_id) for offer in shard.offers()) == ["o-2", "o-3"]


def test_a_duplicate_writes_nothing() -> None:
    """Neither a row nor an effect."""
    shard = Shard()
    shard.hears(order_event())
    shard.rows.rows[KEY] = before = bytes(shard.rows.rows[KEY])
    assert shard.hears(order_event(), day(30)) is Outcome.DUPLICATE
    assert shard.rows.rows[KEY] is before
    assert shard.effects == Effects()


def test_a_late_event_decides_at_once_what_its_time_has_come_for() -> None:
    """An order that is overdue when slamon hears of it is told without waiting for a tick."""
    shard = Shard()
    shard.hears(order_event(), day(22))
    assert [offer.kind for offer in shard.offers()] == ["breached"]
    assert KEY in shard.orders.unsettled


def test_deadlines_fire_once() -> None:
    """Warning and breach, each offered once; a further tick says nothing."""
    shard = Shard()
    shard.hears(order_event())
    shard.ticks(day(18))
    assert [offer.kind for offer in shard.offers()] == ["at_risk"]
    shard.ticks(day(21))
    assert shard.offers() == []
    shard.ticks(day(21, us=1))
    assert [offer.kind for offer in shard.offers()] == ["breached"]
    shard.ticks(day(300))
    assert shard.effects == Effects()


def test_many_orders_fire_together() -> None:
    """More than one take: each in its turn."""
    shard = Shard()
    for number in range(7):
        shard.hears(order_event(order_id=f"o-{number}"))
    shard.ticks(day(22))
    assert sorted(str(offer.order_id) for offer in shard.offers()) == [f"o-{number}" for number in range(7)]


def test_a_deadline_that_moved_does_not_fire() -> None:
    """The old entry finds the order re-promised and files it anew."""
    shard = Shard()
    shard.hears(order_event())
    shard.hears(promised(day(60), day(1)))
    shard.ticks(day(30))
    assert shard.effects == Effects()
    shard.ticks(day(61))
    assert [offer.kind for offer in shard.offers()] == ["breached"]


def test_a_deadline_that_came_nearer_fires_then() -> None:
    """An earlier promise is not missed."""
    shard = Shard()
    shard.hears(order_event())
    shard.hears(promised(day(5), day(1)))
    shard.ticks(day(6))
    assert [offer.kind for offer in shard.offers()] == ["breached"]


def test_a_report_settles_a_delivery() -> None:
    """Until the mark is in the row the delivery is unsettled."""
    shard = Shard()
    shard.hears(order_event(), day(22))
    shard.marks(DeliveryState.SENDING)
    assert KEY in shard.orders.unsettled
    shard.marks(DeliveryState.SENT)
    assert KEY not in shard.orders.unsettled
    assert (shard.row().records or [])[-1].deliveries["slack"].state == DeliveryState.SENT


def test_reports_about_nothing_known_change_nothing() -> None:
    """An order that has left or never was, and a repeated report."""
    shard = Shard()
    shard.hears(order_event(), day(22))
    record = (shard.row().records or [])[-1]
    for key, stored in ((b"left", leave(T0)), (b"never", None)):
        if stored is not None:
            shard.rows.put(key, stored)
        shard.orders.mark(key, mark_of(record, DeliveryState.SENT, 1), shard.rows, shard.effects, T0)
        assert shard.rows.get(key) == stored
    shard.marks(DeliveryState.SENT)
    before = shard.rows.get(KEY)
    shard.marks(DeliveryState.SENT)
    assert shard.rows.get(KEY) is before


def test_a_notice_that_went_out_although_withdrawn_is_retracted_at_once() -> None:
    """The report makes the retraction necessary; the notice, unsettled again, is offered too: its drop may be read."""
    shard = Shard()
    shard.hears(order_event(), day(22))
    shard.hears(order_event("SHIPPED", day(17), system="mes"), day(22))
    shard.offers()
    shard.marks(DeliveryState.SENDING, now=day(23))
    own, found = shard.offers()
    assert found.retracts == own.notice_id == (shard.row().records or [])[-1].id_for(ORDER)
    assert (own.state, own.attempts, found.state) == ("sending", 1, "pending")
    assert (found.order or {})["status"] == "SHIPPED"
    shard.marks(DeliveryState.SENT, now=day(23))
    assert shard.offers() == []


def test_a_new_owner_is_offered_what_is_unsettled() -> None:
    """To one partition of the outbox or to all; nothing where nobody receives."""
    shard = Shard()
    shard.hears(order_event(), day(22))
    shard.hears(order_event(order_id="o-2"))
    shard.offers()
    for outbox, count in ((None, 1), (5, 1), (4, 0)):
        shard.orders.reoffer(outbox, shard.rows, shard.effects, day(23))
        assert len(shard.offers()) == count


def test_an_order_that_has_left_meanwhile_is_not_offered() -> None:
    """Nor looked for again."""
    shard = Shard()
    shard.orders.unsettled = {b"left", b"never"}
    shard.rows.put(b"left", leave(T0))
    shard.orders.reoffer(None, shard.rows, shard.effects, day(23))
    assert shard.effects == Effects()
    assert shard.orders.unsettled == set()


def test_a_partition_is_rebuilt_from_its_rows() -> None:
    """Due times and what is unsettled are where they were; a marker is due when it may go."""
    before = Shard()
    before.hears(order_event(), day(22))
    before.hears(order_event(order_id="o-2"))
    before.rows.put(b"left", leave(T0))
    shard = Shard(before.rows)
    assert shard.orders.unsettled == {KEY}
    assert len(shard.orders.due) == 2
    shard.ticks(day(22))
    assert {offer.order_id for offer in shard.offers()} == {"o-2"}


LEAVING = {
    "finished": ([order_event(), order_event("SHIPPED", day(5), system="mes")], day(35)),
    "cancelled": ([order_event(), told(EventType.CANCEL, day(5))], day(35)),
    "cart": ([order_event("INITIATED")], day(90)),
}


@pytest.mark.parametrize(("events", "at"), LEAVING.values(), ids=LEAVING)
def test_an_order_leaves_and_a_marker_stays_for_a_year(events: list[OrderEvent], at: Instant) -> None:
    """A late event neither rebuilds the order nor notifies again; then the marker goes too."""
    shard = Shard()
    for event in events:
        shard.hears(event)
    shard.ticks(at - 1)
    assert shard.row().count == len(events)
    shard.ticks(at)
    marker = shard.rows.rows[KEY]
    assert marker == leave(at)
    assert shard.hears(promised(day(1), at), at) is Outcome.EXPIRED
    assert shard.rows.rows[KEY] == marker
    shard.ticks(at + 365 * DAY - 1)
    assert KEY in shard.rows.rows
    shard.ticks(at + 365 * DAY)
    assert KEY not in shard.rows.rows
    assert shard.effects == Effects()


def test_nothing_leaves_with_a_delivery_pending() -> None:
    """The order stays until the outcome is known, then leaves at once."""
    shard = Shard()
    shard.hears(order_event())
    shard.hears(order_event("SHIPPED", day(25), system="mes"), day(25))
    shard.ticks(day(400))
    assert shard.row().clock.ended_at == day(25)
    shard.marks(DeliveryState.SENT, place=1)
    shard.ticks(day(400))
    assert shard.row().clock.ended_at == day(25)
    shard.marks(DeliveryState.SENT, place=2)
    shard.ticks(day(400))
    assert shard.rows.rows[KEY] == leave(day(400))


def test_a_tick_about_nothing_does_nothing() -> None:
    """An order that is gone, a marker whose year is not over."""
    shard = Shard()
    shard.rows.put(b"left", leave(T0))
    shard.orders.tick([b"gone", b"left"], shard.rows, shard.effects, day(1))
    assert shard.rows.rows == {b"left": leave(T0)}
    assert shard.orders.due_of(shard.rows)(b"gone") is None
    assert shard.orders.due_of(shard.rows)(b"left") == day(365)


def test_the_index_holds_no_more_than_the_orders_need() -> None:
    """Whatever happens to an order, its entries do not pile up."""
    shard = Shard()
    for number in range(40):
        shard.hears(order_event("ON_FIRE" if number else "SUBMITTED", T0 + number), day(18) + number)
        shard.ticks(day(18) + number)
    assert len(shard.orders.due) <= 2
    assert shard.orders.due_of(shard.rows)(KEY) == wake_at(shard.row(), PROMISE_ONLY)


def test_what_an_event_brought_about_is_counted() -> None:
    """Stages that an event in time order ended, and the end of the order, once."""
    shard = Shard()
    shard.hears(order_event("PACKAGING"))
    shard.hears(order_event("CLOSED", day(5), system="crm"))
    shard.hears(order_event("CLOSED", day(6), system="crm"))
    assert shard.tally.of("moved") == [(["PACKAGING"], True, day(5))]


def test_a_row_of_another_policy_is_read_under_the_present_one() -> None:
    """What is stored follows when the order is next written."""
    shard = Shard()
    shard.hears(order_event())
    row = shard.row()
    row.book = row.rules = "another one"
    shard.rows.put(KEY, encode_row(row))
    shard.hears(told(EventType.NOTE, day(1)))
    assert (shard.row().book, shard.row().rules) == (
        PROMISE_ONLY.book.revision,
        PROMISE_ONLY.book.rules[0].revision,
    )
