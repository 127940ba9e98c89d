"""Puts the parts of all workers together: what is missing makes it incomplete, the oldest dates it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from slamon.web.local_lag import LocalLag
from slamon.web.parts import AnswerAsk, AnswerPart, LagAsk, LagPart, Row, RowsAsk, RowsPart, SummaryAsk, SummaryPart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from slamon.orders.event import Instant
    from slamon.web.local import LocalParts
    from slamon.web.peers import PeerClient
    from slamon.web.ports import Cluster
    from slamon.web.sorting import Key


P = TypeVar("P", RowsPart, SummaryPart, AnswerPart, LagPart)


@dataclass(frozen=True, slots=True)
class Reached:
    """Who was asked and who answered; partitions that belong to nobody at the moment are among those asked for."""

    workers: int
    workers_asked: int
    partitions: int
    partitions_asked: int


@dataclass(frozen=True, slots=True)
class Gathered(Generic[P]):
    """The parts that came; `complete` when together they have every partition that was wanted."""

    as_of: Instant | None
    complete: bool
    parts: Sequence[P]
    reached: Reached


class Gatherer:
    """Asks this worker and its peers at the same time, each for partitions that nobody else is asked for."""

    def __init__(self, local: LocalParts, peers: PeerClient, cluster: Cluster, lag: LocalLag | None = None) -> None:
        self._local = local
        self._lag = lag or LocalLag(cluster)
        self._peers = peers
        self._cluster = cluster

    async def rows(
        self, ask: Callable[[list[int]], RowsAsk], wanted: Collection[int] | None = None
    ) -> Gathered[RowsPart]:
        """Rows from these partitions, from all of them when none are named."""
        return await self._gather(
            wanted,
            local=lambda partitions: self._local.rows(ask(partitions)),
            peer=lambda url, partitions: self._peers.ask(url, ask(partitions), RowsPart),
        )

    async def summaries(self) -> Gathered[SummaryPart]:
        """The counts of every worker."""
        return await self._gather(
            None,
            local=lambda partitions: self._local.summary(SummaryAsk(partitions)),
            peer=lambda url, partitions: self._peers.ask(url, SummaryAsk(partitions), SummaryPart),
        )

    async def answered(
        self, ask: Callable[[list[int]], AnswerAsk], wanted: Collection[int] | None = None
    ) -> Gathered[AnswerPart]:
        """What became of an answer in these partitions, in all of them when none are named."""
        return await self._gather(
            wanted,
            local=lambda partitions: self._local.answered(ask(partitions)),
            peer=lambda url, partitions: self._peers.ask(url, ask(partitions), AnswerPart),
        )

    async def lag(self, ask: Callable[[list[int]], LagAsk], wanted: int) -> LagPart | None:
        """What the worker that has the partition knows of lag; None when it can't be asked."""
        gathered = await self._gather(
            [wanted],
            local=lambda partitions: self._lag.part(ask(partitions)),
            peer=lambda url, partitions: self._peers.ask(url, ask(partitions), LagPart),
        )
        return next(iter(gathered.parts), None)

    async def _gather(
        self,
        wanted: Collection[int] | None,
        *,
        local: Callable[[list[int]], Awaitable[P]],
        peer: Callable[[str, list[int]], Awaitable[P | None]],
    ) -> Gathered[P]:
        placement = self._cluster.placement()
        whole = frozenset(range(placement.partitions) if wanted is None else wanted)
        asked: list[Awaitable[P | None]] = []
        if own := sorted(whole & placement.local):
            asked.append(local(own))
        elsewhere: dict[str, list[int]] = {}
        for partition in sorted(whole - placement.local):
            if (url := placement.peers.get(partition)) is not None:
                elsewhere.setdefault(url, []).append(partition)
        asked.extend(peer(url, partitions) for url, partitions in elsewhere.items())
        parts = [part for part in await asyncio.gather(*asked) if part is not None and part.partitions]
        covered = frozenset(partition for part in parts for partition in part.partitions)
        reached = Reached(len(parts), len(asked), len(covered & whole), len(whole))
        return Gathered(oldest([part.as_of for part in parts]), covered >= whole, parts, reached)


def oldest(instants: Sequence[Instant | None]) -> Instant | None:
    """The earliest; None, unknown, when there is none or one of them is unknown."""
    known = [instant for instant in instants if instant is not None]
    return min(known) if known and len(known) == len(instants) else None


def page(parts: Sequence[RowsPart], limit: int) -> tuple[list[Row], Key | None]:
    """The first `limit` rows of all parts, and the key behind which to go on; None at the end.

    A part that has more than it gave says up to where it is whole; rows of others beyond that have to wait.
    """
    horizon = min((part.until for part in parts if part.until is not None), default=None)
    rows = sorted(
        (row for part in parts for row in part.rows if horizon is None or row.key <= horizon),
        key=lambda row: row.key,
    )
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1].key
    return rows, horizon
