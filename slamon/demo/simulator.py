"""Plays the episodes into Kafka as Shop, CRM and MES, and notices when it can't keep to the script's times."""

import asyncio
import heapq
from collections.abc import Callable, Iterator
from itertools import count

from aiokafka import AIOKafkaProducer

from slamon.demo.script import Episode
from slamon.demo.story import Record
from slamon.demo.systems import SYSTEMS
from slamon.demo.tempo import LATEST, SECOND, Micros
from slamon.demo.topics import Topics


class Simulator:
    """Sends records at their time. `void`: the orders of which one came too late for the script to hold."""

    def __init__(self, producer: AIOKafkaProducer, topics: Topics, clock: Callable[[], Micros]) -> None:
        self.sent = 0
        self.slowest: Micros = 0
        self.void: set[str] = set()
        self._producer, self._topics, self._clock = producer, topics, clock
        self._under_way: set[asyncio.Future[object]] = set()
        self._failure: BaseException | None = None

    async def prepare(self) -> None:
        """Learns where the topics are, so that the first record is not late."""
        for system in SYSTEMS:
            await self._producer.partitions_for(self._topics.of(system))

    async def play(self, episodes: Iterator[Episode], begins: Callable[[Episode], None]) -> None:
        """Plays episodes, which come in the order of their start; returns when all is acknowledged."""
        waiting: list[tuple[Micros, int, Record]] = []
        numbers = count()
        upcoming = next(episodes, None)
        while upcoming is not None or waiting:
            while upcoming is not None and (not waiting or upcoming.starts_at <= waiting[0][0]):
                begins(upcoming)
                for record in upcoming.records:
                    heapq.heappush(waiting, (record.at, next(numbers), record))
                upcoming = next(episodes, None)
            at, _, record = heapq.heappop(waiting)
            await asyncio.sleep(max(0, at - self._clock()) / SECOND)
            await self._send(record)
        await self._producer.flush()
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._raise_failure()

    async def _send(self, record: Record) -> None:
        self._raise_failure()
        future = await self._producer.send(self._topics.of(record.system), record.value, record.key)
        self._under_way.add(future)
        future.add_done_callback(lambda done: self._acknowledged(record, done))

    def _acknowledged(self, record: Record, done: asyncio.Future[object]) -> None:
        self._under_way.discard(done)
        if done.cancelled():
            return
        if (failure := done.exception()) is not None:
            self._failure = failure
            return
        self.sent += 1
        late = self._clock() - record.at
        self.slowest = max(self.slowest, late)
        if record.timely and late > LATEST and record.order_id is not None:
            self.void.add(record.order_id)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
