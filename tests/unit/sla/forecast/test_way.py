"""What of an order's history forecasts go by."""

from slamon.orders.event import EventType, OrderEvent
from slamon.sla.fold import fold
from slamon.sla.forecast.spells import Spell
from slamon.sla.forecast.way import moves, place, taught
from slamon.sla.policy import OnRegress, SlaPolicy
from tests.builders import BOOK, book, day, entries, order_event, told


def _way(*events: OrderEvent) -> tuple[object, object]:
    said = entries(*events)
    clock = fold(said, BOOK)
    rules = BOOK.rules_of(clock)
    return place(said, clock, rules), taught(said, clock, rules)


SUBMITTED = order_event()
PRICED = order_event("PRICE_CALCULATED", day(1), system="mes")


def test_an_open_order_is_at_its_furthest_step_and_has_taught_what_is_behind_it() -> None:
    back = order_event("SUBMITTED", day(2))
    assert _way(SUBMITTED, PRICED, back) == (
        (day(1), "PRICE_CALCULATED"),
        [Spell("SUBMITTED", "PRICE_CALCULATED", day(1) - day(0), day(1))],
    )


def test_notes_promises_and_words_that_are_no_step_are_passed_over() -> None:
    assert _way(SUBMITTED, told(EventType.NOTE, day(1)), order_event("WHATEVER", day(2)))[0] == (day(0), "SUBMITTED")


def test_an_ended_order_is_nowhere() -> None:
    shipped = order_event("SHIPPED", day(3), system="mes")
    at, spells = _way(SUBMITTED, PRICED, shipped)
    assert at is None
    assert spells == [
        Spell("SUBMITTED", "PRICE_CALCULATED", day(1) - day(0), day(1)),
        Spell("PRICE_CALCULATED", "SHIPPED", day(3) - day(1), day(3)),
    ]


def test_what_an_order_was_at_when_it_was_cancelled_teaches_nothing() -> None:
    at, spells = _way(SUBMITTED, PRICED, told(EventType.CANCEL, day(3)))
    assert (at, spells) == (None, [Spell("SUBMITTED", "PRICE_CALCULATED", day(1) - day(0), day(1))])


def test_a_cart_has_no_promise_and_so_no_forecast() -> None:
    assert _way(order_event("INITIATED"))[0] is None


def test_of_several_cycles_the_present_one_counts() -> None:
    rules = book(SlaPolicy(on_regress=OnRegress.NEW_CYCLE))
    again = order_event("SUBMITTED", day(5))
    said = entries(SUBMITTED, PRICED, again)
    clock = fold(said, rules)
    assert moves(said, clock) == [(day(5), "SUBMITTED")]
    assert place(said, clock, rules.rules_of(clock)) == (day(5), "SUBMITTED")
