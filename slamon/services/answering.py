"""Takes what people answer to notices: into the row, onto the topic of answers, a new promise to its order's source."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from slamon.errors import SlamonError
from slamon.kafka.partitioner import partition_of
from slamon.notices.answers import Action, Answer, answer_line, answer_record, kept_as, promise_event, taken
from slamon.notices.leaving import wake_at
from slamon.notices.notice import retraction_id
from slamon.notices.row import Row, entries_of, read_row
from slamon.notices.story import Line
from slamon.services.partition import OrderPartition
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED, order_rows
from slamon.stream import Effects, Outgoing, PartitionLostError, Rows

_BATCH = 200
"""So many rows are looked through before others have their turn."""

_REMEMBERED = 1024

_encode = msgspec.json.Encoder().encode


class AnswerRefusedError(SlamonError):
    """An answer that makes no sense for its notice; the text says why and what to do."""


class Table(Protocol):
    """The engine, as far as answers need it."""

    def rows(self, partition: int) -> Rows | None:
        """The rows of an open partition; None when it is not ours now."""

    async def write(self, partition: int, step: Callable[[Rows, Effects], None]) -> None:
        """Run a step under the partition's lock and make its writes durable. Raises PartitionLostError."""


@dataclass(frozen=True, slots=True)
class PromiseTopics:
    """Where a new promise is written: the first topic of each source, by the source's name, with its system."""

    first: Mapping[str, str]
    systems: Mapping[str, str | None]

    def of(self, row: Row) -> str | None:
        """The topic of an order: of the source that speaks for the system of its newest event, else the first.

        A row does not keep the topics that its events came from.
        """
        for entry in reversed(entries_of(row) if len(self.first) > 1 else []):
            for source, system in self.systems.items():
                if system is not None and system == entry.system:
                    return self.first[source]
        return next(iter(self.first.values()), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a notice is kept; without an order it is a notice about no order."""

    partition: int
    order_id: str | None


@dataclass(slots=True)
class Answering:
    """Finds the notice among this worker's own partitions and writes the answer; durable on return."""

    table: Table
    partitions: Mapping[int, OrderPartition]
    system: SystemNotices
    topic: str
    promises: PromiseTopics
    count: int
    """How many partitions there are."""
    _durable: dict[Answer, None] = field(default_factory=dict)
    """Answers that are known to be written wholly: a repeat of these writes nothing."""

    async def answer(
        self, partitions: Collection[int], answer: Answer, order_id: str | None
    ) -> Mapping[str, str | None] | None:
        """Take an answer; None when the notice is not in these partitions. `order_id` spares the search.

        A repeat gives the record of the first time.

        Raises:
            AnswerRefusedError: the notice can't be answered so.
            PartitionLostError: the partition went to another worker meanwhile.
        """
        place = None if order_id is None else self._in_order(partitions, answer.notice_id, order_id)
        place = place or await self._found(partitions, answer.notice_id)
        return None if place is None else await self._written(place, answer)

    async def _written(self, place: Place, answer: Answer) -> Mapping[str, str | None] | None:
        kept: list[Answer] = []

        def step(rows: Rows, effects: Effects) -> None:
            topic = self._promised_to(place, answer, rows)
            known = self._taken(place, answer, rows, effects)
            if known is not None:
                kept.append(known)
                self._tell(place, known, topic, effects)

        await self.table.write(place.partition, step)
        if not kept:
            return None  # it left between the search and the step
        self._durable[kept[0]] = None
        if len(self._durable) > _REMEMBERED:
            del self._durable[next(iter(self._durable))]
        return answer_record(kept[0], place.order_id)

    def _tell(self, place: Place, answer: Answer, topic: str | None, effects: Effects) -> None:
        if answer in self._durable:
            return
        record = _encode(answer_record(answer, place.order_id))
        effects.before.append(Outgoing(self.topic, answer.notice_id.encode(), record))
        if topic is not None and place.order_id is not None:
            event = _encode(promise_event(answer, place.order_id))
            effects.after.append(Outgoing(topic, place.order_id.encode(), event))

    def _taken(self, place: Place, answer: Answer, rows: Rows, effects: Effects) -> Answer | None:
        if place.order_id is None:
            return self.system.answer(answer, rows)
        orders = self.partitions.get(place.partition)
        if orders is None:
            raise PartitionLostError(f"partition {place.partition} is not ours now")
        return take_answer(orders, place.order_id.encode(), answer, rows, effects)

    def _promised_to(self, place: Place, answer: Answer, rows: Rows) -> str | None:
        """The topic for a new promise; None for another answer. Raises AnswerRefusedError where there is none."""
        if answer.action != Action.PROMISE:
            return None
        if place.order_id is None:
            raise AnswerRefusedError("promise: this notice is about no order; acknowledge or snooze it instead")
        row = self._row(place.partition, place.order_id, rows)
        topic = None if row is None else self.promises.of(row)
        if topic is None:
            raise AnswerRefusedError("promise: no source is configured that it could be written to; see sources")
        return topic

    def _in_order(self, partitions: Collection[int], notice_id: str, order_id: str) -> Place | None:
        partition = partition_of(order_id.encode(), self.count)
        rows = self.table.rows(partition) if partition in partitions else None
        row = None if rows is None else self._row(partition, order_id, rows)
        has_it = row is not None and notice_id in ids_of(order_id, row)
        return Place(partition, order_id) if has_it else None

    def _row(self, partition: int, order_id: str, rows: Rows) -> Row | None:
        stored = rows.get(order_id.encode())
        orders = self.partitions.get(partition)
        return None if stored is None or orders is None else read_row(stored, orders.rules.orders)

    async def _found(self, partitions: Collection[int], notice_id: str) -> Place | None:
        if SHARED in partitions and notice_id in self.system.ids and self.table.rows(SHARED) is not None:
            return Place(SHARED, None)
        for partition in sorted(partitions):
            rows = self.table.rows(partition)
            keys = [] if rows is None else [key.decode() for key, _ in order_rows(rows)]
            for first in range(0, len(keys), _BATCH):
                for order_id in keys[first : first + _BATCH]:
                    place = self._in_order((partition,), notice_id, order_id)
                    if place is not None:
                        return place
                await asyncio.sleep(0)
        return None


def take_answer(orders: OrderPartition, key: bytes, answer: Answer, rows: Rows, effects: Effects) -> Answer | None:
    """Take an answer to a notice of an order, tell its thread; gives what it repeats, None where there is no order."""
    rules, stored = orders.rules.orders, rows.get(key)
    row = None if stored is None else read_row(stored, rules)
    if row is None:
        return None
    kept = kept_as(row.answers or (), answer)
    if kept is None:
        before = wake_at(row, rules)
        row.answers = taken(row.answers, answer)
        line = Line(0, answer_line(answer, rules.notices.acknowledged_for))
        orders.telling.follow(key, row, effects, max(answer.at, row.settled_at or answer.at), [line])
        orders.write(key, row, rows, (before, wake_at(row, rules)))
    return kept or answer


def ids_of(order_id: str, row: Row) -> Iterator[str]:
    """The ids of an order's notices, its retractions' too."""
    for record in row.records or ():
        own_id = record.id_for(order_id)
        yield own_id
        if record.retraction:
            yield retraction_id(own_id)
