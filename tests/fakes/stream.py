"""The engine as the services see it: rows in a dict, records in lists, offsets that a test moves by hand."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slamon.errors import SourceError
from slamon.notices.notice import NoticeKind
from slamon.notices.record import NoticeRecord
from slamon.notices.row import Row
from slamon.orders.event import Span
from slamon.sla.clock import Trace
from slamon.sla.forecast.scoring import Calibration
from slamon.sla.rules import ClockRules
from slamon.stream import Effects, Outgoing, PartitionLostError, Record, Rows, TopicPartition

_MOST_TURNS = 10_000


def record(value: bytes | None, **changes: object) -> Record:
    """A fetched record of `orders`, partition 0, offset 0."""
    content: dict[str, object] = {"topic": "orders", "partition": 0, "offset": 0, "key": None, "headers": ()}
    content |= {"timestamp": 0, "timestamp_type": 0, "checksum": None}
    content |= {"serialized_key_size": 0, "serialized_value_size": 0}
    return Record(value=value, **(content | changes))


async def until(condition: Callable[[], bool]) -> None:
    """Give every other task its turns until something has come about; fails when it does not."""
    for _ in range(_MOST_TURNS):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come about")


@dataclass
class FakeRows:
    """One partition of the table."""

    rows: dict[bytes, bytes] = field(default_factory=dict)

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def put(self, key: bytes, row: bytes) -> None:
        self.rows[key] = row

    def delete(self, key: bytes) -> None:
        del self.rows[key]

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __len__(self) -> int:
        return len(self.rows)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self.rows.items())


@dataclass
class FakeEngine:
    """Owned partitions with their rows; runs steps at once and keeps what they want produced."""

    tables: dict[int, FakeRows] = field(default_factory=dict)
    done: dict[TopicPartition, int] = field(default_factory=dict)
    effects: Effects = field(default_factory=Effects)
    steps: int = 0

    async def write(self, partition: int, step: Callable[[Rows, Effects], None]) -> None:
        await asyncio.sleep(0)
        if partition not in self.tables:
            raise PartitionLostError(str(partition))
        self.steps += 1
        step(self.tables[partition], self.effects)

    def rows(self, partition: int) -> FakeRows | None:
        return self.tables.get(partition)

    def partitions(self) -> frozenset[int]:
        return frozenset(self.tables)

    def processed(self, topic: str, partition: int) -> int | None:
        return self.done.get(TopicPartition(topic, partition))


@dataclass
class FakeProducer:
    """Keeps what was acknowledged; `gate` cleared holds acknowledgements back, `faults` are raised first."""

    sent: list[Outgoing] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    faults: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def send(self, records: Iterable[Outgoing]) -> None:
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.sent.extend(records)


@dataclass
class FakeOffsets:
    """The broker's word; `away` makes it silent. Every question is kept in `asked`."""

    ends: dict[TopicPartition, int] = field(default_factory=dict)
    commits: dict[TopicPartition, int] = field(default_factory=dict)
    away: bool = False
    asked: list[tuple[str, tuple[TopicPartition, ...]]] = field(default_factory=list)

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        return self._answer("ends", tuple(partitions), self.ends)

    async def committed(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int | None]:
        found = tuple(partitions)
        self._answer("committed", found, self.commits)
        return {tp: self.commits.get(tp) for tp in found}

    def _answer(
        self, question: str, partitions: tuple[TopicPartition, ...], answers: dict[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        self.asked.append((question, partitions))
        if self.away:
            raise SourceError("the broker is away")
        return {tp: answers.get(tp, 0) for tp in partitions}


@dataclass
class FakeTally:
    """Keeps what was counted, in words."""

    said: list[tuple[object, ...]] = field(default_factory=list)

    def of(self, word: str) -> list[tuple[object, ...]]:
        """What was counted under one word."""
        return [entry[1:] for entry in self.said if entry[0] == word]

    def ingested(self, source: str, outcomes: dict[str, int], delay: Span | None, records: Iterable[Record]) -> None:
        self.said.append(("ingested", source, outcomes, delay, len(list(records))))

    def rerouted(self, source: str) -> None:
        self.said.append(("rerouted", source))

    def dead_letter(self, reason: str, record: Record, fault: Exception) -> None:
        self.said.append(("dead_letter", reason, record.offset, type(fault).__name__))

    def moved(self, row: Row, trace: Trace, rules: ClockRules, *, ended: bool) -> None:
        stages = [rules.stages[number].start for number, _, _ in trace.visits]
        self.said.append(("moved", stages, ended, row.clock.ended_at))

    def decided(self, row: Row, new: Sequence[NoticeRecord]) -> None:
        self.said.append(("decided", len(row.records or ()), len(new)))

    def superseded(self, receiver: str, kind: NoticeKind) -> None:
        self.said.append(("superseded", receiver, str(kind)))

    def learnt(self, spells: int, scored: Calibration) -> None:
        self.said.append(("learnt", spells, sum(scored.forecasts)))

    def sent(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        self.said.append(("sent", receiver, str(kind), delay))

    def digested(self, receiver: str, kind: NoticeKind, delay: Span) -> None:
        self.said.append(("digested", receiver, str(kind), delay))

    def failed(self, receiver: str, kind: NoticeKind) -> None:
        self.said.append(("failed", receiver, str(kind)))

    def attempt_failed(self, receiver: str, reason: str) -> None:
        self.said.append(("attempt_failed", receiver, reason))


@dataclass
class FakeOutbox:
    """Keeps what the logic hands to the owner of the outbox."""

    said: list[tuple[object, ...]] = field(default_factory=list)

    def take(self, partition: int, offset: int, record: object) -> None:
        self.said.append(("take", partition, offset, record))

    def opened(self, partition: int) -> str | None:
        self.said.append(("opened", partition))
        return f"opening-{self.said.count(('opened', partition))}"

    def closed(self, partition: int) -> None:
        self.said.append(("closed", partition))
