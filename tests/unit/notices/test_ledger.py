"""What is decided about an order's notices, in the words of CONTRACT §4 "Delivery" and "Retraction"."""

from dataclasses import dataclass, field

import pytest

from slamon.notices.ledger import MAX_FALLEN, Situation, settle
from slamon.notices.marks import mark
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import Delivery, NoticeRecord
from slamon.notices.row import OrderRules, Row, apply, new_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, EventType, Instant, OrderEvent
from slamon.sla.clock import Clock, Due
from tests.builders import BOOK, CLOCK, MINUTE, ORDER, PROMISE_ONLY, RULES, day, mark_of, order_event, promised, told

SUBMITTED = order_event()
SHIPPED = order_event("SHIPPED", day(20), system="mes")
PENDING, SENT, SUPERSEDED = "pending", "sent", "superseded"
RISK, BREACH, LATE = int(Due.AT_RISK), int(Due.BREACHED), int(Due.FINISHED_LATE)


@dataclass
class Teller:
    """An order as the daemon keeps it, with a hand-moved clock and an outbox that sends at once when asked."""

    rules: OrderRules = field(default_factory=lambda: PROMISE_ONLY)
    row: Row = field(init=False)
    attempts: int = 0

    def __post_init__(self) -> None:
        self.row = new_row(self.rules)

    @property
    def records(self) -> list[NoticeRecord]:
        return self.row.records or []

    def hears(self, *events: OrderEvent, at: Instant) -> "Teller":
        for event in events:
            apply(self.row, event, self.rules)
        return self.waits(at)

    def waits(self, until: Instant) -> "Teller":
        settle_row(self.row, until, self.rules)
        return self

    def sends(self, state: DeliveryState = DeliveryState.SENT) -> "Teller":
        """Everything that waits gets this far."""
        self.attempts += 1
        for record in self.records:
            for own, notice_id in _waiting(record):
                report = mark_of(record, state, self.attempts, notice_id=notice_id)
                assert mark(ORDER, self.records, report), own
        return self

    def shows(self) -> list[tuple[int, bool, str, str | None]]:
        """(kind, standing, delivery, withdrawal) to the first receiver, as decided."""
        return [
            (
                record.kind,
                record.standing,
                str(record.deliveries["slack"].state),
                None if record.retraction is None else str(record.retraction["slack"].state),
            )
            for record in self.records
        ]


def _waiting(record: NoticeRecord) -> list[tuple[Delivery, str]]:
    both = [(record.deliveries["slack"], record.id_for(ORDER))]
    if record.retraction is not None:
        both.append((record.retraction["slack"], retraction_id(record.id_for(ORDER))))
    return [(delivery, name) for delivery, name in both if delivery.state == DeliveryState.PENDING]


def test_a_late_order_is_told() -> None:
    """Warned in time, breached, finished late: each is decided at its instant and sent."""
    order = Teller().hears(SUBMITTED, at=day(1))
    assert order.shows() == []
    assert order.waits(day(18)).sends().shows() == [(RISK, True, SENT, None)]
    assert order.waits(day(21)).shows() == [(RISK, True, SENT, None)]
    assert order.waits(day(21, us=1)).sends().shows()[1:] == [(BREACH, True, SENT, None)]
    order.hears(order_event("SHIPPED", day(25), system="mes"), at=day(25)).sends()
    assert order.shows()[2:] == [(LATE, True, SENT, None)]
    assert [(record.due_at, record.at, record.decided_at) for record in order.records] == [
        (day(21), day(18), day(18)),
        (day(21), day(21), day(21, us=1)),
        (day(21), day(25), day(25)),
    ]


def test_a_warning_still_waiting_is_superseded_by_the_breach() -> None:
    """An `at_risk` still waiting when its order breaches is superseded."""
    order = Teller().hears(SUBMITTED, at=day(19)).waits(day(22))
    assert order.shows() == [(RISK, True, SUPERSEDED, None), (BREACH, True, PENDING, None)]


def test_a_warning_on_its_way_is_not_superseded() -> None:
    """What is being sent when the order breaches goes its way."""
    order = Teller().hears(SUBMITTED, at=day(19)).sends(DeliveryState.SENDING).waits(day(22))
    assert order.shows()[0] == (RISK, True, "sending", None)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([SUBMITTED], [(RISK, True, SUPERSEDED, None), (BREACH, True, PENDING, None)]),
        (
            [SUBMITTED, promised(day(60), day(19))],
            [(RISK, True, SUPERSEDED, None)],
        ),
        (
            [SUBMITTED, order_event("SHIPPED", day(19), system="mes")],
            [(RISK, True, SUPERSEDED, None)],
        ),
        (
            [SUBMITTED, promised(day(60), day(22))],
            [(RISK, True, SUPERSEDED, None), (BREACH, True, PENDING, None)],
        ),
        (
            [SUBMITTED, told(EventType.CANCEL, day(22))],
            [(RISK, True, SUPERSEDED, None), (BREACH, True, PENDING, None)],
        ),
        (
            [SUBMITTED, order_event("SHIPPED", day(22), system="mes")],
            [(RISK, True, SUPERSEDED, None), (BREACH, True, PENDING, None), (LATE, True, PENDING, None)],
        ),
    ],
    ids=["breached", "re-promised", "finished", "re-promised late", "cancelled late", "finished late"],
)
def test_what_was_over_when_learnt_is_recorded_and_not_sent(
    events: list[OrderEvent], expected: list[tuple[int, bool, str, str | None]]
) -> None:
    """`superseded`: an `at_risk` over or overtaken when slamon learnt of it; a `breached` is sent."""
    assert Teller().hears(*events, at=day(23)).shows() == expected


def test_a_stage_that_was_left_when_learnt_is_superseded() -> None:
    """`superseded`: a `stage_overdue` whose stage was left when slamon learnt of it; one still in it is told."""
    priced = order_event("PRICE_CALCULATED", day(1), system="mes")
    left = Teller(RULES).hears(SUBMITTED, priced, at=day(2))
    assert left.shows() == [(int(Due.STAGE_OVERDUE), True, SUPERSEDED, None)]
    inside = Teller(RULES).hears(SUBMITTED, at=day(0, us=31 * MINUTE))
    assert inside.shows() == [(int(Due.STAGE_OVERDUE), True, PENDING, None)]


@pytest.mark.parametrize(("now", "state"), [(day(32), PENDING), (day(32, us=1), SUPERSEDED)])
def test_an_order_that_ended_long_ago_is_not_told(now: Instant, state: str) -> None:
    """`superseded`: notices about an order that had ended more than `notify.max_age` before slamon learnt."""
    order = Teller().hears(SUBMITTED, order_event("SHIPPED", day(25), system="mes"), at=now)
    assert order.shows()[1:] == [(BREACH, True, state, None), (LATE, True, state, None)]


def test_a_breach_of_an_open_order_is_always_sent() -> None:
    """However long ago: a `breached` of an open order is sent."""
    assert Teller().hears(SUBMITTED, at=day(400)).shows()[1:] == [(BREACH, True, PENDING, None)]


RETRACTED = {
    "had finished in time": [SHIPPED],
    "had been re-promised in time": [promised(day(60), day(20))],
    "had been cancelled in time": [told(EventType.CANCEL, day(20))],
}


@pytest.mark.parametrize("events", RETRACTED.values(), ids=RETRACTED)
def test_what_was_sent_in_error_is_retracted_once(events: list[OrderEvent]) -> None:
    """A late event that shows that the condition never became true sends one `retracted`."""
    order = Teller().hears(SUBMITTED, at=day(19)).sends().waits(day(22)).sends().hears(*events, at=day(23))
    assert order.shows()[1] == (BREACH, False, SENT, PENDING)
    order.sends().waits(day(30))
    assert order.shows()[1] == (BREACH, False, SENT, SENT)
    assert order.records[1].withdrawn_at == day(23)


def test_what_was_not_sent_yet_needs_no_retraction() -> None:
    """A notice that still waits is superseded when it ceases to stand."""
    order = Teller().hears(SUBMITTED, at=day(22)).hears(SHIPPED, at=day(23))
    assert order.shows()[1] == (BREACH, False, SUPERSEDED, None)


@pytest.mark.parametrize(
    ("state", "withdrawal"),
    [(DeliveryState.FAILED, None), (DeliveryState.SENDING, PENDING), (DeliveryState.DIGESTED, PENDING)],
)
def test_only_what_may_have_been_heard_is_retracted(state: DeliveryState, withdrawal: str | None) -> None:
    """What a receiver refused it never heard; what is under way or in a digest it may have."""
    order = Teller().hears(SUBMITTED, at=day(22)).sends(state).hears(SHIPPED, at=day(23))
    assert order.shows()[1] == (BREACH, False, str(state), withdrawal)


NOT_RETRACTED = {
    "cancelled": [told(EventType.CANCEL, day(21, us=1))],
    "re-promised": [promised(day(60), day(21, us=1))],
    "finished": [order_event("SHIPPED", day(21, us=1), system="mes")],
}


@pytest.mark.parametrize("events", NOT_RETRACTED.values(), ids=NOT_RETRACTED)
def test_what_happened_after_the_instant_retracts_nothing(events: list[OrderEvent]) -> None:
    """A cancel, re-promise or finish that happened after the notice's instant leaves it standing."""
    order = Teller().hears(SUBMITTED, at=day(22)).sends().hears(*events, at=day(23))
    assert order.shows()[1] == (BREACH, True, SENT, None)


def test_true_again_after_all() -> None:
    """The old id stands again and is sent with `reinstated`."""
    order = Teller().hears(SUBMITTED, at=day(22)).sends()
    old = order.records[1].id_for(ORDER)
    order.hears(promised(day(60), day(20)), at=day(23)).sends()
    # The CRM took its word back before the old date passed.
    order.hears(promised(day(21), day(20, us=1)), at=day(24))
    assert order.shows()[1] == (BREACH, True, PENDING, SENT)
    assert order.records[1].id_for(ORDER) == old
    assert order.records[1].turns == 2
    order.sends().waits(day(30))
    assert order.shows()[1] == (BREACH, True, SENT, SENT)


def test_a_retraction_that_was_never_said_is_dropped() -> None:
    """Withdrawn and true again before anybody was told: nothing is sent."""
    order = Teller().hears(SUBMITTED, at=day(22)).sends().hears(promised(day(60), day(20)), at=day(23))
    order.hears(promised(day(21), day(20, us=1)), at=day(24))
    assert order.shows()[1] == (BREACH, True, SENT, SUPERSEDED)


def test_what_was_superseded_may_be_told_when_it_stands_again() -> None:
    """A notice that never went out goes out when it is true again."""
    order = Teller().hears(SUBMITTED, at=day(22)).hears(promised(day(60), day(20)), at=day(23))
    order.hears(promised(day(21), day(20, us=1)), at=day(24))
    assert order.shows()[1] == (BREACH, True, PENDING, None)


def test_a_refused_retraction_leaves_the_notice_as_it_was() -> None:
    """The receiver was never told otherwise, so nothing is said again."""
    order = Teller().hears(SUBMITTED, at=day(22)).sends().hears(promised(day(60), day(20)), at=day(23))
    order.sends(DeliveryState.FAILED).hears(promised(day(21), day(20, us=1)), at=day(24))
    assert order.shows()[1] == (BREACH, True, SENT, "failed")


def test_a_second_date_earns_a_second_breach() -> None:
    """A promise revised after it was breached leaves that `breached` standing and may earn another."""
    order = Teller().hears(SUBMITTED, promised(day(30), day(22)), at=day(31))
    breaches = [(record.due_at, record.standing) for record in order.records if record.kind == BREACH]
    assert breaches == [(day(21), True), (day(30), True)]


def test_the_instant_of_a_standing_notice_follows_the_history() -> None:
    """A date stated earlier than was known moves `at`, and nothing is sent for it."""
    order = Teller().hears(SUBMITTED, promised(day(5), day(8)), at=day(9)).sends()
    assert [record.at for record in order.records] == [day(8)]
    order.hears(promised(day(5), day(6), system="mes"), at=day(10))
    assert order.shows() == [(BREACH, True, SENT, None)]
    assert [record.at for record in order.records] == [day(6)]


def test_every_receiver_is_told_for_itself() -> None:
    """Deliveries are kept per receiver, in the order of configuration."""
    rules = OrderRules(BOOK, NoticeRules(("slack", "crm")))
    row = new_row(rules)
    apply(row, SUBMITTED, rules)
    settle_row(row, day(0, us=31 * MINUTE), rules)
    assert row.records is not None
    assert list(row.records[0].deliveries) == ["slack", "crm"]


def test_without_receivers_a_notice_stands_all_the_same() -> None:
    """Standing is a function of the events; nobody to tell is no reason not to stand."""
    rules = OrderRules(BOOK)
    row = new_row(rules)
    apply(row, SUBMITTED, rules)
    assert settle_row(row, day(0, us=31 * MINUTE), rules)
    assert row.records is not None
    assert row.records[0].standing


def _fallen(count: int, state: DeliveryState) -> list[NoticeRecord]:
    return [
        NoticeRecord(BREACH, None, day(number), day(number), day(number), standing=False, turns=1)
        if state is DeliveryState.SENT
        else NoticeRecord(
            BREACH, None, day(number), day(number), day(number), standing=False, deliveries={"slack": Delivery(state)}
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("state", "kept"), [(DeliveryState.SENT, MAX_FALLEN), (DeliveryState.PENDING, MAX_FALLEN + 9)])
def test_of_what_fell_only_so_much_is_remembered(state: DeliveryState, kept: int) -> None:
    """The oldest settled notices that no longer stand are let go; what is still to be sent never is."""
    records = _fallen(MAX_FALLEN + 9, state)
    settle(records, Situation(Clock(), CLOCK, day(999)), NoticeRules())
    assert [record.due_at for record in records] == [day(n) for n in range(MAX_FALLEN + 9 - kept, MAX_FALLEN + 9)]


def test_the_age_of_a_notice_counts_from_the_end_of_its_order() -> None:
    """`notify.max_age` is configurable."""
    rules = OrderRules(PROMISE_ONLY.book, NoticeRules(("slack",), max_age=DAY))
    ended = [SUBMITTED, order_event("SHIPPED", day(25), system="mes")]
    assert {state for _, _, state, _ in Teller(rules).hears(*ended, at=day(26, us=1)).shows()} == {SUPERSEDED}
