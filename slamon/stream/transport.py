"""Faust's transport for micro-batches: one Faust message per topic partition and fetch.

The message's value is a `Fetch`, its offset the last record's; done means that the whole fetch is done. What
Faust does per message (about 100 µs) is paid once per some thousand records.
"""
# ruff: noqa: ARG002, FBT001, FBT002 - the signatures are Faust's

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, ClassVar

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaConnectionError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from slamon.errors import EngineError
from slamon.stream.core import Fetch
from slamon.stream.group_thread import GroupThread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from slamon.stream.group_consumer import Fetched
    from slamon.stream.stream_app import StreamApp

log = logging.getLogger(__name__)

_IDLE_WAIT = 0.25
_CROWDED_WAIT = 0.02
_COMMIT_PATIENCE = 10.0
_BACKOFF = 1.0


class BatchConsumer(driver.Consumer):
    """Yields fetches instead of records, and keeps offsets in the engine's ledger, not in Faust's lists."""

    app: StreamApp
    _thread: GroupThread
    _look: asyncio.Future[Fetched] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._yielded: dict[TopicPartition, int] = {}

    def _new_consumer_thread(self) -> GroupThread:
        return GroupThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - Faust's
        """Fetch once and yield a message per topic partition that had records."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)  # type: ignore[arg-type]  # as Faust does
        core, generation = self.app.core, self.app.consumer_generation_id
        fetched = await self._fetch(timeout)
        if fetched is None or not self._current(generation):
            return  # of an assignment that is gone; the next one starts from the committed offsets
        core.looked(fetched)
        for tp, records in fetched.records.items():
            if not self._current(generation):
                return
            end = fetched.positions.get(tp, records[-1].offset + 1)
            message = as_message(Fetch(tp.topic, tp.partition, records, end, self._yielded.get(tp)), generation)
            self._yielded[tp] = end
            self._read_offset[message.tp] = message.offset - 1  # Faust sees no gap to fill up, and nothing to drop
            yield message.tp, message

    def _current(self, generation: int) -> bool:
        return not self.should_stop and self.flow_active and self.app.consumer_generation_id == generation

    async def _fetch(self, longest: float) -> Fetched | None:
        core = self.app.core
        active = self._get_active_partitions()
        ready = {TopicPartition(*tp) for tp in active if core.has_room(TopicPartition(*tp))}
        wait = min(longest, _IDLE_WAIT if len(ready) == len(active) else _CROWDED_WAIT)
        self._look = asyncio.ensure_future(self._thread.fetch(ready, wait, core.options.poll_records))
        try:
            return await asyncio.shield(self._look)
        except ConsumerStoppedError:
            if self.should_stop:
                return None
            raise
        except KafkaError as error:
            raise EngineError(f"the group's consumer failed: {error!r}") from error

    def track_message(self, message: Any) -> None:
        """Faust's set of unacknowledged messages is not used: the ledger knows."""

    def ack(self, message: Any) -> bool:
        """Faust acknowledges nothing: the lane does, through its ticket, when all is written (T3, T5)."""
        return False

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps are the ledger's: it goes by the consumer's position."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish, write, commit, and only then let Faust forget the offsets (T6)."""
        self.stop_flow()
        await self.app.core.release()
        await self.commit_what_is_done()
        self.app.core.ledger.clear()
        await super().on_partitions_revoked(revoked)

    async def commit_what_is_done(self) -> None:
        """Commit after any commit that is under way and may know less."""
        await self.maybe_wait_for_commit_to_finish()
        await self.force_commit()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Keep the changelog out of the group's fetches."""
        changelog = self.app.core.options.changelog
        await self._thread.hold_back([TopicPartition(*tp) for tp in assigned if tp.topic == changelog])
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Start every source partition from its committed offset; called before the flow is resumed.

        A look into the fetcher that began before the rebalance may still move positions, and its records are
        dropped: it must end before the positions are set.
        """
        if self._look is not None:
            await asyncio.wait([self._look])
        self._yielded.clear()
        changelog = self.app.core.options.changelog
        tps = [TopicPartition(*tp) for tp in self.assignment() if tp.topic != changelog]
        self.app.core.ledger.start(await self._thread.start_from_committed(tps))

    async def wait_empty(self) -> None:
        """Nothing to wait for: `release` has finished or given up everything (T7: bounded, no gc)."""

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit what the ledger says is done."""
        ledger = self.app.core.ledger
        offsets = ledger.committable()
        if not offsets or not await self._commit(offsets):
            return False
        ledger.note_committed(offsets)
        return True

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        """One attempt; when the broker is away the next interval tries again with newer offsets."""
        try:
            return await self._thread.commit_once(offsets, _COMMIT_PATIENCE)
        except TimeoutError:
            log.warning("offsets not committed: no answer")
        except KafkaError as error:
            if not error.retriable:
                raise EngineError(f"the broker refuses the group's offsets: {error!r}") from error
            log.warning("offsets not committed: %r", error)
        return False

    async def verify_all_partitions_active(self) -> None:
        """Off: Faust's livelock detector only logs, often falsely; the watchdog acts."""


def as_message(fetch: Fetch, generation: int) -> ConsumerMessage:
    """The Faust message of a fetch."""
    last = fetch.records[-1]
    value: Any = fetch
    return ConsumerMessage(
        fetch.topic,
        fetch.partition,
        last.offset,
        timestamp=last.timestamp / 1000.0,
        timestamp_type=last.timestamp_type,
        headers=[],
        key=None,
        value=value,
        checksum=None,
        tp=TP(fetch.topic, fetch.partition),
        generation_id=generation,
    )


class AckedProducer(driver.Producer):
    """Faust's producer service around an AIOKafkaProducer of our settings; Faust itself must not produce."""

    app: StreamApp

    def send_soon(self, fut: Any) -> None:
        """Faust's buffered sends lose records silently (T1): nothing here may use them."""
        raise EngineError("records are produced through the engine, never through Faust's producer buffer")

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        """Faust logs failed sends and goes on (T2): nothing here may use them."""
        raise EngineError("records are produced through the engine, never through Faust's producer")

    async def flush(self) -> None:
        """Nothing is buffered here: whoever produces waits for the acknowledgement."""

    async def on_start(self) -> None:
        """Connect, as long as it takes."""
        await self.add_runtime_dependency(self.buffer)
        while True:
            producer = self._new_producer()
            try:
                await producer.start()
            except KafkaConnectionError as error:
                log.warning("no broker for the producer yet: %s", error)
                await producer.stop()
                await asyncio.sleep(_BACKOFF)
                continue
            self._producer = producer
            return

    def _new_producer(self, transactional_id: str | None = None) -> AIOKafkaProducer:
        options = self.app.core.options
        return AIOKafkaProducer(
            client_id=options.client_id,
            bootstrap_servers=options.bootstrap,
            acks="all",
            enable_idempotence=True,  # a repeated batch is written once, and in order
            linger_ms=5,
            max_batch_size=options.produce_batch_bytes,
            compression_type=options.compression,
            request_timeout_ms=int(options.request_timeout * 1000),
            **options.security,
        )


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with both of the above."""

    Consumer: ClassVar[Any] = BatchConsumer
    Producer: ClassVar[Any] = AckedProducer
