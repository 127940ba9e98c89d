"""One run of the Faust app: wait for Kafka, start, notice a crash, stop; and what only the app can be asked."""
# ruff: noqa: SLF001 - mode and Faust keep the crash event, the producer and the thread to themselves

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast

from aiokafka import TopicPartition

from slamon.errors import EngineError
from slamon.stream.faust_app import build_app
from slamon.stream.preflight import wait_for_topics

if TYPE_CHECKING:
    from slamon.stream.core import Core
    from slamon.stream.stream_app import StreamApp
    from slamon.stream.transport import BatchConsumer

log = logging.getLogger(__name__)


class FaustRun:
    """Owns the app, from the first try to reach a broker to the end."""

    def __init__(self) -> None:
        self.waiting_for = "not started"
        """What is missing before the app can start; empty once it runs."""
        self._app: StreamApp | None = None
        self._stopping = False

    async def run(self, core: Core) -> None:
        """Run until `stop`; raises what made Faust crash."""
        await wait_for_topics(core.options, self._tell)
        self._tell("")
        core.partition_counts = lambda: self._consumer._thread.partition_counts(core.options.topics)
        self._app = app = build_app(core)
        crashed = asyncio.ensure_future(app._crashed.wait())
        starting = asyncio.ensure_future(app.start())
        try:
            await asyncio.wait([starting, crashed], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
            await crashed
        finally:
            starting.cancel()
            crashed.cancel()
        if not self._stopping:
            raise app.crash_reason or EngineError("Faust crashed without a reason")

    def _tell(self, waiting_for: str) -> None:
        if waiting_for and waiting_for != self.waiting_for:
            log.warning("%s", waiting_for)
        self.waiting_for = waiting_for

    async def hand_over(self, core: Core) -> None:
        """Finish what has begun, write, commit."""
        self._stopping = True
        if self._app is None or not self._app.started:
            return
        self._consumer.stop_flow()
        await core.release()
        await self._consumer.commit_what_is_done()

    async def stop(self, patience: float) -> None:
        """Stop Faust and the Kafka clients; EngineError when they do not within `patience` seconds."""
        if self._app is None:
            return
        try:
            await asyncio.wait_for(self._app.stop(), patience)
        except TimeoutError as error:
            raise EngineError("the Kafka clients did not stop in time") from error

    @property
    def _consumer(self) -> BatchConsumer:
        return cast("BatchConsumer", self._running.consumer)

    @property
    def _running(self) -> StreamApp:
        assert self._app is not None  # noqa: S101 - asked by what lives only while the app runs
        return self._app

    def producer(self) -> Any:
        """The AIOKafkaProducer: Faust's own has no batch API."""
        return self._running.producer._producer  # type: ignore[attr-defined]  # the driver's attribute

    async def end_offsets(self, topic: str, partitions: frozenset[int]) -> dict[TopicPartition, int]:
        """The offsets after the last records of these partitions."""
        return await self._consumer._thread.end_offsets([TopicPartition(topic, p) for p in sorted(partitions)])

    def owners(self, changelog: str) -> dict[int, str]:
        """URL of the owner by table partition, as the last assignment said."""
        if self._app is None:
            return {}
        shares = self._app.assignor.tables_metadata()
        return {p: url for url, topics in shares.items() for p in topics.get(changelog, ())}
