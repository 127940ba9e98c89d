"""Opening partitions: replay what is new, claim the partition in its changelog, mend it, hand it to the logic."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING

from slamon.stream.lanes import Lane
from slamon.stream.producing import gather
from slamon.stream.replay import Fold, Replay
from slamon.stream.table import CLAIM_KEY, NO_REVISION, PartitionRows, revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from slamon.stream.core import Core

log = logging.getLogger(__name__)


class Opening:
    """One try to open what the group assigned; a further rebalance ends it at the next check."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._options = core.options

    async def run(self, partitions: set[int], current: Callable[[], bool]) -> None:
        """Open all; returns early when `current` says that the assignment is no longer the current one."""
        core = self._core
        folds = {p: self._fold(p) for p in partitions}
        ends: dict[int, int] = {}
        if folds:
            ends = await Replay(self._options, self._replayed).read(folds)
        if not current():
            return
        await core.may_write()
        lanes = {p: Lane(core, p, folds[p].rows, batch_records=self._options.batch_records) for p in partitions}
        await gather(*(self._claim(lane, folds[p], ends[p]) for p, lane in lanes.items()))
        await core.may_write()  # still a member after the claims are in the log: nobody claimed in between
        if not current():
            return
        core.lanes = lanes
        for partition, lane in sorted(lanes.items()):
            assert lane.rows is not None  # noqa: S101 - lanes of table partitions have rows
            core.logic.opened(partition, lane.rows)
            core.progress.at = core.now()
            lane.start()
            await asyncio.sleep(0)

    def _fold(self, partition: int) -> Fold:
        """Go on from our own last record where the rows are surely what the changelog says, else read it all."""
        lane = self._core.lanes.get(partition)
        if lane is None or not lane.clean or lane.rows is None:
            self._core.lanes.pop(partition, None)
            return Fold(PartitionRows(), start=None)
        return Fold(lane.rows, start=lane.end, top=lane.top)

    def _replayed(self, records: int) -> None:
        progress = self._core.progress
        progress.replayed += records
        progress.at = self._core.now()

    async def _claim(self, lane: Lane, fold: Fold, end: int) -> None:
        """Write our claim; its offset is the epoch of all that we write until the next rebalance."""
        who = {"instance": self._options.instance_id, "client": self._options.client_id}
        claim = NO_REVISION + json.dumps(who).encode()
        core = self._core
        lane.end = await core.changes(lane.partition, [(CLAIM_KEY, claim, NO_REVISION)])
        lane.epoch = lane.end - 1
        if lane.epoch != end:
            core.suspects.add(lane.partition)
        if fold.stale:
            log.warning("partition %d: %d rows were overwritten by a former owner: written again", lane.partition, len(fold.stale))
            lane.mend(fold.stale)
