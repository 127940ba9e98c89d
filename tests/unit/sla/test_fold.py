"""The fold of a whole history."""

from dataclasses import replace

import msgspec
import pytest

from slamon.orders.event import Instant, OrderEvent
from slamon.sla.book import Era, RuleBook
from slamon.sla.calendar import Length
from slamon.sla.clock import Clock, Trace
from slamon.sla.fold import fold
from slamon.sla.policy import ApplyTo, SlaPolicy, SlaTerms
from tests.builders import BOOK, day, entries, order_event, policy, promised


def test_nothing_folds_to_nothing() -> None:
    """An order of which nothing was heard has the clock that every order begins with."""
    assert fold([], BOOK) == Clock()


def test_a_fold_notes_for_people_what_it_passes() -> None:
    """The trace holds the promises in force and the stages left; the clock is the same without it."""
    found = entries(order_event(), promised(day(9), day(1)), order_event("SHIPPED", day(5), system="mes"))
    trace = Trace()
    assert fold(found, BOOK, trace) == fold(found, BOOK)
    assert trace.promises == [(day(1), day(9))]
    assert trace.visits == [(0, day(0), day(5))]


def _changed(before: SlaPolicy, after: SlaPolicy, apply_to: ApplyTo) -> RuleBook:
    """Other terms from day 10 on."""
    return RuleBook((Era(-(2**62), SlaTerms((before,))), Era(day(10), SlaTerms((replace(after, apply_to=apply_to),)))))


START, APPROVAL = policy(start="SUBMITTED"), policy(start="MANUFACTURING_APPROVED")
SUBMITTED, APPROVED = order_event(at=day(2)), order_event("MANUFACTURING_APPROVED", day(12), system="crm")

# By which terms the clocks run after these events.
CHANGED_START: dict[str, tuple[SlaPolicy, SlaPolicy, list[OrderEvent], Instant | None]] = {
    "started before, by the step of then": (START, APPROVAL, [SUBMITTED], day(2)),
    "and goes on after": (START, APPROVAL, [SUBMITTED, APPROVED], day(2)),
    "a cart of then would have started before": (APPROVAL, START, [SUBMITTED], None),
    "and starts by the step of then": (APPROVAL, START, [SUBMITTED, APPROVED], day(12)),
    "a cart starts after": (START, APPROVAL, [order_event("INITIATED"), order_event(at=day(11)), APPROVED], day(12)),
}


@pytest.mark.parametrize(("before", "after", "events", "started_at"), CHANGED_START.values(), ids=CHANGED_START)
def test_a_changed_start_is_for_clocks_that_start_after_it(
    before: SlaPolicy, after: SlaPolicy, events: list[OrderEvent], started_at: Instant | None
) -> None:
    """`new`: a clock that ran when the policy was changed goes on as it began."""
    assert fold(entries(*events), _changed(before, after, ApplyTo.NEW)).started_at == started_at


@pytest.mark.parametrize("apply_to", [ApplyTo.NEW, ApplyTo.OPEN])
def test_what_came_true_of_an_order_that_ended_before_a_change_is_not_judged_by_it(apply_to: ApplyTo) -> None:
    """A promise of a day was never made to an order that was over when it was made."""
    told = entries(order_event(), order_event("SHIPPED", day(5), system="mes"))
    rules = _changed(START, policy(duration=Length(1)), apply_to)
    assert fold(told, rules) == fold(told, RuleBook(rules.eras[:1]))


def test_what_came_true_of_an_order_under_changed_terms_is_as_if_they_had_always_held() -> None:
    """`all`: the whole order is judged by the terms of now, its notices with it."""
    told = entries(order_event(), order_event("SHIPPED", day(5), system="mes"), order_event("CLOSED", day(11)))
    rules = _changed(START, policy(duration=Length(1)), ApplyTo.ALL)
    found, alone = Trace(), Trace()
    clock = fold(told, rules, found)
    assert (clock.rules, replaced_rules(clock, 0)) == (1, fold(told, RuleBook(rules.eras[1:]), alone))
    assert (found.visits, found.moves) == (alone.visits, alone.moves)


def replaced_rules(clock: Clock, number: int) -> Clock:
    """The same clocks by another number of the same rules."""
    return msgspec.structs.replace(clock, rules=number)
