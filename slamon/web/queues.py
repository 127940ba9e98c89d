"""What workers ask each other about orders in queues: how the orders stand, and which queue holds which."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from slamon.lag.held_up import Queues
from slamon.web.parts import QueueAsk, QueuesAsk, QueuesPart, StandingsAsk, StandingsPart

if TYPE_CHECKING:
    from collections.abc import Collection

    from slamon.lag.order_index import Standing
    from slamon.web.peers import PeerClient
    from slamon.web.ports import Cluster

SHARED: Final = 0
"""The partition whose owner watches lag."""
IN_ONE_ASK: Final = 100
"""Orders in one question: their ids have to go into one body, and a turn of the loop goes into reading their rows."""


class QueuesApi(Protocol):
    """What this worker knows of orders in queues."""

    def standing(self, order_id: str) -> Standing | None:
        """How one of its own orders stands; None when it is over or not here."""

    def queues(self) -> Queues:
        """Which order waits in which queue."""


class NoQueues:
    """Lag is not watched here."""

    def standing(self, order_id: str) -> Standing | None:  # noqa: ARG002  the protocol's
        """Nothing."""
        return None

    def queues(self) -> Queues:
        """None."""
        return Queues()


class LocalQueues:
    """The part of this worker."""

    def __init__(self, api: QueuesApi, cluster: Cluster) -> None:
        self._api, self._cluster = api, cluster

    async def part(self, ask: QueueAsk) -> StandingsPart | QueuesPart:
        """What was asked for; of partitions that are not here nothing is claimed."""
        owned = sorted(self._cluster.placement().local & frozenset(ask.partitions))
        if isinstance(ask, QueuesAsk):
            return QueuesPart(owned, self._api.queues() if SHARED in owned else Queues())
        found = {}
        for number, order_id in enumerate(ask.order_ids, start=1):
            standing = self._api.standing(order_id)
            if standing is not None:
                found[order_id] = standing
            if number % IN_ONE_ASK == 0:
                await asyncio.sleep(0)
        return StandingsPart(owned, found)


class QueuesElsewhere:
    """The same of all workers: each order is asked of the worker that has it."""

    def __init__(self, api: QueuesApi, peers: PeerClient, cluster: Cluster) -> None:
        self._local, self._peers, self._cluster = LocalQueues(api, cluster), peers, cluster

    async def of(self, order_ids: Collection[str]) -> dict[str, Standing]:
        """How these orders stand; those that are over are left out, as are those that nobody could be asked about."""
        placement, own, elsewhere = self._cluster.placement(), list[str](), dict[str, list[str]]()
        for order_id in order_ids:
            partition = self._cluster.partition(order_id)
            url = placement.peers.get(partition)
            if partition in placement.local:
                own.append(order_id)
            elif url is not None:
                elsewhere.setdefault(url, []).append(order_id)
        part = await self._local.part(StandingsAsk(sorted(placement.local), own))
        found = dict(part.standings) if isinstance(part, StandingsPart) else {}
        for several in await asyncio.gather(*(self._asked(url, ids) for url, ids in elsewhere.items())):
            found |= several
        return found

    async def _asked(self, url: str, order_ids: list[str]) -> dict[str, Standing]:
        found: dict[str, Standing] = {}
        for first in range(0, len(order_ids), IN_ONE_ASK):
            ask = StandingsAsk([], order_ids[first : first + IN_ONE_ASK])
            part = await self._peers.ask(url, ask, StandingsPart)
            if part is None:
                break
            found |= part.standings
        return found

    async def queues(self) -> Queues | None:
        """What the worker that watches lag knows; None when it can't be asked."""
        url = self._cluster.placement().peers.get(SHARED)
        part = None if url is None else await self._peers.ask(url, QueuesAsk([SHARED]), QueuesPart)
        return part.queues if part is not None and part.partitions else None
