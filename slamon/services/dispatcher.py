"""The owner of the outbox: paces and sends what the orders' rows offer (DESIGN §4 "Outbox")."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from slamon.orders.event import SECOND, Instant
from slamon.services.attempts import Attempts
from slamon.services.channel import Channel
from slamon.services.gate import Offsets
from slamon.services.ingest import Topics
from slamon.services.offers import Address, OutboxRecord, Reoffer
from slamon.services.reports import Producer, Reports
from slamon.services.takeover import Takeover
from slamon.services.tally import Tally
from slamon.sinks.message import Sink
from slamon.sinks.pacing import TokenBucket

_log = structlog.get_logger("slamon.outbox")
_IDLE = 1.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A sink, where its offers come in, how many calls may be under way, and its pace (None: unpaced)."""

    sink: Sink
    address: Address
    concurrency: int = 1
    per_second: float | None = None


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
        self._receivers: Mapping[str, Receiver] = {r.sink.name: r for r in receivers}
        self.channels = {name: Channel(name) for name in self._receivers}
        self._wake = {name: asyncio.Event() for name in self._receivers}
        self._reports = Reports(producer, topics.deliveries)
        self._attempts = Attempts(self._reports, tally, clock)
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
        for name, receiver in self._receivers.items():
            if receiver.address.partition == partition:
                self.channels[name].clear()

    def take(self, partition: int, offset: int, record: OutboxRecord) -> None:
        """Take a record of the outbox topic."""
        if self._takeover.counts(partition, offset, record):
            self._sort_in(record)

    def _sort_in(self, record: OutboxRecord) -> None:
        if record.drop is not None and record.drop.receiver in self.channels:
            self.channels[record.drop.receiver].drop(record.drop.notice_id)
        offer = record.offer
        if offer is None or offer.receiver not in self.channels:
            return
        repeat = self.channels[offer.receiver].offer(offer)
        if repeat is not None:
            _spawn(self._reports.mark(offer, repeat), self._tasks)
        self._wake[offer.receiver].set()

    async def _take_over(self, partition: int, own: Reoffer) -> None:
        early = await self._takeover.complete(partition)
        if early is None:
            return
        for record in early:
            self._sort_in(record)
        requests = [(partition, own)]
        if any(receiver.address.partition == partition for receiver in self._receivers.values()):
            others = (number for number in range(self._partitions) if number != partition)
            requests += [(number, Reoffer(outbox=partition)) for number in others]
        await self._reports.ask_again(requests)

    async def run(self) -> None:
        """Send for ever, every receiver by itself: one that is slow or dead delays no other."""
        async with asyncio.TaskGroup() as group:
            for receiver in self._receivers.values():
                group.create_task(self._serve(receiver))

    async def drain(self) -> None:
        """Start nothing more until the calls under way and their reports are done (before a rebalance)."""
        self._stopping = True
        try:
            while self._sends:
                await asyncio.wait(set(self._sends))
        finally:
            self._stopping = False
            for wake in self._wake.values():
                wake.set()

    async def _serve(self, receiver: Receiver) -> None:
        channel, wake = self.channels[receiver.sink.name], self._wake[receiver.sink.name]
        bucket = None if receiver.per_second is None else TokenBucket(receiver.per_second)
        slots = asyncio.Semaphore(receiver.concurrency)
        while True:
            await slots.acquire()
            while self._stopping or channel.next() is None or channel.resting(self._clock()):
                rest = channel.resting(self._clock())
                await _wait(wake, rest / SECOND if rest else _IDLE)
            pause = 0 if bucket is None else bucket.take(self._clock())
            started = None if pause else channel.start()
            if started is None:
                slots.release()
                await asyncio.sleep(pause / SECOND)
                continue
            task = _spawn(self._attempts.make(receiver.sink, channel, started), self._sends)
            task.add_done_callback(lambda _: slots.release())
            task.add_done_callback(lambda _: wake.set())


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


async def _wait(event: asyncio.Event, longest: float) -> None:
    event.clear()
    # Not `wait_for`: on Python 3.11 that swallows a cancellation which comes together with the event.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(longest):
            await event.wait()
