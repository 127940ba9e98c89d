"""Awkward events of one order for the laws of the core, as the decoder hands them over.

The histories are those of the oracle (ties, exact deadlines, repeats, disagreement), decoded; the floods go on
until every bound of a row is reached.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from slamon.orders.event import EventType, OrderEvent
from slamon.sources.native import NativeDecoder
from tests.builders import ORDER, T0, order_event
from tests.oracle import histories
from tests.oracle.histories import Record, as_lines

_decoder = NativeDecoder(None, {}, 262_144)


def decoded(told: Sequence[Record]) -> list[OrderEvent]:
    """Records as events."""
    return [_decoder.decode(line.encode(), origin="test:0") for line in as_lines(told)]


def order_events(most: int = 12) -> st.SearchStrategy[list[OrderEvent]]:
    """A few events of order `o-1` that meet each other and each other's deadlines."""
    return histories.order_histories(ORDER, most=most).map(decoded)


def floods() -> st.SearchStrategy[list[OrderEvent]]:
    """One order with about 256 distinct events of one type, and a few others, shuffled."""
    return histories.floods().map(decoded)


@st.composite
def long_floods(draw: st.DrawFn) -> list[OrderEvent]:
    """About 256 events of one type, many of them with long texts, many at one instant; shuffled."""
    kind = draw(st.sampled_from((EventType.STATUS, EventType.NOTE, EventType.HOLD)))
    count = draw(st.sampled_from((9, 40, 127, 128, 129, 140, 200, 256, 257, 262)))
    apart = draw(st.sampled_from((0, 1, 1_000_000)))
    every = draw(st.integers(1, 5))
    prefix = draw(st.sampled_from(("x" * 24, "x" * 300, "я" * 30, "")))
    letters = draw(st.lists(st.sampled_from(' !"#aя\x01'), min_size=4, max_size=4))
    told = []
    for number in range(count):
        text = prefix + letters[number % 4] + str(number * 7919 % 1009)
        is_long = number % every == 0
        told.append(
            order_event(
                "ON_FIRE" if kind is EventType.STATUS else None,
                T0 + number // 3 * apart,
                type=str(kind),
                reason=text + "y" * 1100 if is_long else text,
                attributes=f'{{"n":{number % 3}}}' if number % 2 else None,
            )
        )
    return list(draw(st.permutations(told)))


@st.composite
def arrivals(draw: st.DrawFn, events: Sequence[OrderEvent]) -> list[OrderEvent]:
    """The same events in another order, some of them more than once."""
    repeated = draw(st.lists(st.sampled_from(list(events)), max_size=5)) if events else []
    return list(draw(st.permutations([*events, *repeated])))
