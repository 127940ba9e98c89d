"""What this worker knows of lag, when it is the one that watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slamon.web.parts import LagAsk, LagPart

if TYPE_CHECKING:
    from slamon.web.ports import Cluster, LagApi


@dataclass(frozen=True, slots=True)
class LocalLag:
    """Answers for the partition whose owner watches; `lag` None: it is not configured."""

    cluster: Cluster
    lag: LagApi | None = None

    async def part(self, ask: LagAsk) -> LagPart:
        """What was asked for; on a worker that does not watch nothing is claimed."""
        owned = sorted(self.cluster.placement().local & frozenset(ask.partitions))
        if self.lag is None or not owned or not self.lag.is_ours:
            return LagPart([])
        return LagPart(owned, msgspec.Raw(await _told(self.lag, ask)), self.lag.as_of())


async def _told(lag: LagApi, ask: LagAsk) -> bytes:
    if ask.what == "page":
        return await lag.page()
    if ask.what == "incidents":
        return msgspec.json.encode(lag.incidents())
    return msgspec.json.encode((lag.explanation if ask.what == "explain" else lag.group)(ask.group or ""))
