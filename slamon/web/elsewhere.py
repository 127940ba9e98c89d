"""Asks all other workers for what they have learnt, each for the partitions that it has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from slamon.web.parts import LearntAsk, LearntPart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slamon.sla.forecast.durations import Durations
    from slamon.web.peers import PeerClient
    from slamon.web.ports import Cluster


class LearntElsewhere:
    """What other workers have learnt; of those that can't be reached there is nothing."""

    def __init__(self, peers: PeerClient, cluster: Cluster) -> None:
        self._peers = peers
        self._cluster = cluster

    async def __call__(self) -> Iterable[Durations]:
        """Ask every worker once."""
        elsewhere: dict[str, list[int]] = {}
        for partition, url in sorted(self._cluster.placement().peers.items()):
            elsewhere.setdefault(url, []).append(partition)
        asked = (self._peers.ask(url, LearntAsk(partitions), LearntPart) for url, partitions in elsewhere.items())
        return [part.durations for part in await asyncio.gather(*asked) if part is not None]
