"""Faust's consumer thread with our consumer in it: its own event loop, so that heartbeats never wait for us."""
# ruff: noqa: SLF001 - Faust's and aiokafka's attributes have no public names

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaConnectionError
from faust.transport.drivers import aiokafka as driver
from mode import Service

from slamon.stream import group_consumer
from slamon.stream.fencing import awake_clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aiokafka import AIOKafkaConsumer, TopicPartition

    from slamon.stream.group_consumer import Fetched
    from slamon.stream.stream_app import StreamApp

log = logging.getLogger(__name__)

_BACKOFF = 1.0
_WATCH = 1.0
_ALIVE = 15.0


class GroupThread(driver.AIOKafkaConsumerThread):
    """Waits for a broker, watches the coordinator, and does what the main loop asks of the consumer."""

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

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> AIOKafkaConsumer:  # noqa: ARG002 - Faust's signature
        self._assignor = self.app.assignor
        return group_consumer.new_consumer(self.app.core.options, self._assignor)

    async def _ask(self, question: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        return await self.call_thread(question, self._ensure_consumer(), *arguments)

    async def fetch(self, active: set[TopicPartition], wait: float, limit: int) -> Fetched:
        """At most `limit` records of the active partitions; waits up to `wait` seconds for some."""
        fetched: Fetched = await self._ask(group_consumer.fetch, active, wait, limit)
        return fetched

    async def hold_back(self, tps: Sequence[TopicPartition]) -> None:
        """Never fetch these partitions (the changelog: `replay` reads it, not the group's consumer)."""

        async def pause(consumer: AIOKafkaConsumer) -> None:
            consumer.pause(*tps)

        await self._ask(pause)

    async def start_from_committed(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int | None]:
        """Seek; returns the group's committed offsets (None: nothing committed)."""
        committed: dict[TopicPartition, int | None] = await self._ask(group_consumer.seek_to_committed, tps)
        return committed

    async def commit_once(self, offsets: Mapping[TopicPartition, int], patience: float) -> bool:
        """One attempt: see `group_consumer.commit`."""
        committed: bool = await self._ask(group_consumer.commit, offsets, patience)
        return committed

    async def end_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offsets after the last records. Raises KafkaError."""

        async def ask(consumer: AIOKafkaConsumer) -> Any:
            return await consumer.end_offsets(tps)

        ends: dict[TopicPartition, int] = await self._ask(ask)
        return ends

    def partition_counts(self, topics: Sequence[str]) -> dict[str, int]:
        """How many partitions each topic has, as far as the client knows."""
        return group_consumer.partition_counts(self._ensure_consumer(), topics)

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
            group_consumer.check(consumer)
            if awake_clock() - core.alive_at < _ALIVE:
                group_consumer.show_life(consumer)
