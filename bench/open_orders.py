"""A changelog of open orders, one row each, as slamon's core writes them after one to six events."""

import random
from collections.abc import Iterator
from itertools import islice

from bench.mixture import PER_ORDER, Mixture, Shares
from bench.topics import producer
from slamon.notices.row import OrderRules, apply, encode_row, new_row
from slamon.orders.event import SECOND, Instant, Span
from slamon.sources.native import NativeDecoder
from slamon.stream.table import revision

_HISTORIES = 40_000
"""So many different orders are folded; further rows repeat their bytes under keys of their own."""
_MOST_EVENTS = 6
_WEEK: Span = 7 * 86_400 * SECOND
_POLL_EVERY = 5_000


def open_rows(rules: OrderRules, decoder: NativeDecoder, now: Instant, count: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, row) of `count` open orders whose events happened last week and whose dates lie ahead."""
    histories = min(count, _HISTORIES)
    rows = list(_histories(rules, decoder, now, histories))
    for number in range(count):
        yield f"ord-{number:08d}".encode(), rows[number % histories]


def _histories(rules: OrderRules, decoder: NativeDecoder, now: Instant, count: int) -> Iterator[bytes]:
    quiet = Shares(late=0.0, moved=0.0, repeated=0.0, cancelled=0.0, disordered=0.0)
    chance = random.Random(6)
    orders: dict[bytes, list[bytes]] = {}
    for arrival in Mixture(count, now, _WEEK * PER_ORDER // _MOST_EVENTS, shares=quiet).events():
        orders.setdefault(arrival.key, []).append(arrival.value)
    for values in orders.values():
        row = new_row(rules)
        for value in islice(values, chance.randint(1, _MOST_EVENTS)):
            apply(row, decoder.decode(value, origin=""), rules)
        yield encode_row(row)


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
