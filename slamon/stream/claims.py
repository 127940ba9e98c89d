"""Opening partitions: replay what is new, claim the partition in its changelog, mend it, hand it to the logic.

The claim is where the partition changes hands: what stands before it in the log is our state, what a former
owner still writes after it has a lower revision than anything of ours.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING

from slamon.stream.lanes import Lane
from slamon.stream.producing import gather
from slamon.stream.replay import Fold
from slamon.stream.table import CLAIM_KEY, NO_REVISION, PartitionRows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slamon.stream.ground import Ground
    from slamon.stream.replay import Replay

log = logging.getLogger(__name__)


class Opening:
    """One try to open what the group assigned; a further rebalance ends it at the next check."""

    def __init__(self, ground: Ground, replay: Replay, kept: Mapping[int, Lane]) -> None:
        """`kept`: closed lanes of partitions that were ours before the rebalance."""
        self._ground = ground
        self._replay = replay
        self._kept = kept

    async def run(
        self, partitions: set[int], current: Callable[[], bool], adopt: Callable[[dict[int, Lane]], None]
    ) -> None:
        """Open all and have the lanes adopted; returns early when the assignment is no longer the current one."""
        folds = {partition: self._fold(partition) for partition in partitions}
        ends = await self._replay.read(folds) if folds else {}
        await self._ground.may_write()
        if not current():
            return
        lanes = {p: Lane(self._ground, p, fold.rows, fold.rows) for p, fold in folds.items()}
        await gather(*(self._claim(lane) for lane in lanes.values()))
        await self._catch_up(lanes, folds, ends)
        await self._ground.may_write()  # still a member after the claims are in the log: nobody claimed in between
        if current():
            adopt(lanes)
            await self._begin(lanes, folds)

    def _fold(self, partition: int) -> Fold:
        """Go on from our own last record where the rows are surely what the changelog says, else read it all."""
        lane = self._kept.get(partition)
        if lane is None or not lane.clean:
            return Fold(PartitionRows(), start=None)
        return Fold(lane.table, start=lane.end, top=lane.top)

    async def _claim(self, lane: Lane) -> None:
        """Write our claim; its offset is the epoch of all that we write until the next rebalance."""
        who = {"instance": self._ground.options.instance_id, "client": self._ground.options.client_id}
        claim = NO_REVISION + json.dumps(who).encode()
        lane.end = await self._ground.changes(lane.partition, [(CLAIM_KEY, claim, NO_REVISION)])
        lane.epoch = lane.end - 1

    async def _catch_up(self, lanes: dict[int, Lane], folds: dict[int, Fold], ends: dict[int, int]) -> None:
        """Read what came between our reading and our claim: the last words of the former owner."""
        late = {p: folds[p] for p, lane in lanes.items() if lane.epoch > ends[p]}
        if not late:
            return
        for partition, fold in late.items():
            fold.start = ends[partition]
        for partition, end in (await self._replay.read(late)).items():
            lanes[partition].end = end

    async def _begin(self, lanes: dict[int, Lane], folds: dict[int, Fold]) -> None:
        for partition, lane in sorted(lanes.items()):
            self._ground.logic.opened(partition, lane.table)
            self._ground.progress.at = self._ground.now()
            stale = folds[partition].stale
            if stale:
                log.warning("partition %d: %d rows stood under later records of a former owner", partition, len(stale))
                lane.mend(stale)
            lane.start()
            await asyncio.sleep(0)
