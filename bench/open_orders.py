"""A changelog of open orders, one row each, as slamon's core writes them after one to six events."""

import random
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from bench.mixture import SPAN, Arrival, Mixture, Shares
from bench.topics import producer
from slamon.notices.row import OrderRules, apply, encode_row, new_row, settle_row
from slamon.orders.event import SECOND, Instant, Span
from slamon.sources.native import NativeDecoder
from slamon.stream.table import revision

_HISTORIES = 40_000
"""So many different orders are folded; further rows repeat their bytes under keys of their own."""
_MOST_EVENTS = 6
_SLOW_ONE_IN = 5
"""One order in so many is slow: its stages took days instead of minutes, and it has notices about that."""
_DAYS: Span = 7 * 86_400 * SECOND
_POLL_EVERY = 5_000
_QUIET = Shares(late=0.0, moved=0.0, repeated=0.0, cancelled=0.0, disordered=0.0)

History: TypeAlias = list[Arrival]
"""The events of one order."""


def open_rows(rules: OrderRules, decoder: NativeDecoder, now: Instant, count: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, row) of `count` open orders whose dates lie ahead."""
    histories = min(count, _HISTORIES)
    slow = histories // _SLOW_ONE_IN
    chance = random.Random(6)
    orders = [*_histories(histories - slow, now, SPAN // 2), *_histories(slow, now, _DAYS)]
    chance.shuffle(orders)
    rows = [_row(history[: chance.randint(1, _MOST_EVENTS)], rules, decoder, now) for history in orders]
    for number in range(count):
        yield f"ord-{number:08d}".encode(), rows[number % histories]


def _histories(count: int, now: Instant, span: Span) -> Iterable[History]:
    orders: dict[bytes, History] = {}
    for arrival in Mixture(count, now, span, shares=_QUIET).events():
        orders.setdefault(arrival.key, []).append(arrival)
    return orders.values()


def _row(history: History, rules: OrderRules, decoder: NativeDecoder, now: Instant) -> bytes:
    row = new_row(rules)
    for arrival in history:
        apply(row, decoder.decode(arrival.value, origin=""), rules)
    settle_row(row, now, rules)
    return encode_row(row)


def fill(bootstrap: str, changelog: str, rows: Iterator[tuple[bytes, bytes]]) -> None:
    """Write rows as slamon's engine does, under a revision that every owner's claim exceeds."""
    out, head = producer(bootstrap), revision(1, 1)
    for number, (key, row) in enumerate(rows):
        out.produce(changelog, head + row, key)
        if number % _POLL_EVERY == 0:
            out.poll(0)
    left = out.flush(300)
    if left:
        raise RuntimeError(f"{left} rows did not reach {changelog}")
