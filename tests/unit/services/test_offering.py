"""What a partition decides and tells the outbox."""

from slamon.notices.notice import DeliveryState
from slamon.notices.row import Row, apply, mark_row, settle_row
from slamon.orders.event import Instant
from slamon.services.offering import Offering, owed
from slamon.services.offers import Address, Drop, Offer, decode_outbox
from slamon.stream import Effects, Outgoing
from tests.builders import ORDER, PROMISE_ONLY, T0, day, mark_of, order_event, order_rules, row_of
from tests.fakes.stream import FakeTally

KEY = ORDER.encode()
RULES = order_rules("slack", "crm", "gone", book=PROMISE_ONLY.book)
ADDRESSES = {"slack": Address("slack", b"slack|#late", 5), "crm": Address("crm", b"webhook|crm", 2)}
OFFERING = Offering(3, "outbox", ADDRESSES, RULES, FakeTally())


def _row(now: Instant | None = None) -> Row:
    row = row_of(order_event(), rules=RULES)
    if now is not None:
        settle_row(row, now, RULES)
    return row


def _offer(outgoing: Outgoing) -> Offer:
    found = decode_outbox(outgoing.value or b"").offer
    assert found is not None
    return found


def _drop(outgoing: Outgoing) -> Drop:
    found = decode_outbox(outgoing.value or b"").drop
    assert found is not None
    return found


def test_offers_go_to_the_partition_of_their_receiver() -> None:
    """Keyed by receiver and channel; nothing for a receiver that is configured no more."""
    found = list(OFFERING.offer(KEY, _row(day(19)), day(19)))
    assert [(out.topic, out.key, out.partition, _offer(out).receiver) for out in found] == [
        ("outbox", b"slack|#late", 5, "slack"),
        ("outbox", b"webhook|crm", 2, "crm"),
    ]
    assert {_offer(out).partition for out in found} == {3}
    assert (_offer(found[0]).order or {})["verdict"] == "at_risk"
    assert _offer(found[0]).as_of == day(19)


def test_offers_may_be_for_one_partition_of_the_outbox() -> None:
    """A new owner asks only for what comes to it."""
    found = OFFERING.offer(KEY, _row(day(19)), day(19), outbox=2)
    assert [_offer(out).receiver for out in found] == ["crm"]
    assert [OFFERING.reaches(outbox) for outbox in (2, 4, 5, None)] == [True, False, True, True]


def test_offers_may_be_for_some_deliveries() -> None:
    """`only` these."""
    row = _row(day(19))
    wanted = {delivery for delivery in owed(KEY, row) if delivery[1] == "slack"}
    assert [_offer(out).receiver for out in OFFERING.offer(KEY, row, day(19), only=wanted)] == ["slack"]


def test_drops_go_the_same_way() -> None:
    """In a fixed order, and none for a receiver that is configured no more."""
    found = list(OFFERING.drop({("n-2", "slack", None), ("n-1", "crm", None), ("n-0", "gone", None)}))
    assert [(out.key, out.partition, _drop(out)) for out in found] == [
        (b"webhook|crm", 2, Drop(notice_id="n-1", receiver="crm")),
        (b"slack|#late", 5, Drop(notice_id="n-2", receiver="slack")),
    ]


def test_nothing_is_owed_before_a_decision() -> None:
    """A row without notices owes nothing."""
    assert owed(KEY, _row()) == set()


def test_an_order_is_decided_when_its_time_has_come() -> None:
    """Not before, and not while it is unknown how far the sources were read."""
    effects, row = Effects(), _row()
    OFFERING.decide(KEY, row, effects, None)
    OFFERING.decide(KEY, row, effects, day(18, us=-1))
    assert (effects, row.records) == (Effects(), None)
    OFFERING.decide(KEY, row, effects, day(18))
    assert [_offer(out).kind for out in effects.after] == ["at_risk", "at_risk"]
    assert effects.before == []


def test_what_is_over_is_dropped_and_what_is_new_is_offered() -> None:
    """The warning that still waits is overtaken by the breach."""
    effects, row = Effects(), _row(day(19))
    OFFERING.decide(KEY, row, effects, day(22))
    drops, told = effects.after[:2], effects.after[2:]
    assert {_drop(out).receiver for out in drops} == {"crm", "slack"}
    assert {_offer(out).kind for out in told} == {"breached"}


def test_a_decision_that_changes_nothing_says_nothing() -> None:
    """No second offer of what waits already."""
    effects, row = Effects(), _row(day(19))
    OFFERING.decide(KEY, row, effects, day(19, us=5))
    assert effects == Effects()


def test_while_catching_up_only_earlier_decisions_are_judged_anew() -> None:
    """`now` unknown: what an event disproves is withdrawn at once, nothing new is decided."""
    effects, row = Effects(), _row(day(19))
    assert row.records is not None
    mark_row(row, ORDER, mark_of(row.records[0], DeliveryState.SENT, 1))
    apply(row, order_event("SHIPPED", day(17)), RULES)
    OFFERING.decide(KEY, row, effects, None)
    assert [_drop(out).receiver for out in effects.after[:1]] == ["crm"]
    assert [_offer(out).retracts for out in effects.after[1:]] == [row.records[0].id_for(ORDER)]
    assert row.settled_at == day(19)


def test_decisions_are_counted() -> None:
    """The tally hears of each change."""
    tally = FakeTally()
    offering = Offering(3, "outbox", ADDRESSES, RULES, tally)
    offering.decide(KEY, _row(), Effects(), day(22))
    offering.decide(KEY, _row(), Effects(), T0)
    assert tally.said == [("decided", 2, 2)]


def test_what_waited_and_is_not_sent_after_all_is_counted_once() -> None:
    """The warning that is overtaken; what is superseded from the start counts with its decision."""
    tally = FakeTally()
    offering, row = Offering(3, "outbox", ADDRESSES, RULES, tally), _row(day(19))
    offering.decide(KEY, row, Effects(), day(22))
    offering.decide(KEY, row, Effects(), day(23))
    assert sorted(tally.of("superseded")) == [(receiver, "at_risk") for receiver in ("crm", "gone", "slack")]
