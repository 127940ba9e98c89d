"""The engine's inside: owned partitions, their lanes, and what Faust's hooks do with them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import TopicPartition

from slamon.errors import EngineError
from slamon.stream.claims import Opening
from slamon.stream.ground import Ground
from slamon.stream.jobs import Batch
from slamon.stream.lanes import Lane
from slamon.stream.ledger import Ledger
from slamon.stream.replay import Replay
from slamon.stream.table import PartitionRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any

    from slamon.stream.contract import Record
    from slamon.stream.group_consumer import Fetched

log = logging.getLogger(__name__)

_FETCHES_WAITING = 2


class Fetch(NamedTuple):
    """The value of a Faust message: one fetch of one topic partition."""

    topic: str
    partition: int
    records: Sequence[Record]
    end: int
    """Where the consumer stood after it."""
    after: int | None = None
    """The end of the fetch before it; None for the first of an assignment."""


class Core(Ground):
    """Shared by Faust's services (through `app.core`) and the engine."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        """As `Ground`."""
        super().__init__(*arguments, **settings)
        self.ledger = Ledger()
        self.lanes: dict[int, Lane] = {}
        """Of the table partitions assigned to us; over a rebalance they keep their rows."""
        self.open_partitions: frozenset[int] = frozenset()
        """Those that are recovered and claimed."""
        self.before_revoke: list[Callable[[], Awaitable[None]]] = []
        self.highwaters: dict[TopicPartition, int] = {}
        self.alive_at = 0.0
        """When the event loop last showed that it runs, by the membership's clock."""
        self.partition_counts: Callable[[], dict[str, int]] = dict
        self._other_lanes: dict[TopicPartition, Lane] = {}
        self._joined: frozenset[str] = frozenset()
        self._accepting = False

    # --- records ---------------------------------------------------------------------------------

    def has_room(self, tp: TopicPartition) -> bool:
        """Whether more of this topic partition may be fetched."""
        return self.ledger.waiting([tp]) < _FETCHES_WAITING

    def looked(self, fetched: Fetched) -> None:
        """The consumer answered: note end offsets, and positions where there were no records."""
        self.progress.looked_at = self.now()
        self.highwaters = fetched.highwaters
        for tp, position in fetched.positions.items():
            if tp not in fetched.records:
                self.ledger.pass_to(tp, position)

    def take(self, fetch: Fetch) -> None:
        """A micro-batch from the agent: give it to its lane."""
        if not self._accepting:
            return  # handed over: it is read again from the committed offset
        tp = TopicPartition(fetch.topic, fetch.partition)
        if fetch.after is not None and self.ledger.taken(tp) != fetch.after:
            raise EngineError(f"a fetch of {tp.topic}/{tp.partition} was lost on its way, before {fetch.end}")
        ticket = self.ledger.take(tp, fetch.end)

        def done() -> None:
            self.progress.at = self.now()
            self.progress.batches += 1
            self.progress.records += len(fetch.records)
            ticket.finish()

        self._lane(tp).add(Batch(tp.topic, tp.partition, fetch.records, done))

    def _lane(self, tp: TopicPartition) -> Lane:
        if tp.topic in self._joined and tp.partition in self.open_partitions:
            return self.lanes[tp.partition]
        lane = self._other_lanes.get(tp)
        if lane is None:
            lane = self._other_lanes[tp] = Lane(self, tp.partition, PartitionRows(), None)
            lane.start()
        return lane

    # --- rebalances ------------------------------------------------------------------------------

    async def release(self) -> None:
        """Before a rebalance: take no more, run the hooks, finish and flush. Bounded by `drain_timeout`."""
        self.progress.phase = "handing over"
        self.progress.at = self.now()
        self._accepting = False
        self.strangers.clear()
        give_up = self.now() + self.options.drain_timeout
        lanes = [*self.lanes.values(), *self._other_lanes.values()]
        for lane in lanes:
            lane.drop_batches()
        if self.membership.valid:
            await run_hooks(self.before_revoke, self.options.drain_timeout / 2)
        else:
            give_up = self.now()  # the partitions may be others' already: what is in flight counts for nothing
        self.open_partitions = frozenset()
        await asyncio.gather(*(lane.close(max(0.1, give_up - self.now())) for lane in lanes))
        self._other_lanes.clear()

    def keep_only(self, partitions: set[int]) -> None:
        """The new assignment is known: drop the rows of partitions that went elsewhere."""
        self.progress.phase = "recovering"
        self.progress.at = self.now()
        for partition in sorted(set(self.lanes) - partitions):
            del self.lanes[partition]
            self.logic.closed(partition)

    async def open(self, partitions: set[int], current: Callable[[], bool]) -> None:
        """Bring the assigned partitions up to date, claim them and start their lanes."""
        counts = self.partition_counts()
        self._joined = frozenset(topic for topic, n in counts.items() if n == self.options.partitions)
        opening = Opening(self, Replay(self.options, self._replayed), self.lanes)
        await opening.run(partitions, current, self._adopt)

    def _adopt(self, lanes: dict[int, Lane]) -> None:
        self.lanes = lanes

    def _replayed(self, records: int) -> None:
        self.progress.replayed += records
        self.progress.at = self.now()

    def resumed(self) -> None:
        """The flow goes on."""
        self.open_partitions = frozenset(self.lanes)
        self._accepting = True
        self.progress.phase = "running"
        self.progress.at = self.progress.looked_at = self.now()
        log.info("partitions open: %s", sorted(self.open_partitions))

    def failed(self, error: BaseException) -> None:
        """End the process; until it has ended nothing is ours."""
        self.open_partitions = frozenset()
        super().failed(error)


async def run_hooks(hooks: Sequence[Callable[[], Awaitable[None]]], patience: float) -> None:
    """Run all at the same time, at most `patience` seconds; one that hangs or fails holds up no rebalance (T7)."""
    if not hooks:
        return
    done, late = await asyncio.wait([asyncio.ensure_future(hook()) for hook in hooks], timeout=patience)
    for hook in late:
        log.warning("a hook did not finish before the partitions were handed over")
        hook.cancel()
    for hook in done:
        if hook.exception() is not None:
            log.error("a hook failed before the partitions were handed over", exc_info=hook.exception())
