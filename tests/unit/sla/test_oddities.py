"""What is odd about an order's events. Scenarios name what happened and give (kind, words) of each oddity."""

from typing import Any

import pytest

from slamon.orders.event import EventType, OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.oddities import MOST_ODDITIES, MOST_ON_AN_ORDER, Oddity, oddities, oddities_json
from slamon.sla.standing import order_json, order_report
from tests.builders import BOOK, HOUR, ORDER, T0, entries, order_event, told

CANCEL = EventType.CANCEL
S, P, M = "SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_STARTED"


def says(system: str, status: str, hours: float, **changes: Any) -> OrderEvent:
    """A system reports a status so many hours after `T0`."""
    return order_event(status, T0 + round(hours * HOUR), system=system, **changes)


AGREED = [says("shop", S, 0), told(EventType.NOTE, T0), says("mes", P, 1)]

ODDITIES: dict[str, tuple[list[OrderEvent], list[tuple[str, str]]]] = {
    "none": (AGREED, []),
    "an entry at a later step": ([says("mes", P, 0)], []),
    "skipped": (
        [says("shop", S, 0), says("mes", M, 1)],
        [("skipped", "mes says MANUFACTURING_STARTED; nobody had said PRICE_CALCULATED, MANUFACTURING_APPROVED")],
    ),
    "repeated": ([says("shop", S, 0), says("shop", S, 1)], [("repeated", "shop says SUBMITTED again")]),
    "told by another too": ([says("shop", S, 0), says("crm", S, 1)], []),
    "reversed": (
        [says("shop", S, 0), says("mes", P, 1), says("crm", S, 2)],
        [("reversed", "crm says SUBMITTED after PRICE_CALCULATED")],
    ),
    "back at what it said before": (
        [says("shop", S, 0), says("mes", P, 1), says("crm", "MANUFACTURING_APPROVED", 2), says("mes", P, 3)],
        [("reversed", "mes says PRICE_CALCULATED again after MANUFACTURING_APPROVED")],
    ),
    "no step": (
        [says("shop", S, 0), order_event("ON_FIRE", T0 + HOUR, system=None)],
        [("unknown_status", "somebody says ON_FIRE, which is no step")],
    ),
    "a cancel is none": ([says("shop", S, 0), says("crm", "CANCELLED", 1), told(CANCEL, T0 + 2 * HOUR)], []),
}


@pytest.mark.parametrize(("events", "found"), ODDITIES.values(), ids=ODDITIES)
def test_what_is_odd_about_an_order(events: list[OrderEvent], found: list[tuple[str, str]]) -> None:
    """Steps that were skipped, repeated or gone back, and statuses that are none."""
    assert [(odd.kind, odd.text) for odd in oddities(entries(*events), DEFAULT_LIFECYCLE)] == found


def test_only_the_first_oddities_are_shown() -> None:
    """An order that is told over and over fills no page."""
    events = [says("shop", S, number / 10) for number in range(MOST_ODDITIES + 9)]
    found = oddities(entries(*events), DEFAULT_LIFECYCLE)
    assert (len(found), found[0].at) == (MOST_ODDITIES, T0 + HOUR // 10)


def test_an_order_carries_the_first_of_them() -> None:
    """It travels with every notice, so it carries fewer than its explanation."""
    events = [says("shop", S, number / 10) for number in range(MOST_ON_AN_ORDER + 9)]
    shown = order_json(order_report(ORDER, entries(*events), T0 + 10 * HOUR, BOOK))["oddities"]
    assert shown == oddities_json(oddities(entries(*events), DEFAULT_LIFECYCLE)[:MOST_ON_AN_ORDER])


def test_as_json() -> None:
    assert oddities_json([Oddity(T0, "repeated", "mes says SUBMITTED again")]) == [
        {"at": "2026-03-02T09:00:00Z", "kind": "repeated", "text": "mes says SUBMITTED again"}
    ]
