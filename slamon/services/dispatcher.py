"""The owner of the outbox: paces and sends what the orders' rows offer (DESIGN §4 "Outbox")."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any

import structlog

from slamon.notices.story import Told
from slamon.orders.event import Instant
from slamon.services.attempts import Attempts
from slamon.services.gate import Offsets
from slamon.services.ingest import Topics
from slamon.services.lane import Hands, Lane, Receiver, lanes_of
from slamon.services.offers import OutboxRecord, Reoffer, Update, lane_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Producer, Reports
from slamon.services.stories import Stories
from slamon.services.takeover import Takeover
from slamon.services.tally import Tally

_log = structlog.get_logger("slamon.outbox")


class Dispatcher:
    """Queues, sends and reports for the outbox partitions that this worker owns."""

    def __init__(
        self,
        receivers: Iterable[Receiver],
        producer: Producer,
        offsets: Offsets,
        topics: Topics,
        *,
        partitions: int,
        tally: Tally,
        clock: Callable[[], Instant],
    ) -> None:
        """`partitions`: of the orders table; each gets the request to offer again after a takeover."""
        self._reports = Reports(producer, topics.deliveries)
        refusals = Refusals(self._reports, topics.outbox, clock)
        books = (self._reports, tally, clock, refusals)
        hands = Hands(Attempts(*books), Stories(*books), refusals)
        self.lanes: Mapping[str, Lane] = lanes_of(list(receivers), hands, clock, lambda: self._stopping)
        self.channels = {name: lane.channel for name, lane in self.lanes.items()}
        self._takeover = Takeover(offsets, topics.outbox)
        self._partitions, self._clock = partitions, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._sends: set[asyncio.Task[None]] = set()
        self._stopping = False

    def opened(self, partition: int) -> str:
        """Own a partition: what was offered there before is void, the rows are asked to offer again.

        One that is still owned after a rebalance keeps its offers. Returns the name of the request to its rows.
        """
        own = Reoffer(opening=secrets.token_hex(8))
        if self._takeover.owns(partition):
            _spawn(self._reports.ask_again([(partition, own)]), self._tasks)
        else:
            self._takeover.begin(partition)
            _spawn(self._take_over(partition, own), self._tasks)
        return str(own.opening)

    def closed(self, partition: int) -> None:
        """Give an outbox partition up."""
        self._takeover.end(partition)
        for lane in self._of(partition):
            lane.clear()

    def take(self, partition: int, offset: int, record: OutboxRecord) -> None:
        """Take a record of the outbox topic."""
        if self._takeover.counts(partition, offset, record):
            self._sort_in(record)

    def _of(self, partition: int) -> Iterator[Lane]:
        return (lane for lane in self.lanes.values() if lane.receiver.address.partition == partition)

    def _sort_in(self, record: OutboxRecord) -> None:
        if record.drop is not None:
            gone = self._lane(record.drop.receiver, record.drop.route)
            if gone is not None:
                gone.channel.drop(record.drop.notice_id)
        if record.update is not None:
            self._sort_in_update(record.update)
        offer = record.offer
        lane = None if offer is None else self._lane(offer.receiver, offer.route)
        if offer is None or lane is None:
            return
        is_new = not lane.channel.knows(offer.notice_id)
        repeat = lane.channel.offer(offer)
        if repeat is not None:
            _spawn(self._reports.mark(offer, repeat), self._tasks)
        elif is_new:
            lane.storm.arrived(self._clock())
        lane.wake.set()

    def _sort_in_update(self, update: Update) -> None:
        lane = self._lane(update.lead.receiver, update.lead.route)
        if lane is None:
            return
        told = lane.channel.updates.take(update)
        if told is not None:
            report = Told(receiver=update.lead.receiver, turn=told)
            _spawn(self._reports.told(update.lead, report), self._tasks)
        lane.wake.set()

    def _lane(self, receiver: str, route: str | None) -> Lane | None:
        return self.lanes.get(lane_of(receiver, route)) or self.lanes.get(receiver)

    async def _take_over(self, partition: int, own: Reoffer) -> None:
        early = await self._takeover.complete(partition)
        if early is None:
            return
        for lane in self._of(partition):
            lane.taken_over()
        for record in early:
            self._sort_in(record)
        requests = [(partition, own)]
        if any(self._of(partition)):
            others = (number for number in range(self._partitions) if number != partition)
            requests += [(number, Reoffer(outbox=partition)) for number in others]
        await self._reports.ask_again(requests)

    async def run(self) -> None:
        """Send for ever, every receiver by itself: one that is slow or dead delays no other."""
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes.values():
                group.create_task(lane.serve(lambda work: _spawn(work, self._sends)))

    async def drain(self) -> None:
        """Start nothing more until the calls under way and their reports are done (before a rebalance)."""
        self._stopping = True
        try:
            while self._sends:
                await asyncio.wait(set(self._sends))
        finally:
            self._stopping = False
            for lane in self.lanes.values():
                lane.wake.set()


def _spawn(work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    among.add(task)
    task.add_done_callback(among.discard)
    task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        _log.error("outbox.task_broke", error=type(fault).__name__, exc_info=fault)
