"""The laws of the row under policies: holds, cycles, caps, calendars, several policies and eras change none of them."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.notices.notice import DeliveryState
from slamon.notices.record import UNSETTLED
from slamon.notices.row import OrderRules, Outcome, Row, apply, encode_row, entries_of, new_row, read_row, settle_row
from slamon.notices.rules import NoticeRules
from slamon.orders.event import DAY, Instant, OrderEvent
from slamon.sla.book import Era, RuleBook
from slamon.sla.calendar import ALWAYS, Length
from slamon.sla.fold import fold
from slamon.sla.policy import (
    DEFAULT_STAGES,
    ApplyTo,
    DivergenceTerms,
    HoldTerms,
    OnRegress,
    PromiseTerms,
    Rounding,
    SlaPolicy,
    SlaTerms,
    StageBudget,
    StopFrom,
    When,
)
from tests.builders import HOUR, RULES, T0, day, row_of, stored_after
from tests.fakes.calendars import WORKSHOP
from tests.strategies import arrivals, order_events
from tests.ticking import notice_due, standing, ticked, true_at

SINCE = -(2**62)
DAYS = st.integers(0, 30).map(Length)
LENGTHS = st.one_of(DAYS, st.integers(0, 60 * 24).map(lambda hours: Length(0, hours * HOUR // 2)))
CALENDARS = st.sampled_from((ALWAYS, WORKSHOP))


@st.composite
def promises(draw: st.DrawFn) -> PromiseTerms:
    """Short and long ones, on a calendar or not, rounded, capped."""
    return PromiseTerms(
        start=draw(st.sampled_from(("SUBMITTED", "MANUFACTURING_APPROVED", "INITIATED"))),
        stop_from=draw(st.sampled_from(StopFrom)),
        duration=draw(LENGTHS),
        warn_before=draw(LENGTHS),
        calendar=draw(CALENDARS),
        round=draw(st.sampled_from((None, None, Rounding.END_OF_DAY))),
        max_extensions=draw(st.sampled_from((None, None, 0, 1))),
        max_extension=draw(st.one_of(st.none(), LENGTHS)),
    )


@st.composite
def policies(draw: st.DrawFn, when: When | None = None) -> SlaPolicy:
    """Everything that a policy can say."""
    calendar = draw(CALENDARS)
    stages = tuple(StageBudget(stage.start, stage.to, draw(LENGTHS), calendar) for stage in DEFAULT_STAGES)
    return SlaPolicy(
        promise=draw(promises()),
        stages=stages,
        when=when or When(),
        holds=HoldTerms(
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.sampled_from((frozenset(), frozenset({"PRICE_CALCULATED"}), frozenset({"ON_FIRE", "PACKAGING"})))),
        ),
        on_regress=draw(st.sampled_from(OnRegress)),
        apply_to=draw(st.sampled_from(ApplyTo)),
    )


WHENS = st.sampled_from(
    (
        When(channels=frozenset({"a", "b"})),
        When(clients=frozenset({"a", "é"})),
        When(attributes=(("rush", "true"),)),
        When(channels=frozenset({"a"}), clients=frozenset({"b"})),
    )
)


@st.composite
def terms(draw: st.DrawFn) -> SlaTerms:
    """A policy for all, before it perhaps some for a few; systems that mirror, notices enforced from some time on."""
    own = [draw(policies(draw(WHENS))) for _ in range(draw(st.integers(0, 2)))]
    told = DivergenceTerms(
        draw(st.sampled_from((0, 15 * 60 * 1_000_000, DAY))),
        draw(st.sampled_from((frozenset(), frozenset({"crm"}), frozenset({"slamon"})))),
        draw(st.sampled_from(((), (("a", "PRICE_CALCULATED"), ("b", "INITIATED"))))),
    )
    enforce_from = draw(st.sampled_from((None, None, None, day(1))))
    return SlaTerms((*own, draw(policies())), told, enforce_from)


@st.composite
def rules(draw: st.DrawFn) -> OrderRules:
    """One era, two or three, the later ones from within the history on."""
    changes = draw(st.lists(st.sampled_from((T0, day(1), day(2), day(21))), max_size=2, unique=True))
    eras = (Era(since, draw(terms())) for since in (SINCE, *sorted(changes)))
    return OrderRules(RuleBook(tuple(eras)), NoticeRules(("slack",)))


def _by_time(events: list[OrderEvent]) -> list[OrderEvent]:
    return sorted(events, key=lambda event: event.occurred_at)


@settings(max_examples=200)
@given(st.data(), order_events(), rules())
def test_any_arrival_gives_the_same_row(data: st.DataObject, events: list[OrderEvent], rules: OrderRules) -> None:
    """Permutation and duplication of an order's events give the same bytes, under whatever policies."""
    told = data.draw(arrivals(events))
    assert stored_after(told, rules) == encode_row(row_of(*events, rules=rules))


@settings(max_examples=300)
@given(order_events(), rules())
def test_applying_one_by_one_is_the_full_fold(events: list[OrderEvent], rules: OrderRules) -> None:
    """The clock that ran along is the clock that starts anew; what is heard again is a duplicate."""
    for told in (events, _by_time(events)):
        row = row_of(*told, rules=rules)
        assert row.clock == fold(entries_of(row), rules.book)
        assert row.rules == rules.book.rules_of(row.clock).revision
        assert {apply(row, event, rules) for event in events} == {Outcome.DUPLICATE}


@settings(max_examples=400)
@given(st.data(), order_events(), rules())
def test_what_stands_does_not_depend_on_when_it_was_looked_at(
    data: st.DataObject, events: list[OrderEvent], rules: OrderRules
) -> None:
    """Deciding now and then, at every due time or only at the end: the same notices stand."""
    end = max(event.occurred_at for event in events) + data.draw(st.sampled_from((0, 1, DAY, 60 * DAY)))
    at_end = row_of(*events, rules=rules)
    settle_row(at_end, end, rules)
    in_order = ticked(_by_time(events), end, rules)
    looked = new_row(rules)
    for event in data.draw(arrivals(events)):
        apply(looked, event, rules)
        if data.draw(st.booleans()):
            settle_row(looked, data.draw(st.sampled_from([e.occurred_at for e in events] + [end])), rules)
    settle_row(looked, end, rules)
    assert standing(at_end) == standing(in_order) == standing(looked) == true_at(at_end, end, rules)


@settings(max_examples=200)
@given(order_events(), rules(), st.integers(0, 60))
def test_waking_is_never_in_vain_and_never_late(events: list[OrderEvent], rules: OrderRules, days: int) -> None:
    """Nothing changes before the due time that the row gives, and at it something does."""
    row = row_of(*events, rules=rules)
    settle_row(row, day(days), rules)
    due = notice_due(row, rules)
    if due is None:
        assert not settle_row(row, day(1000), rules)
    else:
        before = encode_row(row)
        assert due > day(days)
        assert not settle_row(row, due - 1, rules)
        assert encode_row(row) == before
        assert settle_row(row, due, rules)


@settings(max_examples=200)
@given(order_events(), rules(), rules())
def test_under_another_book_a_row_is_as_if_that_had_always_held(
    events: list[OrderEvent], before: OrderRules, after: OrderRules
) -> None:
    """Clocks, log and policy are those of a row that knew the new book from the beginning."""
    found = read_row(stored_after(events, before), after)
    wanted = row_of(*events, rules=after)
    assert found is not None
    found.silent_before = None
    assert encode_row(found) == encode_row(wanted)


@settings(max_examples=300)
@given(order_events(), rules())
def test_an_order_that_a_change_is_not_for_stays_as_it_was(events: list[OrderEvent], rules: OrderRules) -> None:
    """Its clocks, and all that came true, are those of its terms, as if there had been no later ones.

    Only `enforce_from` has no era: the present one counts.
    """
    told = entries_of(row_of(*events, rules=rules))
    clock = fold(told, rules.book)
    era = rules.book.era_of(clock.rules)
    *earlier, last = rules.book.eras[: era + 1]
    present = replace(last.terms, enforce_from=rules.book.eras[-1].terms.enforce_from)
    assert clock == fold(told, RuleBook((*earlier, replace(last, terms=present))))


@settings(max_examples=200)
@given(order_events(), terms(), terms(), st.sampled_from((0, DAY, 30 * DAY)))
def test_another_book_takes_nothing_back_aloud(
    events: list[OrderEvent], old: SlaTerms, new: SlaTerms, days: Instant
) -> None:
    """Recomputing is silent: no retraction is owed, nothing of the past is told, now or at any later time."""
    first, changed_at = Era(SINCE, old), max(event.occurred_at for event in events) + days + 2
    before = OrderRules(RuleBook((first,)), NoticeRules(("slack",)))
    after = OrderRules(RuleBook((first, Era(changed_at, new))), NoticeRules(("slack",)))
    row = row_of(*events, rules=before)
    settle_row(row, changed_at - 1, before)
    _each(row, DeliveryState.SENT)
    found = read_row(encode_row(row), after)
    assert found is not None
    for now in (changed_at, changed_at + 40 * DAY):
        settle_row(found, now, after)
        for record in found.records or ():
            assert record.retraction is None
            if record.deliveries["slack"].state in UNSETTLED:
                assert record.at >= changed_at - 1


def _each(row: Row, state: DeliveryState, which: Callable[[str], bool] = UNSETTLED.__contains__) -> None:
    for record in row.records or ():
        for delivery in record.deliveries.values():
            if which(delivery.state):
                delivery.state = state


def test_the_strategy_reaches_what_it_should() -> None:
    """The default rules are among what can be drawn: a book of one era and one policy."""
    assert (len(RULES.book.eras), RULES.book.is_plural) == (1, False)
