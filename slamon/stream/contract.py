"""What the stream engine and the logic it runs say to each other: records, rows, effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from aiokafka import ConsumerRecord, TopicPartition

from slamon.errors import SlamonError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "Effects",
    "Outgoing",
    "PartitionLogic",
    "PartitionLostError",
    "Record",
    "Rows",
    "Step",
    "TopicPartition",
]

Record: TypeAlias = ConsumerRecord[bytes, bytes]
"""A record as aiokafka delivers it: key and value raw, timestamp in milliseconds."""


class PartitionLostError(SlamonError):
    """The partition is not ours (any more), so the step was not done; whoever owns it now may do it."""


class Outgoing(NamedTuple):
    """One record to produce."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    """None: by murmur2 of the key, as Java's and aiokafka's producers do; without a key any partition."""
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class Effects:
    """What a step wants done besides its row writes."""

    before: list[Outgoing] = field(default_factory=list)
    """Acknowledged together with the row writes, before the batch is (dead letters, re-routed records)."""
    after: list[Outgoing] = field(default_factory=list)
    """Produced once the row writes of the step are acknowledged; acknowledged before the batch is."""


class Rows(Protocol):
    """One partition of the table. All calls are synchronous; a step sees its own writes."""

    def get(self, key: bytes) -> bytes | None:
        """The row, or None."""
        ...

    def put(self, key: bytes, row: bytes) -> None:
        """Set the row. The empty key is the engine's own: ValueError."""
        ...

    def delete(self, key: bytes) -> None:
        """Remove the row (a tombstone in the changelog)."""
        ...

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a row; cheaper than reading it."""
        ...

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key with its row; change nothing while iterating."""
        ...


Step: TypeAlias = "Callable[[Rows, Effects], None]"
"""A change of rows outside a batch (a timer, an operator): synchronous; when it raises, nothing was changed."""


class PartitionLogic(Protocol):
    """What the engine runs. All calls are synchronous and come from the event loop."""

    def batch(self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects) -> None:
        """Apply records of one topic partition in order, at least once.

        `rows` is the table partition of the same number; None for a topic whose partition count differs from
        the table's. A fault in one record is the logic's to turn into a dead letter: an exception ends the
        process before the records are acknowledged.
        """
        ...

    def opened(self, partition: int, rows: Rows) -> None:
        """The partition is ours and its rows are complete; also after a rebalance that left it with us."""
        ...

    def closed(self, partition: int) -> None:
        """The partition went to another worker; its rows are gone."""
        ...
