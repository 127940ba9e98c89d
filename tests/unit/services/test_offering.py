"""What a partition decides and tells the outbox."""

from dataclasses import replace

from slamon.lag.held_up import Queues, Stay
from slamon.lag.waiting import Wait
from slamon.notices.notice import DeliveryState
from slamon.notices.routing import Hours, Person, Routing
from slamon.notices.row import Row, apply, mark_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import Instant
from slamon.services.lag_queues import KnownQueues
from slamon.services.offering import Offering, owed
from slamon.services.offers import Address, Drop, Offer, decode_outbox
from slamon.stream import Effects, Outgoing
from tests.builders import HOUR, ORDER, PROMISE_ONLY, T0, day, mark_of, order_event, order_rules, row_of
from tests.calendars import workshop
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


LOS_ANGELES = Hours(workshop("America/Los_Angeles"))
PEOPLE = {"m-1": Person("U1", "#first", LOS_ANGELES), "m-2": Person("U2", "#gone")}
ROUTED = order_rules(book=PROMISE_ONLY.book, notices=NoticeRules(Routing(("slack", "crm"), people=PEOPLE)))
LANES = ADDRESSES | {"slack|#first": Address("slack", b"slack|#first", 7)}


def _routed(manager_id: str) -> tuple[Offering, Row]:
    row = row_of(order_event(manager_id=manager_id), rules=ROUTED)
    return Offering(3, "outbox", LANES, ROUTED, FakeTally()), row


def test_offers_for_a_channel_go_to_its_partition() -> None:
    """With whom they concern, and when they want it."""
    (offering, row), effects = _routed("m-1"), Effects()
    offering.decide(KEY, row, effects, day(18))
    slack, crm = effects.after
    assert (slack.key, slack.partition) == (b"slack|#first", 7)
    told = _offer(slack)
    assert (told.route, told.mention, told.not_before) == ("#first", ("U1",), day(18) + 7 * HOUR)
    assert (crm.key, _offer(crm).route, _offer(crm).mention, _offer(crm).not_before) == (b"webhook|crm", None, (), None)
    assert [_offer(out).receiver for out in offering.offer(KEY, row, day(18), outbox=7)] == ["slack"]
    assert (offering.reaches(7), list(offering.offer(KEY, row, day(18), outbox=5))) == (True, [])


def test_a_channel_that_is_configured_no_more_gives_way_to_slacks_own() -> None:
    """Offer and drop alike."""
    (offering, row), effects = _routed("m-2"), Effects()
    offering.decide(KEY, row, effects, day(18))
    assert (effects.after[0].key, effects.after[0].partition) == (b"slack|#late", 5)
    effects.after.clear()
    apply(row, order_event("SHIPPED", day(17)), ROUTED)
    offering.decide(KEY, row, effects, day(18, us=1))
    assert [(out.key, _drop(out).route) for out in effects.after] == [(b"webhook|crm", None), (b"slack|#late", "#gone")]


def test_what_is_over_before_its_reader_wakes_is_taken_back() -> None:
    """From the channel where it waits; the tally hears of it."""
    tally, effects = FakeTally(), Effects()
    _, row = _routed("m-1")
    offering = Offering(3, "outbox", LANES, ROUTED, tally)
    offering.decide(KEY, row, Effects(), day(18))
    apply(row, order_event("SHIPPED", day(18) + HOUR), ROUTED)
    offering.decide(KEY, row, effects, day(18) + 2 * HOUR)
    assert [(out.key, _drop(out).receiver, _drop(out).route) for out in effects.after] == [
        (b"slack|#first", "slack", "#first")
    ]
    assert tally.of("superseded") == [("slack", "at_risk")]


def test_an_offer_says_which_queue_holds_the_order() -> None:
    known = KnownQueues("slamon")
    wait = Wait("crm-sync", "orders", 0, 7, day(18), 0)
    known.swap(
        Queues(day(19), complete=True, waits={ORDER: [wait]}, stays=(Stay(ORDER, "crm-sync", "orders", day(18)),))
    )
    offering = replace(OFFERING, queues=known)
    order = _offer(next(iter(offering.offer(KEY, _row(day(19)), day(19))))).order or {}
    assert order["blocked"]["who"] == "crm-sync"  # type: ignore[index]
    assert "queue" in {cause["cause"] for cause in order["causes"]}  # type: ignore[attr-defined]
    plain = _offer(next(iter(OFFERING.offer(KEY, _row(day(19)), day(19))))).order or {}
    assert plain["blocked"] is None
