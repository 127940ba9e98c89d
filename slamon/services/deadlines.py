"""The ticker: lets the deadlines fire that the lag gate has released, and lets go of what a silence held back."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Protocol

from slamon.orders.event import Instant
from slamon.services.gate import LagGate
from slamon.services.partition import OrderPartition
from slamon.stream import Effects, PartitionLostError, Rows

BUDGET = 500
"""So many orders are looked at in one step, so that events and requests are not kept waiting."""

_IDLE = 1.0


class Writer(Protocol):
    """The engine, as far as timers need it."""

    async def write(self, partition: int, step: Callable[[Rows, Effects], None]) -> None:
        """Run a step under the partition's lock and make its writes durable."""


async def run_deadlines(gate: LagGate, engine: Writer, partitions: Mapping[int, OrderPartition]) -> None:
    """Fire due deadlines whenever the gate has moved, for ever."""
    while True:
        gate.moved.clear()
        for number in list(partitions):
            await fire(number, gate, engine, partitions)
        # Not `wait_for`: on Python 3.11 that swallows a cancellation which comes together with the event.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_IDLE):
                await gate.moved.wait()


async def fire(number: int, gate: LagGate, engine: Writer, partitions: Mapping[int, OrderPartition]) -> None:
    """Fire all deadlines of one partition up to its `now`, and look at what is held back, a budget at a time."""
    while True:
        now = gate.now(number)
        orders = partitions.get(number)
        if now is None or orders is None or not (_is_due(orders, now) or orders.held.stirs(now)):
            return
        try:
            await engine.write(number, _tick(orders, now))
        except PartitionLostError:
            return  # its new owner fires them
        await asyncio.sleep(0)


def _is_due(orders: OrderPartition, now: Instant) -> bool:
    next_at = orders.due.next_at()
    return next_at is not None and next_at <= now


def _tick(orders: OrderPartition, now: Instant) -> Callable[[Rows, Effects], None]:
    def step(rows: Rows, effects: Effects) -> None:
        keys = orders.held.stirred(now, BUDGET) + orders.due.pop(now, orders.due_of(rows), BUDGET)
        orders.tick(keys, rows, effects, now)

    return step
