"""The history of an order: how events count, in the words of CONTRACT §3."""

import pytest

from slamon.orders.entry import REASON, STATUS_CODE, Entry, entry_of, pack
from slamon.orders.event import SECOND, EventType, OrderEvent
from slamon.orders.history import CUT_TO, KEPT_PER_END, LONG_KEPT_PER_END, insert, step_of
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from tests.builders import T0, day, entries, order_event, promised, told


def _cancelled() -> OrderEvent:
    return told(EventType.CANCEL)


ASCENDING = {
    "occurred_at": [order_event("CLOSED"), order_event("SUBMITTED", T0 + 1)],
    "step": [order_event("SUBMITTED"), order_event("PRICE_CALCULATED"), order_event("CLOSED")],
    "step, unknown last": [order_event("CLOSED"), order_event("CANCELLED"), order_event("A")],
    "a cancellation like the status": [order_event("CANCELLED"), _cancelled(), order_event("A")],
    "type": [order_event("A"), promised(day(1)), *map(told, (EventType.HOLD, EventType.RELEASE, EventType.NOTE))],
    "promised_at, none first": [told(EventType.NOTE, promised_at=date) for date in (None, -1, 0, 2)],
    "canonical JSON": [order_event(reason="a"), order_event(reason="b"), order_event(system=None)],
}


@pytest.mark.parametrize("events", ASCENDING.values(), ids=ASCENDING)
def test_events_count_in_this_order(events: list[OrderEvent]) -> None:
    """`occurred_at`, step (unknown last), type, `promised_at` (none first), canonical JSON."""
    expected = [entry_of(event) for event in events]
    assert entries(*events) == expected
    assert entries(*reversed(events)) == expected


@pytest.mark.parametrize(
    ("event", "step"),
    [
        (order_event("INITIATED"), 0),
        (order_event("CLOSED"), 9),
        (order_event("CANCELLED"), 10),
        (_cancelled(), 10),
        (order_event("ON_FIRE"), 11),
        (told(EventType.NOTE), 11),
    ],
)
def test_every_event_has_a_step(event: OrderEvent, step: int) -> None:
    """Lifecycle order, cancellation after it, the unknown last."""
    assert step_of(entry_of(event), DEFAULT_LIFECYCLE) == step


def _insert(found: list[Entry], event: OrderEvent) -> tuple[bool, bool]:
    return insert(found, entry_of(event), DEFAULT_LIFECYCLE)


def test_equal_events_are_one() -> None:
    """Two events whose known fields are equal, `event_id` aside, are one."""
    found = entries(order_event(event_id="e-1"), order_event("PRICE_CALCULATED"))
    assert _insert(found, order_event(event_id="e-2")) == (False, False)
    assert _insert(found, order_event(reason="other")) == (True, False)
    assert len(found) == 3


def test_of_each_type_the_first_and_the_last_128_count() -> None:
    """What is dropped is told; the other types keep theirs."""
    found = entries(promised(day(1)), *(order_event("A", T0 + number) for number in range(2 * KEPT_PER_END)))
    assert _insert(found, order_event("A", T0 - 1)) == (True, True)
    statuses = [entry.at - T0 for entry in found if entry.type == STATUS_CODE]
    assert statuses == [*range(-1, KEPT_PER_END - 1), *range(KEPT_PER_END, 2 * KEPT_PER_END)]
    assert len(found) == 2 * KEPT_PER_END + 1
    before = pack(found)
    assert _insert(found, order_event("A", T0 + KEPT_PER_END - 1)) == (True, True)
    assert pack(found) == before


def _note(number: int, *, long: bool = False) -> OrderEvent:
    return told(EventType.NOTE, T0 + number * SECOND, reason=f"{number:04}" + "x" * (2000 if long else 0))


def _whole(found: list[Entry]) -> list[int]:
    """Which of the long notes are still in full."""
    shown = [entry.text(REASON) or "" for entry in found]
    return [int(text[:4]) for text in shown if len(text) > CUT_TO]


def test_long_texts_stay_at_both_ends() -> None:
    """Of each type the first and the last four long events keep their texts; the others keep their beginning."""
    found = entries(*(_note(number, long=True) for number in range(20)))
    assert _whole(found) == [0, 1, 2, 3, 16, 17, 18, 19]
    assert found[10].text(REASON) == "0010" + "x" * (CUT_TO - 4)
    assert _insert(found, _note(10, long=True)) == (False, False)


def test_short_events_may_move_a_long_one_from_the_first_to_the_middle() -> None:
    """A long event pushed out of the first 128 by late short ones is cut as if they had come first."""
    short = [_note(number) for number in range(1, KEPT_PER_END)]
    longs = [_note(1000 + number, long=True) for number in range(LONG_KEPT_PER_END + 2)]
    found = entries(*short, *longs)
    assert _whole(found)[0] == 1000
    _insert(found, _note(0))
    assert _whole(found) == [1002, 1003, 1004, 1005]
    assert found == entries(_note(0), *short, *longs)


def test_long_texts_of_one_type_do_not_cut_those_of_another() -> None:
    """The bound is for each type by itself."""
    notes = [_note(number, long=True) for number in range(5)]
    holds = [told(EventType.HOLD, T0 + number * SECOND, reason="x" * 2000) for number in range(5)]
    assert len([entry for entry in entries(*notes, *holds) if entry.digest is None]) == 10
