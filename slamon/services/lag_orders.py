"""The orders behind the queues: slamon's own index of the order topics, with what is missing read and asked for.

The index is fed where slamon itself reads (`services.ingest`). What was read before a restart, or by another worker, is
read once more, so far as a group has it still before itself. How the orders stand is asked of whoever has their rows.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from slamon.errors import SourceError
from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, OrderIndex, Standing
from slamon.lag.rows import GroupLag
from slamon.orders.event import SECOND, Instant, Span

_log = structlog.get_logger("slamon.lag")

READS = 8
"""Reads of a topic in one cycle."""
RECORDS = 20_000
"""Records in one read."""
STANDINGS = 5_000
"""Orders asked about in one cycle: those of which nothing is known first, then those asked about longest ago."""
READ_AGAIN: Span = 60 * SECOND
"""A stretch that was too long to be read as a whole is not read anew before."""


class Reader(Protocol):
    """Reads order topics beside the engine."""

    async def read(self, place: Place, since: int, until: int, most: int) -> tuple[int, Sequence[Indexed]]:
        """Up to where it was read, and the order records of [since, there). Raises SourceError."""


class Standings(Protocol):
    """How orders stand, whichever worker has them."""

    async def of(self, order_ids: Collection[str]) -> Mapping[str, Standing]:
        """Those that are known and not over."""


@dataclass(slots=True)
class OrdersBehind:
    """What the watch needs of orders; `topics` hold them, in `cluster`."""

    cluster: str
    topics: frozenset[str]
    reader: Reader
    standings: Standings
    clock: Callable[[], Instant]
    index: OrderIndex = field(init=False)
    _known: dict[str, tuple[Instant, Standing | None]] = field(default_factory=dict)
    _read_at: dict[Place, Instant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is kept before it is known who watches."""
        self.index = OrderIndex(self._standing, order_topics=self.topics, is_fed=False)

    def watching(self, *, ours: bool) -> None:
        """Keep what slamon reads while this worker watches; forget it when another does."""
        if not ours and self.index.is_fed:
            self.index.clear()
            self._known.clear()
            self._read_at.clear()
        self.index.is_fed = ours

    async def learn(self, groups: Sequence[GroupLag]) -> None:
        """Read what is missing of what these groups have before them, ask how the orders stand; does not raise."""
        unread = unread_of(groups, self.topics)
        try:
            await self._read(unread)
        except SourceError as fault:
            _log.warning("lag.orders_not_read", error=str(fault))
        await self._ask(unread)

    async def _read(self, unread: Mapping[Place, tuple[int, int]]) -> None:
        left = READS
        for place, (x, end) in unread.items():
            known = self.index.extent(place)
            if known is not None and end < known[0]:
                self.index.forget(place)  # the topic was made anew
                known = None
            for since, until in self._missing(place, (x, end), known):
                if left <= 0:
                    return
                left -= 1
                reached, records = await self.reader.read(place, since, until, RECORDS)
                if reached > since:
                    self.index.put(place, since, reached, records)

    def _missing(
        self, place: Place, wanted: tuple[int, int], known: tuple[int, int] | None
    ) -> Iterable[tuple[int, int]]:
        """The stretches to read: what has come since, then what lies before."""
        (x, end), now = wanted, self.clock()
        if self.index.knows_all(place, x, end):
            return []
        if known is None or known[1] <= x or known[0] >= end:
            return [(x, end)]
        later = [(known[1], end)] if known[1] < end else []
        if self.index.knows_all(place, x, known[1]) or now - self._read_at.get(place, 0) < READ_AGAIN:
            return later
        self._read_at[place] = now
        return [*later, (x, known[1])]

    async def _ask(self, unread: Mapping[Place, tuple[int, int]]) -> None:
        waiting: dict[str, None] = {}
        for place, (x, end) in unread.items():
            for record in self.index.since(place, x):
                if record.offset >= end:
                    break
                waiting[record.order_id] = None
            await asyncio.sleep(0)
        self._known = {order_id: self._known[order_id] for order_id in waiting if order_id in self._known}
        asked = sorted(waiting, key=lambda order_id: self._known[order_id][0] if order_id in self._known else 0)
        asked = asked[:STANDINGS]
        now, found = self.clock(), await self.standings.of(asked) if asked else {}
        self._known |= {order_id: (now, found.get(order_id)) for order_id in asked}

    def _standing(self, order_id: str) -> Standing | None:
        known = self._known.get(order_id)
        return None if known is None else known[1]


def unread_of(groups: Iterable[GroupLag], topics: frozenset[str]) -> dict[Place, tuple[int, int]]:
    """From where to where any group has something unread in each partition of these topics."""
    found: dict[Place, tuple[int, int]] = {}
    for group in groups:
        for topic in group.topics if topics else ():
            for row in topic.partitions if topic.topic in topics else ():
                if row.lag and row.x is not None and row.end is not None:
                    place = Place(row.topic, row.partition)
                    x, end = found.get(place, (row.x, row.end))
                    found[place] = min(x, row.x), max(end, row.end)
    return found
