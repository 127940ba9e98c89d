"""The row of one order: outcomes, when it wants to be looked at, when it leaves."""

from dataclasses import replace

import pytest

from slamon.notices.answers import Action, Answer
from slamon.notices.leaving import leave
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.notices.row import (
    OrderRules,
    Outcome,
    Row,
    apply,
    encode_row,
    entries_of,
    mark_row,
    read_row,
    settle_row,
)
from slamon.orders.event import DAY, Instant, OrderEvent
from slamon.orders.history import KEPT_PER_END
from slamon.sla.book import Era, RuleBook
from slamon.sla.calendar import Length
from slamon.sla.clock import Due, Trace
from slamon.sla.policy import ApplyTo, DivergenceTerms, SlaTerms
from tests.builders import (
    CLOCK,
    ORDER,
    PROMISE_ONLY,
    RULES,
    T0,
    book,
    day,
    order_event,
    policy,
    promised,
    row_of,
    settled,
)

SHIPPED = order_event("SHIPPED", day(5), system="mes")
QUIET = OrderRules(PROMISE_ONLY.book)


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (order_event("PRICE_CALCULATED", day(1)), Outcome.APPLIED),
        (order_event("CANCELLED", day(1)), Outcome.APPLIED),
        (order_event("ON_FIRE", day(1)), Outcome.UNKNOWN_STATUS),
        (order_event("ON_FIRE", day(-1)), Outcome.UNKNOWN_STATUS),
        (promised(day(9), day(1)), Outcome.APPLIED),
        (order_event(), Outcome.DUPLICATE),
        (order_event(event_id="another"), Outcome.DUPLICATE),
    ],
)
def test_what_became_of_an_event(event: OrderEvent, outcome: Outcome) -> None:
    """The outcome is the label of slamon_events_total; `event_id` plays no part."""
    assert apply(row_of(order_event()), event, RULES) is outcome


def test_unknown_statuses_are_kept() -> None:
    """Unknown statuses are kept and counted but move nothing."""
    row = row_of(order_event(), order_event("ON_FIRE", day(1)))
    assert [entry.status for entry in entries_of(row)] == ["SUBMITTED", "ON_FIRE"]
    assert row.clock.step == CLOCK.index["SUBMITTED"]


def test_an_event_in_time_order_tells_what_it_brought_about() -> None:
    """The trace of a running clock holds the stages that this event ended."""
    row, trace = row_of(order_event()), Trace()
    apply(row, order_event("PRICE_CALCULATED", day(1)), RULES, trace)
    assert trace.visits == [(0, T0, day(1))]


@pytest.mark.parametrize("at", [day(-1), T0, day(1)], ids=["late", "at once", "in order"])
def test_the_channel_is_the_last_stated(at: Instant) -> None:
    """`channel` as last stated, whatever the way an event takes into the row."""
    row = row_of(order_event(channel="b2b"), order_event("FILE_UPLOADED", at, channel="c"))
    assert row.clock.channel == ("b2b" if at < T0 else "c")
    apply(row, order_event("SHIPPED", day(2)), RULES)
    assert row.clock.channel == ("b2b" if at < T0 else "c")


def test_a_row_in_order_may_grow_to_what_is_kept() -> None:
    """The fast way ends where the history must be bounded; both ways meet."""
    events = [order_event("ON_FIRE", T0 + number) for number in range(2 * KEPT_PER_END + 2)]
    row = row_of(*events)
    assert row.truncated
    assert [entry.at for entry in entries_of(row)] == [
        *range(T0, T0 + KEPT_PER_END),
        *range(T0 + KEPT_PER_END + 2, T0 + 2 * KEPT_PER_END + 2),
    ]


def test_a_stored_row_is_read_back() -> None:
    """Bytes in, bytes out; a marker is no row."""
    row = row_of(order_event(), SHIPPED)
    settle_row(row, day(9), RULES)
    assert read_row(encode_row(row), RULES) == row
    assert read_row(leave(day(9)), RULES) is None


def test_a_changed_policy_folds_anew() -> None:
    """The same events under a longer promise; what was decided stays."""
    row = row_of(order_event())
    settle_row(row, day(22), RULES)
    longer = replace(RULES, book=book(policy(duration=Length(40))))
    found = read_row(encode_row(row), longer)
    assert found is not None
    assert found.clock.due_at == day(40)
    assert found.rules == longer.book.rules[0].revision
    assert found.records == row.records


def _changed(after: SlaTerms, apply_to: ApplyTo = ApplyTo.OPEN) -> OrderRules:
    """The default rules, and other ones from day 23 on."""
    terms = replace(after, policies=tuple(replace(policy, apply_to=apply_to) for policy in after.policies))
    return replace(RULES, book=RuleBook((*RULES.book.eras, Era(day(23), terms))))


def _told(row: Row) -> list[tuple[int, str, bool]]:
    """(kind, state, whether a retraction is owed) of every notice."""
    return [
        (record.kind, record.deliveries["slack"].state, record.retraction is not None) for record in row.records or ()
    ]


TWO_WEEKS, FOUR_WEEKS = SlaTerms((policy(duration=Length(14)),)), SlaTerms((policy(duration=Length(28)),))
UNTIMELY = SlaTerms(divergence=DivergenceTerms(allowed_skew=60 * DAY))
ENFORCED = SlaTerms(enforce_from=day(23))


@pytest.mark.parametrize("after", [TWO_WEEKS, FOUR_WEEKS, UNTIMELY, ENFORCED])
def test_an_order_under_changed_rules_is_not_told_of_its_past(after: SlaTerms) -> None:
    """Nothing that lies before the change is taken back aloud or told anew, whatever was changed."""
    row = settled(row_of(order_event("PACKAGING")), RULES, day(22), DeliveryState.SENT)
    assert {record.kind for record in row.records or ()} == {Due.AT_RISK, Due.BREACHED, Due.DIVERGENCE}
    found = read_row(encode_row(row), _changed(after))
    assert found is not None
    settle_row(found, day(24), _changed(after))
    assert {(state, owed) for _, state, owed in _told(found)} <= {("sent", False), ("superseded", False)}


def test_what_becomes_true_after_a_change_is_told() -> None:
    """A promise of four weeks, in force from day 23 on: breached on day 28."""
    row = settled(row_of(order_event("PACKAGING")), RULES, day(22), DeliveryState.SENT)
    found = read_row(encode_row(row), _changed(FOUR_WEEKS))
    assert found is not None
    settle_row(found, day(29), _changed(FOUR_WEEKS))
    new = {(r.kind, r.due_at): r.deliveries["slack"].state for r in found.records or () if r.due_at == day(28)}
    assert new == {(Due.AT_RISK, day(28)): "superseded", (Due.BREACHED, day(28)): "pending"}


@pytest.mark.parametrize("apply_to", [ApplyTo.NEW, ApplyTo.OPEN])
def test_what_was_not_told_yet_of_an_order_that_a_change_is_not_for_is_told_after_it(apply_to: ApplyTo) -> None:
    """A breach while slamon was away, before it came back with another configuration."""
    changed = SlaTerms() if apply_to is ApplyTo.OPEN else TWO_WEEKS
    row = row_of(order_event("PACKAGING"))
    found = read_row(encode_row(row), _changed(changed, apply_to))
    assert found is not None
    settle_row(found, day(24), _changed(changed, apply_to))
    assert (Due.BREACHED, "pending", False) in _told(found)


def test_notices_are_never_decided_before_an_earlier_decision() -> None:
    """A worker whose clock is behind takes nothing back."""
    row = row_of(order_event())
    settle_row(row, day(22), PROMISE_ONLY)
    assert not settle_row(row, day(20), PROMISE_ONLY)
    assert row.settled_at == day(22)


def test_marks_need_a_decision() -> None:
    """A report about an order without notices changes nothing."""
    report = Mark(notice_id="?", receiver="slack", state="sent", attempts=1, at=T0)
    assert not mark_row(row_of(order_event()), ORDER, report)


@pytest.mark.parametrize(("until", "not_before"), [(day(40), day(40)), (day(19), None)])
def test_a_warning_waits_for_the_end_of_the_snooze(until: Instant, not_before: Instant | None) -> None:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    row.answers = [Answer("n", Action.SNOOZE, "ann", day(2), until=until)]
    assert settle_row(row, day(19), PROMISE_ONLY)
    (warning,) = list(row.records or [])
    assert warning.kind == Due.AT_RISK
    assert [delivery.not_before for delivery in warning.deliveries.values()] == [not_before]
    assert settle_row(row, day(22), PROMISE_ONLY)
    breach = (row.records or [])[-1]
    assert breach.kind == Due.BREACHED
    assert [delivery.not_before for delivery in breach.deliveries.values()] == [None]


def test_answers_are_kept_in_the_row_and_change_nothing_else() -> None:
    row = row_of(order_event(), rules=PROMISE_ONLY)
    settle_row(row, day(22), PROMISE_ONLY)
    row.answers = [Answer("n", Action.TOLD, "ann", day(23), nonce="7.1")]
    again = read_row(encode_row(row), PROMISE_ONLY)
    assert again == row
