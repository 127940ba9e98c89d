"""The consumer's thread: one aiokafka consumer with its own event loop, so that heartbeats never wait for us."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import aiokafka
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError, KafkaConnectionError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from mode import Service

from slamon.stream.fencing import awake_clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slamon.stream.contract import Record
    from slamon.stream.faust_app import StreamApp

log = logging.getLogger(__name__)

_BACKOFF = 1.0
_WATCH = 1.0
_ALIVE = 15.0


class Fetched(NamedTuple):
    """What one look into the fetcher found."""

    records: dict[TopicPartition, list[Record]]
    positions: dict[TopicPartition, int]
    """Where the consumer stands after these records, gaps and transaction markers included."""
    highwaters: dict[TopicPartition, int]


class GroupThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread with our consumer, waiting for a broker, and fetches that tell positions."""

    app: StreamApp

    async def on_start(self) -> None:
        """Connect, as long as it takes; then watch the coordinator's answers."""
        while True:
            try:
                await super().on_start()
                break
            except KafkaConnectionError as error:
                log.warning("no broker for the consumer yet: %s", error)
                if self._consumer is not None:
                    await self._consumer.stop()
                await asyncio.sleep(_BACKOFF)
        self.app.core.membership.watch(self._ensure_consumer()._coordinator)

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> aiokafka.AIOKafkaConsumer:
        options = self.app.core.options
        self._assignor = self.app.assignor
        return aiokafka.AIOKafkaConsumer(
            client_id=options.client_id,
            bootstrap_servers=options.bootstrap,
            group_id=options.app_id,
            group_instance_id=options.instance_id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=options.partition_fetch_bytes,
            request_timeout_ms=int(options.request_timeout * 1000),
            session_timeout_ms=int(options.session_timeout * 1000),
            heartbeat_interval_ms=int(options.heartbeat_interval * 1000),
            rebalance_timeout_ms=int(options.rebalance_timeout * 1000),
            **options.security,
        )

    async def take(self, active: set[TopicPartition], timeout: float, max_records: int) -> Fetched:
        """What was fetched for the active partitions; waits up to `timeout` seconds for something."""
        return await self.call_thread(self._take, active, timeout, max_records)  # type: ignore[no-any-return]

    async def _take(self, active: set[TopicPartition], timeout: float, max_records: int) -> Fetched:
        consumer = self._ensure_consumer()
        fetcher, coordinator = consumer._fetcher, consumer._coordinator
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError
        coordinator.check_errors()  # stock Faust skips this: an error of the group then stands still for ever
        with consumer._subscription.fetch_context():  # we are alive: the coordinator's max_poll_interval
            if active:
                records = await fetcher.fetched_records(active, timeout=timeout, max_records=max_records)
            else:
                records = {}
                await asyncio.sleep(timeout)
        return Fetched(records, *self._positions(consumer))

    @staticmethod
    def _positions(consumer: Any) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        subscription = consumer._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        if assignment is None or consumer._subscription.reassignment_in_progress:
            return {}, {}
        states = {tp: assignment.state_value(tp) for tp in assignment.tps}
        positions = {tp: state.position for tp, state in states.items() if state.has_valid_position}
        highwaters = {tp: state.lso for tp, state in states.items() if state.lso is not None}
        return positions, highwaters

    async def hold_back(self, tps: Sequence[TopicPartition]) -> None:
        """Never fetch these partitions (the changelog: it is read by `replay`, not by the group's consumer)."""

        async def pause() -> None:
            self._ensure_consumer().pause(*tps)

        await self.call_thread(pause)

    async def seek_all_to_committed(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int | None]:
        """Go to the group's committed offsets, or to the beginning where there is none.

        aiokafka's own `seek_to_committed` leaves partitions without a committed offset where they stand, even
        when they have moved already.
        """
        return await self.call_thread(self._seek_all, tps)  # type: ignore[no-any-return]

    async def _seek_all(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int | None]:
        consumer = self._ensure_consumer()
        committed = {tp: await consumer.committed(tp) for tp in tps}
        for tp, offset in committed.items():
            if offset is not None:
                consumer.seek(tp, offset)
        fresh = [tp for tp, offset in committed.items() if offset is None]
        if fresh:
            await consumer.seek_to_beginning(*fresh)
        return committed

    async def commit_once(self, offsets: Mapping[TopicPartition, int], timeout: float) -> bool:
        """Commit; False when the group has moved on. Raises KafkaError or TimeoutError."""

        async def commit() -> bool:
            consumer = self._ensure_consumer()
            assigned = consumer.assignment()
            wanted = {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items() if tp in assigned}
            try:
                await asyncio.wait_for(consumer.commit(wanted), timeout)
            except (CommitFailedError, IllegalStateError) as error:
                log.info("offsets not committed, the group has moved on: %s", error)
                return False
            return True

        return await self.call_thread(commit)  # type: ignore[no-any-return]

    async def end_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offsets after the last records. Raises KafkaError."""

        async def ask() -> dict[TopicPartition, int]:
            return await self._ensure_consumer().end_offsets(tps)  # type: ignore[no-any-return]

        return await self.call_thread(ask)  # type: ignore[no-any-return]

    @Service.task
    async def _watch_group(self) -> None:
        """Raise what the coordinator found wrong, and say that we are alive while the main loop runs.

        A recovery longer than max_poll_interval fetches nothing from the sources and must not cost the
        membership; a main loop that hangs must.
        """
        core = self.app.core
        while not self.should_stop:
            await asyncio.sleep(_WATCH)
            consumer = self._consumer
            if consumer is None or consumer._coordinator is None:
                continue
            consumer._coordinator.check_errors()
            if awake_clock() - core.alive_at < _ALIVE:
                with consumer._subscription.fetch_context():
                    pass

    def partition_counts(self, topics: Sequence[str]) -> dict[str, int]:
        """How many partitions each topic has, as far as the client knows."""
        cluster = self._ensure_consumer()._client.cluster
        return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in topics}
