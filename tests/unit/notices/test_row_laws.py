"""Laws of the row: arrival order, repeats, bytes and ticks on the way change nothing that stands."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from slamon.notices.row import (
    VERSION,
    Outcome,
    Row,
    apply,
    encode_row,
    entries_of,
    new_row,
    read_row,
    settle_row,
)
from slamon.orders.entry import pack
from slamon.orders.event import DAY, SECOND, EventType, Instant, OrderEvent
from slamon.sla.fold import fold
from tests.builders import HOUR, RULES, T0, day, entries, order_event, row_of, stored_after
from tests.strategies import arrivals, floods, long_floods, order_events
from tests.ticking import notice_due, standing, ticked, true_at

MOST_ROW_BYTES = 15 * 1024 * 1024


@given(st.data(), order_events())
def test_any_arrival_gives_the_same_row(data: st.DataObject, events: list[OrderEvent]) -> None:
    """Permutation and duplication of an order's events give the same bytes, log and clocks alike."""
    told = data.draw(arrivals(events))
    assert stored_after(told) == encode_row(row_of(*events))


@given(st.data(), order_events())
def test_bytes_on_the_way_change_nothing(data: st.DataObject, events: list[OrderEvent]) -> None:
    """Reading and writing the row now and then between events gives the row that stayed in memory."""
    row = new_row(RULES)
    for event in events:
        apply(row, event, RULES)
        if data.draw(st.booleans()):
            again = read_row(encode_row(row), RULES)
            assert again is not None
            row = again
    assert encode_row(row) == encode_row(row_of(*events))


@settings(max_examples=10)
@given(st.one_of(floods(), long_floods()), st.randoms(use_true_random=False))
def test_any_arrival_of_a_flood_gives_the_same_row(events: list[OrderEvent], chance: random.Random) -> None:
    """The law holds beyond every bound of the row."""
    first = encode_row(row_of(*events))
    chance.shuffle(events)
    assert encode_row(row_of(*events)) == first
    assert encode_row(row_of(*sorted(events, key=lambda event: event.occurred_at))) == first


@given(order_events())
def test_replaying_is_a_duplicate(events: list[OrderEvent]) -> None:
    """Replay twice = once: every event heard again is a duplicate and leaves the row alone."""
    row = row_of(*events)
    before = encode_row(row)
    assert all(apply(row, event, RULES) is Outcome.DUPLICATE for event in events)
    assert encode_row(row) == before


@settings(max_examples=200)
@given(order_events())
def test_applying_one_by_one_is_the_full_fold(events: list[OrderEvent]) -> None:
    """The clock that ran along is the clock that starts anew, also when the events came in order."""
    for told in (events, sorted(events, key=lambda event: event.occurred_at)):
        row = row_of(*told)
        assert row.clock == fold(entries_of(row), RULES.book)


@given(order_events())
def test_another_policy_folds_anew(events: list[OrderEvent]) -> None:
    """A row of another revision is read as if the present policy had always held."""
    stored = stored_after(events)
    row = read_row(stored.replace(RULES.book.revision.encode(), b"0" * 12), RULES)
    assert row is not None
    assert encode_row(row) == stored
    assert row.version == VERSION


@settings(max_examples=200)
@given(st.data(), order_events())
def test_what_stands_does_not_depend_on_when_it_was_looked_at(data: st.DataObject, events: list[OrderEvent]) -> None:
    """Deciding after every event, now and then, at every due time or only at the end: the same notices stand."""
    end = max(event.occurred_at for event in events) + data.draw(st.sampled_from((0, 1, DAY, 60 * DAY)))
    at_end = row_of(*events)
    settle_row(at_end, end, RULES)
    in_order = ticked(sorted(events, key=lambda event: event.occurred_at), end, RULES)
    told = data.draw(arrivals(events))
    looked = new_row(RULES)
    for event in told:
        apply(looked, event, RULES)
        if data.draw(st.booleans()):
            settle_row(looked, data.draw(st.sampled_from([e.occurred_at for e in events] + [end])), RULES)
    settle_row(looked, end, RULES)
    assert standing(at_end) == standing(in_order) == standing(looked) == true_at(at_end, end, RULES)


@pytest.mark.parametrize("step", [SECOND, HOUR], ids=["every second", "every hour"])
@settings(max_examples=15)
@given(data=st.data())
def test_a_ticking_clock_gives_the_same_notices(step: Instant, data: st.DataObject) -> None:
    """Ticking through an order that moves within minutes or within weeks gives what one look gives at the end."""
    pace = step * data.draw(st.sampled_from((10, 60, 240)))
    steps = ("SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_APPROVED", "MANUFACTURING_STARTED", "SHIPPED")
    count = data.draw(st.integers(1, len(steps)))
    dates = data.draw(st.lists(st.one_of(st.none(), st.integers(-5, 12)), min_size=count, max_size=count))
    events = [
        order_event(
            status,
            T0 + number * pace,
            promised_at=None if date is None else T0 + date * pace,
        )
        for number, (status, date) in enumerate(zip(steps, dates, strict=False))
    ]
    end = T0 + 6 * pace
    ticking, waiting = new_row(RULES), list(events)
    for now in range(T0, end + 1, step):
        while waiting and waiting[0].occurred_at <= now:
            apply(ticking, waiting.pop(0), RULES)
        settle_row(ticking, now, RULES)
    at_end = row_of(*events)
    settle_row(at_end, end, RULES)
    assert standing(ticking) == standing(at_end)


@given(order_events())
def test_one_breach_for_each_date(events: list[OrderEvent]) -> None:
    """One `breached`, one `at_risk`, one `finished_late` per (order, due); one `stage_overdue` per stage too.

    One `divergence` for each system, kind and step.
    """
    row = row_of(*events)
    settle_row(row, max(event.occurred_at for event in events) + 60 * DAY, RULES)
    names = [record.key for record in row.records or ()]
    assert len(names) == len(set(names))


@given(order_events(), st.integers(-DAY, 60 * DAY))
def test_deciding_twice_changes_nothing(events: list[OrderEvent], later: Instant) -> None:
    """A decision is final until something happens or comes due."""
    row = row_of(*events)
    settle_row(row, T0 + later, RULES)
    before = encode_row(row)
    assert not settle_row(row, T0 + later, RULES)
    assert not settle_row(row, T0 + later - DAY, RULES)
    assert encode_row(row) == before


@given(order_events(), st.integers(0, 60))
def test_waking_is_never_in_vain_and_never_late(events: list[OrderEvent], days: int) -> None:
    """Nothing changes before the due time that the row gives, and at it something does."""
    row = row_of(*events)
    settle_row(row, day(days), RULES)
    due = notice_due(row, RULES)
    if due is None:
        assert not settle_row(row, day(1000), RULES)
    else:
        before = encode_row(row)
        assert due > day(days)
        assert not settle_row(row, due - 1, RULES)
        assert encode_row(row) == before
        assert settle_row(row, due, RULES)


KINDS = [kind for kind in EventType if kind is not EventType.CANCEL] + [EventType.CANCEL]


def _flood(long: str, short: str, *names: str) -> list[OrderEvent]:
    """Of each type more than is kept, each with a date of its own; in every tenth the named fields are long."""
    return [
        order_event(
            "ON_FIRE" if kind is EventType.STATUS else None,
            T0 + place * DAY + number * SECOND,
            type=str(kind),
            promised_at=T0 + number,
            **dict.fromkeys(names, f"{number} {kind} {short if number % 10 else long}"),
        )
        for place, kind in enumerate(KINDS)
        for number in range(260)
    ]


FLOODS = {
    "long texts": ("x" * 261_500, "x", "reason"),
    "long texts of wide characters": ("😀" * 65_000, "x" * 1000, "reason"),
    "many texts just short of long": ("я" * 100, "я" * 100, "reason", "client_name", "actor", "channel"),
    "long names": ("я" * 40_000, "s", "system"),
    "many long names": ("я" * 40_000, "я" * 40_000, "system"),
    "many systems": ("s", "s", "system"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_row_stays_bounded_whatever_is_sent(name: str) -> None:
    """More than is kept of every type, as large as a record may be: the row stays below 15 MiB, in any order."""
    events = _flood(*FLOODS[name])
    if "names" in name:
        events = [replace(event, status=event.system if event.status else None) for event in events]
    told = list(events)
    random.Random(1).shuffle(told)
    found = entries(*told)
    row = read_row(encode_row(Row(log=pack(found), count=len(found))), RULES)
    assert row is not None
    assert settle_row(row, day(60), RULES)
    assert len(encode_row(row)) < MOST_ROW_BYTES
    assert pack(entries(*events)) == row.log


def test_events_beyond_what_is_kept_do_not_grow_a_row() -> None:
    """The row says that it is truncated, and folds on."""
    events = _flood("x", "x", "system")
    row = row_of(*events[:260])
    assert row.truncated
    assert row.count == 256
    assert row.clock == fold(entries_of(row), RULES.book)
