"""From raw records of a source to events for the right partition; the unusable become dead letters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from slamon.errors import DecodeError
from slamon.kafka.partitioner import partition_of
from slamon.lag.observation import Place
from slamon.lag.order_index import OrderIndex
from slamon.orders.event import Instant, OrderEvent, Span
from slamon.services.partition import OrderPartition
from slamon.services.tally import Tally
from slamon.stream import Effects, Outgoing, Record, Rows

_KEY = "slamon-key"
_MILLISECOND: Span = 1000
_NO_ORIGIN: Mapping[str, str] = MappingProxyType({})


class Decoder(Protocol):
    """Turns the value of a record into an event; raises DecodeError."""

    def decode(self, value: bytes | None, *, origin: str) -> OrderEvent:
        """Decode one value; `origin` names the event that has no id of its own."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of slamon's own topics."""

    repartition: str
    deliveries: str
    outbox: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class IngestRules:
    """Which source a topic belongs to, how each is decoded, and what is too far ahead of the clock."""

    source_of: Mapping[str, str]
    decoders: Mapping[str, Decoder]
    partitions: int
    future_tolerance: Span
    topics: Topics


def _trusted(_topic: str) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Ingest:
    """Applies fetched records of source topics and of the repartition topic."""

    rules: IngestRules
    tally: Tally
    clock: Callable[[], Instant]
    misplaced: Callable[[str], None] = _trusted
    """Told the topic of every record that was found on another partition than its order's."""
    index: OrderIndex | None = None
    """Which order each record is about, for whoever watches lag."""

    def direct(
        self,
        records: Sequence[Record],
        orders: OrderPartition,
        rows: Rows,
        effects: Effects,
        now: Instant | None,
    ) -> None:
        """Apply records of a topic with the table's partition count; re-route those of other partitions."""
        source = self.rules.source_of[records[0].topic]
        decode = self.rules.decoders[source].decode
        wall = self.clock()
        limit = wall + self.rules.future_tolerance
        outcomes: dict[str, int] = {}
        latest = 0
        read = _reading(self.index)
        for record in records:
            try:
                event = _in_time(decode(record.value, origin=""), limit)
                if read is not None:
                    read.append((record.offset, event.order_id, record.timestamp * _MILLISECOND))
                key = event.order_id.encode()
                if key not in rows and partition_of(key, self.rules.partitions) != orders.number:
                    self._reroute(record, source, key, effects)
                    continue
                outcome: str = orders.apply(key, event, rows, effects, now)
                latest = max(latest, event.occurred_at)
            except Exception as fault:  # noqa: BLE001  # whatever one record does, the others go on
                outcome = self._dead_letter(record, fault, effects)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        _note(self.index, records, read)
        self.tally.ingested(source, outcomes, wall - latest if latest else None, records)

    def foreign(self, records: Sequence[Record], effects: Effects) -> None:
        """Send records of a topic with another partition count on to the repartition topic."""
        source = self.rules.source_of[records[0].topic]
        decode = self.rules.decoders[source].decode
        dead = 0
        read = _reading(self.index)
        for record in records:
            try:
                order_id = decode(record.value, origin="").order_id
                key = order_id.encode()
                if read is not None:
                    read.append((record.offset, order_id, record.timestamp * _MILLISECOND))
            except Exception as fault:  # noqa: BLE001  # whatever one record does, the others go on
                self._dead_letter(record, fault, effects)
                dead += 1
            else:
                self._reroute(record, source, key, effects, found_wrong=False)
        _note(self.index, records, read)
        if dead:
            self.tally.ingested(source, {"dead_letter": dead}, None, records)

    def rerouted(
        self,
        records: Sequence[Record],
        orders: OrderPartition,
        rows: Rows,
        effects: Effects,
        now: Instant | None,
    ) -> None:
        """Apply records of the repartition topic; their headers say where they came from."""
        wall = self.clock()
        limit = wall + self.rules.future_tolerance
        outcomes: dict[str, dict[str, int]] = {}
        delays: dict[str, Span] = {}
        for record in records:
            origin = _origin(record)
            source = origin.get("slamon-source", "")
            try:
                event = _in_time(self.rules.decoders[source].decode(record.value, origin=""), limit)
                outcome: str = orders.apply(event.order_id.encode(), event, rows, effects, now)
                delays[source] = wall - event.occurred_at
            except Exception as fault:  # noqa: BLE001  # whatever one record does, the others go on
                outcome = self._dead_letter(record, fault, effects, origin)
            counts = outcomes.setdefault(source, {})
            counts[outcome] = counts.get(outcome, 0) + 1
        for source, counts in outcomes.items():
            self.tally.ingested(source, counts, delays.get(source), records)

    def _reroute(self, record: Record, source: str, key: bytes, effects: Effects, *, found_wrong: bool = True) -> None:
        if found_wrong:
            self.tally.rerouted(source)
            self.misplaced(record.topic)
        headers = _came_from(record, source)
        place = partition_of(key, self.rules.partitions)
        effects.before.append(Outgoing(self.rules.topics.repartition, key, record.value, place, headers))

    def _dead_letter(
        self, record: Record, fault: Exception, effects: Effects, origin: Mapping[str, str] = _NO_ORIGIN
    ) -> str:
        reason = fault.reason if isinstance(fault, DecodeError) else "internal_error"
        headers = (
            ("slamon-reason", reason.encode()),
            ("slamon-topic", origin.get("slamon-topic", record.topic).encode()),
            ("slamon-partition", origin.get("slamon-partition", str(record.partition)).encode()),
            ("slamon-offset", origin.get("slamon-offset", str(record.offset)).encode()),
            ("slamon-detail", str(fault)[:500].encode(errors="replace")),
        )
        key = dict(record.headers).get(_KEY) if origin else record.key
        letter = Outgoing(self.rules.topics.dead_letters, key, record.value, None, headers)
        effects.before.append(letter)
        self.tally.dead_letter(reason, record, fault)
        return "dead_letter"


def _reading(index: OrderIndex | None) -> list[tuple[int, str, Instant]] | None:
    """Where to note which order each record is about; None where nobody wants to know."""
    return [] if index is not None and index.is_fed else None


def _note(index: OrderIndex | None, records: Sequence[Record], read: Sequence[tuple[int, str, Instant]] | None) -> None:
    if index is not None and read is not None:
        last = records[-1]
        index.take(Place(last.topic, last.partition), read, last.offset + 1)


def _came_from(record: Record, source: str) -> tuple[tuple[str, bytes], ...]:
    headers: tuple[tuple[str, bytes], ...] = (
        ("slamon-source", source.encode()),
        ("slamon-topic", record.topic.encode()),
        ("slamon-partition", str(record.partition).encode()),
        ("slamon-offset", str(record.offset).encode()),
    )
    # A dead letter keeps the key that the producer gave
    return headers if record.key is None else (*headers, (_KEY, record.key))


def _in_time(event: OrderEvent, limit: Instant) -> OrderEvent:
    if event.occurred_at > limit:
        raise DecodeError("future_dated", "occurred_at is too far ahead of the clock")
    return event


def _origin(record: Record) -> dict[str, str]:
    """Where a re-routed record came from. Only there are such headers ours: a producer may write anything."""
    return {name: (value or b"").decode(errors="replace") for name, value in record.headers}
