"""The owner of the outbox: paces and sends what the orders' rows offer, and reports back (DESIGN §4 "Outbox").

Before every attempt the report `sending` is durable, after it the outcome is: a crash leaves exactly those
deliveries unknown that say `sending`, and they are repeated under the same id.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from slamon.errors import SinkError
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.text import notice_text
from slamon.orders.event import SECOND, Instant
from slamon.services.channel import Channel, Waiting
from slamon.services.gate import Offsets
from slamon.services.ingest import Topics
from slamon.services.offers import Address, DeliveryRecord, Offer, OutboxRecord, Reoffer, encode
from slamon.services.tally import Tally
from slamon.sinks.message import OutgoingNotice, Receipt, Sink
from slamon.sinks.pacing import TokenBucket
from slamon.sinks.retry import RetryPolicy
from slamon.stream import Outgoing, TopicPartition

_log = structlog.get_logger("slamon.outbox")


class Producer(Protocol):
    """The engine, as far as the outbox needs it."""

    async def send(self, records: Iterable[Outgoing]) -> None:
        """Produce and wait for the acknowledgements, through outages of the broker."""


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
        self._producer, self._offsets, self._topics = producer, offsets, topics
        self._partitions, self._tally, self._clock = partitions, tally, clock
        self._retry = RetryPolicy()
        self._fresh_from: dict[int, int] = {}
        self._early: dict[int, list[tuple[int, OutboxRecord]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sends: set[asyncio.Task[None]] = set()
        self._stopping = False

    def opened(self, partition: int) -> None:
        """Own an outbox partition: what was offered before is void, ask every order partition to offer again."""
        self._early[partition] = []
        self._spawn(self._take_over(partition), self._tasks)

    def closed(self, partition: int) -> None:
        """Give an outbox partition up."""
        self._fresh_from.pop(partition, None)
        self._early.pop(partition, None)
        for name, receiver in self._receivers.items():
            if receiver.address.partition == partition:
                self.channels[name].clear()

    def take(self, partition: int, offset: int, record: OutboxRecord) -> None:
        """Take a record of the outbox topic."""
        fresh_from = self._fresh_from.get(partition)
        if fresh_from is None:
            self._early.setdefault(partition, []).append((offset, record))
        elif offset >= fresh_from:
            self._sort_in(record)

    def _sort_in(self, record: OutboxRecord) -> None:
        if record.drop is not None and record.drop.receiver in self.channels:
            self.channels[record.drop.receiver].drop(record.drop.notice_id)
        offer = record.offer
        if offer is None or offer.receiver not in self.channels:
            return
        repeat = self.channels[offer.receiver].offer(offer)
        if repeat is not None:
            self._spawn(self._report(offer, repeat), self._tasks)
        self._wake[offer.receiver].set()

    async def _take_over(self, partition: int) -> None:
        tp = TopicPartition(self._topics.outbox, partition)
        end = None
        while end is None and partition in self._early:
            try:
                end = (await self._offsets.end_offsets([tp]))[tp]
            except Exception as fault:  # noqa: BLE001  # the broker is away: ask until it is back
                _log.warning("outbox.takeover_delayed", partition=partition, error=str(fault))
                await asyncio.sleep(1)
        if end is None:
            return
        self._fresh_from[partition] = end
        for offset, record in self._early.pop(partition, []):
            self.take(partition, offset, record)
        own = DeliveryRecord(reoffer=Reoffer())
        requests = [Outgoing(self._topics.deliveries, None, encode(own), partition)]
        if any(receiver.address.partition == partition for receiver in self._receivers.values()):
            request = encode(DeliveryRecord(reoffer=Reoffer(outbox=partition)))
            others = (p for p in range(self._partitions) if p != partition)
            requests += [Outgoing(self._topics.deliveries, None, request, p) for p in others]
        await self._producer.send(requests)

    async def run(self) -> None:
        """Send for ever, every receiver by itself: one that is slow or dead delays no other."""
        async with asyncio.TaskGroup() as group:
            for receiver in self._receivers.values():
                group.create_task(self._serve(receiver))

    async def drain(self) -> None:
        """Start nothing more and wait for the calls under way and their reports (before a rebalance, at the end)."""
        self._stopping = True
        try:
            while self._sends:
                await asyncio.wait(set(self._sends))
        finally:
            self._stopping = False

    async def _serve(self, receiver: Receiver) -> None:
        channel, wake = self.channels[receiver.sink.name], self._wake[receiver.sink.name]
        bucket = None if receiver.per_second is None else TokenBucket(receiver.per_second)
        slots = asyncio.Semaphore(receiver.concurrency)
        while True:
            await slots.acquire()
            while self._stopping or not channel.waiting or channel.resting(self._clock()):
                rest = channel.resting(self._clock())
                await _wait(wake, rest / SECOND if rest else 1.0)
            pause = 0 if bucket is None else bucket.take(self._clock())
            if pause:
                slots.release()
                await asyncio.sleep(pause / SECOND)
                continue
            started = channel.start()
            if started is None:
                slots.release()
                continue
            task = self._spawn(self._send(receiver, channel, started), self._sends)
            task.add_done_callback(lambda _: slots.release())

    async def _send(self, receiver: Receiver, channel: Channel, started: Waiting) -> None:
        offer, attempt = started
        mark = Mark(
            notice_id=offer.notice_id,
            receiver=channel.receiver,
            state=DeliveryState.SENDING,
            attempts=attempt,
            at=self._clock(),
        )
        await self._report(offer, mark)
        try:
            receipt = await receiver.sink.send(self._notice(offer, attempt), now=self._clock())
        except SinkError as fault:
            await self._failed(channel, started, fault)
            return
        await self._sent(channel, started, receipt)

    async def _sent(self, channel: Channel, started: Waiting, receipt: Receipt) -> None:
        now = self._clock()
        remote = "|".join(part for part in (receipt.channel_id, receipt.remote_id) if part) or None
        await self._finish(channel, started, DeliveryState.SENT, now, remote=remote)
        self._tally.sent(channel.receiver, _kind(started.offer), now - started.offer.decided_at)

    async def _failed(self, channel: Channel, started: Waiting, fault: SinkError) -> None:
        now, kind = self._clock(), _kind(started.offer)
        self._tally.attempt_failed(channel.receiver, fault.reason)
        _log.warning(
            "notice.attempt_failed",
            notice_id=started.offer.notice_id,
            order_id=started.offer.order_id,
            receiver=channel.receiver,
            attempt=started.attempts,
            reason=fault.reason,
            permanent=fault.permanent,
        )
        if fault.permanent:
            await self._finish(channel, started, DeliveryState.FAILED, now, error=fault.reason)
            self._tally.failed(channel.receiver, kind)
            return
        rest = self._retry.delay(channel.failures + 1, fault.retry_after, random.random())  # noqa: S311  # jitter
        channel.again(started, now + rest)

    async def _finish(
        self,
        channel: Channel,
        started: Waiting,
        state: DeliveryState,
        now: Instant,
        *,
        error: str | None = None,
        remote: str | None = None,
    ) -> None:
        offer = started.offer
        mark = Mark(
            notice_id=offer.notice_id,
            receiver=channel.receiver,
            state=state,
            attempts=started.attempts,
            at=now,
            error=error,
            remote=remote,
        )
        channel.finish(mark)
        await self._report(offer, mark)
        _log.info(
            "notice.delivered" if state is DeliveryState.SENT else "notice.refused",
            notice_id=offer.notice_id,
            kind=str(_kind(offer)),
            order_id=offer.order_id,
            receiver=channel.receiver,
            attempts=started.attempts,
            state=str(state),
            error=error,
        )

    async def _report(self, offer: Offer, mark: Mark) -> None:
        record = DeliveryRecord(order_id=offer.order_id, mark=mark)
        key = offer.order_id.encode()
        await self._producer.send([Outgoing(self._topics.deliveries, key, encode(record), offer.partition)])

    def _notice(self, offer: Offer, attempt: int) -> OutgoingNotice:
        kind, now = _kind(offer), self._clock()
        text = notice_text(
            kind,
            offer.order,
            stage=offer.stage,
            due_at=offer.due_at,
            at=offer.at,
            now=now,
            retracts_kind=NoticeKind(offer.kind) if offer.retracts else None,
        )
        return OutgoingNotice(
            notice_id=offer.notice_id,
            kind=kind,
            subject=offer.order_id,
            order=offer.order,
            text=text,
            at=offer.at,
            created_at=offer.decided_at,
            stage=offer.stage,
            due_at=offer.due_at,
            retracts=offer.retracts,
            reinstated=offer.reinstated,
            attempt=attempt,
        )

    def _spawn(self, work: Callable[..., None] | object, among: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        among.add(task)
        task.add_done_callback(among.discard)
        return task


def _kind(offer: Offer) -> NoticeKind:
    return NoticeKind.RETRACTED if offer.retracts else NoticeKind(offer.kind)


async def _wait(event: asyncio.Event, longest: float) -> None:
    event.clear()
    try:
        await asyncio.wait_for(event.wait(), longest)
    except TimeoutError:
        return
