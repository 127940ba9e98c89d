"""Which partitions may hold any order's events, and so have to be read before a deadline may fire."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from slamon.errors import SourceError
from slamon.services.gate import GateRules, LagGate
from slamon.stream import TopicPartition

_log = structlog.get_logger("slamon.layout")
_EVERY = 30.0
_PAUSE = 1.0


class Counts(Protocol):
    """Tells how many partitions topics have; raises SourceError."""

    async def __call__(self, topics: Iterable[str]) -> Mapping[str, int]:
        """Topic to number of partitions."""


@dataclass(slots=True)
class SourceLayout:
    """Keeps the gate's rules in step with the sources.

    `declared`: topics that the operator says are keyed by order id; one misplaced record ends that trust.
    """

    topics: tuple[str, ...]
    declared: frozenset[str]
    partitions: int
    repartition: str
    counts: Counts
    gate: LagGate
    misplaced: set[str] = field(default_factory=set)
    _known: Mapping[str, int] = field(default_factory=dict)

    async def learn(self) -> None:
        """Ask for the partition counts and set the gate's rules. Raises SourceError."""
        self._known = await self.counts(self.topics)
        self._apply()

    async def learn_first(self) -> None:
        """Learn before the start, however long the broker is away."""
        while True:
            try:
                await self.learn()
            except SourceError as fault:
                _log.warning("layout.unknown", error=str(fault))
                await asyncio.sleep(_PAUSE)
            else:
                return

    async def run(self) -> None:
        """Follow changes of the topics; while the broker is away the last layout holds."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.learn()
            except SourceError as fault:
                _log.debug("layout.unknown", error=str(fault))

    def distrust(self, topic: str) -> None:
        """Deadlines wait for the whole topic from now on: a record of it was found on the wrong partition."""
        if topic not in self.misplaced:
            self.misplaced.add(topic)
            if topic in self.declared:
                remedy = "set keyed: false, or key every record by order id"
                _log.warning("source.not_keyed", topic=topic, remedy=remedy)
            self._apply()

    def _apply(self) -> None:
        trusted = self.declared - self.misplaced
        keyed = tuple(sorted(topic for topic in trusted if self._known.get(topic) == self.partitions))
        shared = tuple(
            TopicPartition(topic, partition)
            for topic in self.topics
            if topic not in keyed
            for partition in range(self._known.get(topic, 0))
        )
        self.gate.rules = GateRules(shared, keyed, self.repartition)
