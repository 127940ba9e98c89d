"""Laws of the bounded history: arrival order, repeats and bytes on the way change nothing."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from slamon.orders.entry import entry_of, pack, unpack
from slamon.orders.event import OrderEvent
from slamon.orders.history import KEPT_PER_END, insert, order_key
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from tests.builders import T0, entries, order_event
from tests.strategies import arrivals, floods, long_floods, order_events


def _log(events: list[OrderEvent]) -> bytes:
    return pack(entries(*events))


@given(st.data(), order_events())
def test_permutations_and_repeats_give_the_same_bytes(data: st.DataObject, events: list[OrderEvent]) -> None:
    """The log of an order's events is a function of their set."""
    assert _log(data.draw(arrivals(events))) == _log(events)


@settings(max_examples=25)
@given(st.one_of(floods(), long_floods()), st.randoms(use_true_random=False))
def test_floods_give_the_same_bytes_in_any_order(events: list[OrderEvent], chance: random.Random) -> None:
    """What is dropped and what is cut does not depend on the order of arrival."""
    first = _log(events)
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert _log(shuffled) == first
    assert _log(sorted(events, key=lambda event: event.occurred_at)) == first
    assert _log(sorted(events, key=lambda event: -event.occurred_at)) == first


@settings(max_examples=25)
@given(st.one_of(order_events(), long_floods()))
def test_the_history_is_ordered_by_its_key(events: list[OrderEvent]) -> None:
    """Sorting anew, as after a change of the policy, moves nothing, cut events included."""
    found = entries(*events)
    assert sorted(found, key=lambda entry: order_key(entry, DEFAULT_LIFECYCLE)) == found


@settings(max_examples=25)
@given(st.one_of(floods(), long_floods()))
def test_what_was_seen_once_is_not_new_again(events: list[OrderEvent]) -> None:
    """Every event that is still kept, cut ones too, is known again; a dropped one changes nothing."""
    found = entries(*events)
    before = pack(found)
    for event in events:
        insert(found, entry_of(event), DEFAULT_LIFECYCLE)
    assert pack(found) == before


@given(order_events())
def test_packed_entries_are_read_back(events: list[OrderEvent]) -> None:
    """Bytes hold everything that an entry says."""
    found = entries(*events)
    assert unpack(pack(found), len(found)) == found


@given(st.integers(1, 400), st.integers(1, 400), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_first_and_the_last_128_of_a_type_are_kept(statuses: int, others: int, chance: random.Random) -> None:
    """Of each type by itself, the middle goes and the ends stay."""
    numbered = [order_event("ON_FIRE", T0 + number) for number in range(statuses)]
    notes = [order_event(None, T0 + 2 * number, type="note") for number in range(others)]
    told = numbered + notes
    chance.shuffle(told)
    found = entries(*told)
    for type_code, events in ((0, numbered), (4, notes)):
        times = [event.occurred_at for event in events]
        kept = times if len(times) <= 2 * KEPT_PER_END else times[:KEPT_PER_END] + times[-KEPT_PER_END:]
        assert [entry.at for entry in found if entry.type == type_code] == kept
