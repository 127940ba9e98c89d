"""Forecasts of this worker: what all partitions learnt put together, its own and those of other workers.

A forecast is made from what was known when the sketches were last put together. Other workers are asked now and then;
of one that does not answer, what it told last counts on, until its partitions are another's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from slamon.orders.lifecycle import Lifecycle
from slamon.services.deadlines import Writer
from slamon.services.learning import Learning
from slamon.services.partition import OrderPartition
from slamon.services.system_rows import system_key
from slamon.sla.clock import Clock
from slamon.sla.forecast.durations import Durations
from slamon.sla.forecast.forecaster import Forecaster, news
from slamon.sla.forecast.outlook import Outlook
from slamon.sla.forecast.spells import Move
from slamon.sla.rules import ClockRules
from slamon.stream import Effects, PartitionLostError, Rows

_log = structlog.get_logger("slamon.forecasts")

_LOOK_EVERY: Final = 1.0
_KEEP_EVERY: Final = 15.0
_ASK_EVERY: Final = 20.0


@dataclass(slots=True)
class Forecasts:
    """Makes outlooks; `take` puts what was learnt in the place of what was known before."""

    lifecycle: Lifecycle
    learnt: int = 0
    """How many spells the forecasts are made from."""
    _durations: Durations = field(default_factory=Durations)
    _forecasters: dict[frozenset[str], Forecaster] = field(default_factory=dict)

    @property
    def thin(self) -> bool:
        """Nothing was learnt that any forecast could be made from."""
        return self.learnt == 0

    def take(self, durations: Durations) -> None:
        """Forecast from these from now on."""
        self._durations, self.learnt = durations, durations.overall.learnt
        self._forecasters = {}

    def of(self, clock: Clock, rules: ClockRules, place: Move | None) -> Outlook | None:
        """The outlook of an order that is at a place; None while data is thin, and for None."""
        if place is None or self.thin:
            return None
        reached_at, step = place
        stop = rules.policy.promise.stop
        forecaster = self._forecasters.get(stop)
        if forecaster is None:
            forecaster = self._forecasters[stop] = Forecaster(self._durations, self.lifecycle, stop)
        return forecaster.outlook(clock.channel, step, reached_at)


Peers = Callable[[], Awaitable[Iterable[Durations]]]
"""Asks every other worker for what it has learnt; those that can't be reached give nothing."""


async def _nobody() -> Iterable[Durations]:
    return ()


@dataclass(slots=True)
class ForecastLoop:
    """Keeps what the partitions learnt, puts it together, and asks other workers for theirs."""

    forecasts: Forecasts
    partitions: Mapping[int, OrderPartition]
    engine: Writer
    peers: Peers = _nobody
    _theirs: list[Durations] = field(default_factory=list)
    _from: frozenset[int] = frozenset()

    async def run(self) -> None:
        """Go on for ever; what breaks here must not end the watch over promises."""
        loop = asyncio.get_running_loop()
        kept = asked = loop.time() - _ASK_EVERY
        while True:
            try:
                changed = frozenset(self.partitions) != self._from
                await self.put_together()
                if changed or loop.time() - asked >= _ASK_EVERY:
                    await self.ask()
                    asked = loop.time()
                    await self.put_together()
                if loop.time() - kept >= _KEEP_EVERY:
                    await self.keep()
                    kept = loop.time()
            except Exception:  # noqa: BLE001  # forecasts are no reason to stop
                _log.exception("forecasts.broke")
            await asyncio.sleep(_LOOK_EVERY)

    async def ask(self) -> None:
        """Ask the other workers."""
        self._theirs = list(await self.peers())

    async def put_together(self) -> None:
        """Put everything together, where there is enough new to make it worth while."""
        own = dict(self.partitions)
        learnt = sum(part.overall.learnt for part in (*self._own(own), *self._theirs))
        known = self.forecasts.learnt
        if frozenset(own) == self._from and known <= learnt < known + news(known):
            return
        whole = Durations()
        for part in (*self._own(own), *self._theirs):
            whole.merge(part)
            await asyncio.sleep(0)
        self.forecasts.take(whole)
        self._from = frozenset(own)

    @staticmethod
    def _own(partitions: Mapping[int, OrderPartition]) -> list[Durations]:
        return [orders.learning.durations for orders in partitions.values()]

    async def keep(self) -> None:
        """Write what every partition has learnt to its system rows."""
        for number, orders in list(self.partitions.items()):
            try:
                await keep(number, orders.learning, self.engine, partial(self._has, number, orders))
            except PartitionLostError:
                continue  # its new owner learns from the orders what is not kept

    def _has(self, number: int, orders: OrderPartition) -> bool:
        return self.partitions.get(number) is orders


async def keep(number: int, learning: Learning, engine: Writer, current: Callable[[], bool] = lambda: True) -> None:
    """Write what one partition has learnt. Raises PartitionLostError.

    The rows of the orders come first: the snapshot is written when the step that took it is durable, and so is
    everything before it. `current` tells whether this still is the learning of the partition: when it was opened anew,
    it was learnt anew from its rows.
    """
    found: dict[str, bytes] = {}
    upto = learning.kept

    def take(_rows: Rows, _effects: Effects) -> None:
        nonlocal upto
        if current():
            upto = learning.orders
            found.update(learning.snapshot())

    def put(rows: Rows, _effects: Effects) -> None:
        for name, row in found.items() if current() else ():
            rows.put(system_key(name), row)

    await engine.write(number, take)
    if found:
        await engine.write(number, put)
        learning.kept = upto
