"""Brings rows that were written by other policies under the present ones, a few at a time.

Reading such a row means folding its order anew, for everybody who reads it, until it is written again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from slamon.notices.row import OrderRules, encode_row, read_row, row_as_stored
from slamon.services.partition import OrderPartition
from slamon.services.system_rows import Table, order_rows
from slamon.stream import Effects, PartitionLostError, Rows

_log = structlog.get_logger("slamon.reviews")

BUDGET = 50
"""So many orders are folded anew in one step, so that events and requests are not kept waiting."""

_IDLE = 1.0


async def run_reviews(table: Table, partitions: Mapping[int, OrderPartition]) -> None:
    """Review every partition once whenever it is opened, for ever."""
    reviewed: dict[int, OrderPartition] = {}
    while True:
        reviewed = {number: orders for number, orders in reviewed.items() if partitions.get(number) is orders}
        for number, orders in list(partitions.items()):
            if number not in reviewed and await review(number, orders.rules.orders, table):
                reviewed[number] = orders
        await asyncio.sleep(_IDLE)


async def review(number: int, rules: OrderRules, table: Table) -> bool:
    """Write all rows of one partition anew that need it; False when it went away before that was done."""
    rows = table.rows(number)
    if rows is None:
        return False
    keys = [key for key, stored in order_rows(rows) if _is_outdated(stored, rules)]
    for first in range(0, len(keys), BUDGET):
        try:
            await table.write(number, _step(keys[first : first + BUDGET], rules))
        except PartitionLostError:
            return False  # its new owner reviews it
        await asyncio.sleep(0)
    if keys:
        _log.info("orders.reviewed", partition=number, orders=len(keys))
    return True


def _is_outdated(stored: bytes, rules: OrderRules) -> bool:
    row = row_as_stored(stored)
    return row is not None and row.book != rules.book.revision


def _step(keys: Sequence[bytes], rules: OrderRules) -> Callable[[Rows, Effects], None]:
    """Decides nothing and moves no due time: whoever reads the row has known it like this since it was opened."""

    def step(rows: Rows, effects: Effects) -> None:
        del effects
        for key in keys:
            stored = rows.get(key)
            if stored is not None and _is_outdated(stored, rules):
                row = read_row(stored, rules)
                if row is not None:
                    rows.put(key, encode_row(row))

    return step
