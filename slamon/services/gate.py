"""The lag gate: it says up to which instant deadlines may fire (DESIGN §4, faust.md §8).

A deadline of a partition may fire only when everything that the sources held at or after that instant has
been processed: the gate asks the clock, then the broker for the end of every source partition, waits until
all of that is processed (by this worker, or committed by another), does the same for the repartition topic,
and only then moves the partition's `now` to the instant it asked at. Without an answer `now` stands still.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slamon.errors import SourceError
from slamon.orders.event import Instant
from slamon.stream import TopicPartition

_POLL = 0.01
_FOREIGN_POLL = 0.2


class Offsets(Protocol):
    """What the gate asks of the broker; raises SourceError when there is no answer."""

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offset after the last readable record of each partition."""

    async def committed(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int | None]:
        """The group's committed offset of each partition."""


class Progress(Protocol):
    """What the gate asks of the engine."""

    def partitions(self) -> frozenset[int]:
        """The partitions of the table that this worker owns and has recovered."""

    def processed(self, topic: str, partition: int) -> int | None:
        """The offset up to which a partition's effects are durable; None when another worker has it."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """What has to be read before a deadline may fire, and how often to ask."""

    shared: tuple[TopicPartition, ...]
    """Partitions that may hold any order's events."""
    own: tuple[str, ...] = ()
    """Topics declared to be keyed by order id: there an order's own partition is enough."""
    repartition: str | None = None
    interval: float = 0.2


@dataclass(slots=True)
class LagGate:
    """The loop that moves each partition's `now`."""

    rules: GateRules
    offsets: Offsets
    progress: Progress
    clock: Callable[[], Instant]
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    fault: str | None = None
    _now: dict[int, Instant] = field(default_factory=dict)

    def now(self, partition: int) -> Instant | None:
        """Up to when deadlines of a partition may fire; None until the first answer is worked through."""
        return self._now.get(partition)

    def slowest(self) -> Instant | None:
        """The oldest `now` of the owned partitions: how fresh this worker's word is; None when unknown."""
        owned = self.progress.partitions()
        known = [self._now.get(partition) for partition in owned]
        found = [now for now in known if now is not None]
        return min(found) if found and len(found) == len(known) else None

    def forget(self, partition: int) -> None:
        """The partition is another worker's now."""
        self._now.pop(partition, None)

    async def run(self) -> None:
        """Move on for ever; a broker that does not answer only makes time stand still."""
        while True:
            try:
                await self.step()
                self.fault = None
            except SourceError as fault:
                self.fault = str(fault)
            await asyncio.sleep(self.rules.interval)

    async def step(self) -> None:
        """Take one instant through: ask, wait until all before it is processed, let its deadlines fire."""
        owned = self.progress.partitions()
        if not owned:
            return
        at = self.clock()
        keyed = [TopicPartition(topic, p) for topic in self.rules.own for p in sorted(owned)]
        ends = await self.offsets.end_offsets([*self.rules.shared, *keyed])
        if not await self._reached(ends, owned):
            return
        if self.rules.repartition is not None:
            rerouted = [TopicPartition(self.rules.repartition, p) for p in sorted(owned)]
            if not await self._reached(await self.offsets.end_offsets(rerouted), owned):
                return
        for partition in owned:
            self._now[partition] = max(at, self._now.get(partition, at))
        self.moved.set()

    async def _reached(self, ends: Mapping[TopicPartition, int], owned: frozenset[int]) -> bool:
        """Wait until every partition is processed to its end; False when the assignment changed meanwhile."""
        missing = {tp: end for tp, end in ends.items() if end > 0}
        while self.progress.partitions() == owned:
            missing = {tp: end for tp, end in missing.items() if not self._has(tp, end)}
            foreign = [tp for tp in missing if self.progress.processed(tp.topic, tp.partition) is None]
            if foreign:
                committed = await self.offsets.committed(foreign)
                for tp in foreign:
                    if (committed.get(tp) or 0) >= missing[tp]:
                        del missing[tp]
            if not missing:
                return True
            await asyncio.sleep(_FOREIGN_POLL if foreign else _POLL)
        return False

    def _has(self, tp: TopicPartition, end: int) -> bool:
        done = self.progress.processed(tp.topic, tp.partition)
        return done is not None and done >= end
