"""The engine's inside: owned partitions, their lanes, and what Faust's hooks do with them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import TopicPartition

from slamon.stream.claims import Opening
from slamon.stream.lanes import Batch, Lane
from slamon.stream.ledger import Ledger
from slamon.stream.producing import Producing
from slamon.stream.table import PartitionRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from slamon.stream.contract import Outgoing, PartitionLogic, Record
    from slamon.stream.fencing import Membership
    from slamon.stream.group_thread import Fetched
    from slamon.stream.options import EngineOptions
    from slamon.stream.table import Change

log = logging.getLogger(__name__)

_BACKLOG_LIMIT = 2
_MAY_WRITE_POLL = 0.1


class Fetch(NamedTuple):
    """The value of a Faust message: one fetch of one topic partition."""

    topic: str
    partition: int
    records: Sequence[Record]
    end: int
    """Where the consumer stood after it."""


@dataclass(slots=True)
class Progress:
    """What moved last; times in the loop's seconds."""

    at: float = 0.0
    """When a batch was finished, a changelog record read or a partition opened."""
    looked_at: float = 0.0
    """When the consumer last answered at all."""
    batches: int = 0
    records: int = 0
    replayed: int = 0
    phase: str = "starting"
    """starting, running, handing over, recovering, stopping: in words for /-/ready."""


class Core:
    """Shared by Faust's services (through `app.core`) and the engine."""

    def __init__(
        self,
        options: EngineOptions,
        logic: PartitionLogic,
        membership: Membership,
        *,
        producer: Callable[[], object],
        die: Callable[[str], None],
    ) -> None:
        """`producer` gives the running AIOKafkaProducer; `die` ends the process."""
        self.options = options
        self.logic = logic
        self.membership = membership
        self.ledger = Ledger()
        self.producing = Producing(producer)
        self.progress = Progress()
        self.lanes: dict[int, Lane] = {}
        """Lanes of the table partitions that are assigned to us; kept over a rebalance."""
        self.before_revoke: list[Callable[[], Awaitable[None]]] = []
        self.highwaters: dict[TopicPartition, int] = {}
        self.strangers: list[tuple[int, int, int]] = []
        """Partition, start, end: changelog records that are not ours, to be looked at."""
        self.alive_at = 0.0
        """When the event loop last showed that it runs, by the membership's clock."""
        self.failure: str | None = None
        self.counts: Callable[[], dict[str, int]] = dict
        self._others: dict[TopicPartition, Lane] = {}
        self._joined: frozenset[str] = frozenset()
        self._open: frozenset[int] = frozenset()
        self._accepting = False
        self._die = die

    # --- what Faust's services call ------------------------------------------------------------

    def has_room(self, tp: TopicPartition) -> bool:
        """Whether more of this topic partition may be fetched."""
        return self.ledger.waiting([tp]) < _BACKLOG_LIMIT

    def looked(self, fetched: Fetched) -> None:
        """The consumer answered: note positions of partitions without records, and end offsets."""
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
        ticket = self.ledger.take(tp, fetch.end)
        records = fetch.records

        def done() -> None:
            self.progress.at = self.now()
            self.progress.batches += 1
            self.progress.records += len(records)
            ticket.finish()

        self._lane(tp).add(Batch(tp.topic, tp.partition, records, done))

    def _lane(self, tp: TopicPartition) -> Lane:
        if tp.topic in self._joined and tp.partition in self._open:
            return self.lanes[tp.partition]
        lane = self._others.get(tp)
        if lane is None:
            lane = self._others[tp] = Lane(self, tp.partition, PartitionRows(), None)
            lane.start()
        return lane

    async def release(self) -> None:
        """Before a rebalance: finish what has begun, run the hooks, flush, stop. Bounded by `drain_timeout`."""
        self.progress.phase = "handing over"
        self._accepting = False
        give_up = self.now() + self.options.drain_timeout
        lanes = [*self.lanes.values(), *self._others.values()]
        for lane in lanes:
            lane.drop_batches()
        if self.membership.valid:
            await self._run_hooks(give_up)
        else:
            give_up = (
                self.now()
            )  # the partitions may be others' already: what is in flight counts for nothing
        self._open = frozenset()
        await asyncio.gather(*(lane.close(max(0.1, give_up - self.now())) for lane in lanes))
        self._others.clear()

    async def _run_hooks(self, give_up: float) -> None:
        if not self.before_revoke:
            return
        hooks = [asyncio.ensure_future(hook()) for hook in self.before_revoke]
        _, late = await asyncio.wait(hooks, timeout=max(0.1, (give_up - self.now()) / 2))
        for hook in late:
            log.warning("a hook did not finish before the partitions were handed over")
            hook.cancel()

    def keep_only(self, partitions: set[int]) -> None:
        """The new assignment is known: drop the rows of partitions that went elsewhere."""
        self.progress.phase = "recovering"
        self.progress.at = self.now()
        for partition in sorted(set(self.lanes) - partitions):
            del self.lanes[partition]
            self.logic.closed(partition)

    async def open(self, partitions: set[int], current: Callable[[], bool]) -> None:
        """Bring the assigned partitions up to date, claim them and start their lanes."""
        counts = self.counts()
        self._joined = frozenset(topic for topic, n in counts.items() if n == self.options.partitions)
        await Opening(self).run(partitions, current)
        if current():
            self._open = frozenset(self.lanes)

    def resumed(self) -> None:
        """The flow goes on."""
        self._accepting = True
        self.progress.phase = "running"
        self.progress.at = self.progress.looked_at = self.now()
        log.info("partitions open: %s", sorted(self._open))

    # --- what lanes call -----------------------------------------------------------------------

    async def may_write(self) -> None:
        """Hold changelog writes while we may have been given up by the group (a zombie must not write)."""
        if self.membership.valid:
            return
        log.warning("no proof of membership for %.1f s: writes are held back", self.membership.age)
        while not self.membership.valid:
            await asyncio.sleep(_MAY_WRITE_POLL)
        log.info("membership proven again: writes go on")

    async def changes(self, partition: int, changes: Sequence[Change]) -> int:
        """Write changelog records; returns the offset after the last."""
        return await self.producing.changes(self.options.changelog, partition, changes)

    async def records(self, outgoing: Sequence[Outgoing]) -> None:
        """Produce and wait."""
        if outgoing:
            await self.producing.records(outgoing)

    def stranger(self, partition: int, start: int, end: int) -> None:
        """Our records should follow each other; in the gap somebody else wrote. `audit` looks at it."""
        self.strangers.append((partition, start, end))

    def now(self) -> float:
        """The loop's monotonic seconds."""
        return asyncio.get_running_loop().time()

    def failed(self, error: BaseException) -> None:
        """End the process before anything more can be acknowledged."""
        if self.failure is not None:
            return
        self.failure = f"{type(error).__name__}: {error}"
        self._open = frozenset()
        log.critical("the engine can't go on safely", exc_info=error)
        self._die(self.failure)

    # --- what the engine asks ------------------------------------------------------------------

    @property
    def open_partitions(self) -> frozenset[int]:
        """Partitions that are ours and recovered."""
        return self._open
