"""When a row wants to be looked at again, and when its order leaves the table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notices.leaving import MARKER_KEPT, leave, leaves_at, marker_ends, may_leave, wake_at, wanted_at
from slamon.notices.notice import DeliveryState
from slamon.notices.row import OrderRules, apply, encode_row, new_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, EventType, Instant, OrderEvent
from slamon.sla.calendar import Length
from slamon.sla.policy import StageBudget
from tests.builders import (
    MINUTE,
    PROMISE_ONLY,
    RULES,
    T0,
    book,
    day,
    order_event,
    order_rules,
    policy,
    promised,
    row_of,
    settled,
    told,
)
from tests.strategies import order_events

SHIPPED = order_event("SHIPPED", day(5), system="mes")
QUIET = OrderRules(PROMISE_ONLY.book)


def test_an_open_order_wakes_at_its_next_deadline() -> None:
    """A warning at its instant, a breach just after it; then nothing, an open order never leaves."""
    row = row_of(order_event(), rules=PROMISE_ONLY)
    assert wake_at(row, PROMISE_ONLY) == day(18)
    assert wake_at(settled(row, PROMISE_ONLY, day(18), None), PROMISE_ONLY) == day(21, us=1)
    settled(row, PROMISE_ONLY, day(22), DeliveryState.SENT)
    assert wake_at(row, PROMISE_ONLY) is None
    assert leaves_at(row, PROMISE_ONLY) is None


def test_a_stage_wakes_its_order() -> None:
    """The nearest budget counts; the instant it is used up is still in time."""
    assert wake_at(row_of(order_event()), RULES) == T0 + 30 * MINUTE + 1


@pytest.mark.parametrize(
    ("events", "at"),
    [
        ([order_event(), SHIPPED], day(35)),
        ([order_event(), told(EventType.CANCEL, day(3))], day(33)),
        ([order_event(), SHIPPED, told(EventType.NOTE, day(6))], day(36)),
        ([order_event("INITIATED")], day(90)),
        ([order_event("INITIATED"), told(EventType.NOTE, day(1))], day(91)),
        ([order_event("INITIATED"), promised(day(9))], None),
        ([order_event()], None),
    ],
    ids=["finished", "cancelled", "heard of after", "cart", "cart heard of", "cart with a date", "open"],
)
def test_what_leaves(events: list[OrderEvent], at: Instant | None) -> None:
    """Finished and cancelled orders after `keep_finished`, carts after `keep_not_started` without an event."""
    row = row_of(*events, rules=QUIET)
    assert leaves_at(row, QUIET) == at
    if at is not None:
        assert wake_at(row, QUIET) == at
        assert may_leave(row, at, QUIET)
        assert not may_leave(row, at - 1, QUIET)


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (None, False),
        (DeliveryState.SENDING, False),
        (DeliveryState.SENT, True),
        (DeliveryState.FAILED, True),
    ],
)
def test_nothing_leaves_with_a_delivery_pending(state: DeliveryState | None, may: bool) -> None:
    """A finished order stays while anything about it is still to be sent."""
    late = order_event("SHIPPED", day(25), system="mes")
    row = settled(row_of(order_event(), late, rules=PROMISE_ONLY), PROMISE_ONLY, day(26), state)
    assert may_leave(row, day(400), PROMISE_ONLY) is may
    assert wake_at(row, PROMISE_ONLY) == (day(55) if may else None)


def test_nothing_leaves_before_it_was_told() -> None:
    """`keep_finished` of zero: the notice of the finish comes first, even at the same instant."""
    rules = order_rules(book=PROMISE_ONLY.book, keep_finished=0)
    row = row_of(order_event(), order_event("SHIPPED", day(25), system="mes"), rules=rules)
    assert not may_leave(row, day(26), rules)
    assert settle_row(row, day(26), rules)


def test_a_cart_with_a_running_stage_stays_for_it() -> None:
    """A stage before the start may be overdue in a cart; it is told before the cart leaves."""
    rules = OrderRules(
        book(policy(StageBudget("INITIATED", "SUBMITTED", Length(0, 90 * DAY - 1)))), NoticeRules(("slack",))
    )
    row = row_of(order_event("INITIATED"), rules=rules)
    assert wake_at(row, rules) == leaves_at(row, rules) == day(90)
    assert not may_leave(row, day(90), rules)


def test_a_marker_stays_for_a_year() -> None:
    """A small marker stays for a year after the order has left."""
    marker = leave(day(35))
    assert len(marker) < 16
    assert marker_ends(marker) == wanted_at(marker, RULES) == day(35) + MARKER_KEPT == day(400)
    assert marker_ends(encode_row(new_row(RULES))) is None
    assert wanted_at(encode_row(row_of(order_event())), RULES) == wake_at(row_of(order_event()), RULES)


def test_a_new_row_waits_for_nothing_but_its_leaving() -> None:
    """Of an order that was never heard of nothing is known, so it may go at once."""
    row = new_row(RULES)
    assert wake_at(row, RULES) == leaves_at(row, RULES)


def test_a_divergence_wakes_its_order() -> None:
    """The microsecond after the skew, when nothing else is due before."""
    row = row_of(order_event("PACKAGING"))
    assert wake_at(row, RULES) == T0 + 15 * MINUTE + 1
    settle_row(row, T0 + 15 * MINUTE + 1, RULES)
    assert wake_at(row, RULES) == day(18)


def test_an_order_that_gives_no_notices_wakes_for_none() -> None:
    """Started before `enforce_from`: only its leaving is left."""
    rules = order_rules(book=book(enforce_from=day(1)))
    assert wake_at(row_of(order_event(), rules=rules), rules) is None
    assert wake_at(row_of(order_event(), SHIPPED, rules=rules), rules) == day(35)


def test_a_retraction_that_is_owed_keeps_an_order() -> None:
    """Its notice was sent; that it never was true is still to be said."""
    row = settled(row_of(order_event(), rules=PROMISE_ONLY), PROMISE_ONLY, day(22), DeliveryState.SENT)
    apply(row, SHIPPED, PROMISE_ONLY)
    settle_row(row, day(23), PROMISE_ONLY)
    assert any(record.retraction for record in row.records or ())
    assert not may_leave(row, day(400), PROMISE_ONLY)


@given(order_events(), st.integers(0, 60))
def test_an_order_leaves_when_nothing_is_left_to_do(events: list[OrderEvent], days: int) -> None:
    """After everything was decided and told it wakes for its leaving alone, and at that instant it may leave."""
    last = max(event.occurred_at for event in events)
    row = row_of(*events)
    settled(row, RULES, max(last, day(days)) + 400 * DAY, DeliveryState.SENT)
    at = leaves_at(row, RULES)
    assert wake_at(row, RULES) == at
    if at is None:
        assert not may_leave(row, last + 4000 * DAY, RULES)
    else:
        assert (may_leave(row, at - 1, RULES), may_leave(row, at, RULES)) == (False, True)
