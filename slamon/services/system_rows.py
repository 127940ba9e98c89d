"""State that is about no order: rows of the orders table under keys that no order id can have.

They live and move with their partition, changelog and all, so they survive restarts and takeovers. Whatever walks
over rows and takes them for orders has to pass over them (`order_rows`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from slamon.stream import Effects, PartitionLostError, Rows

MARK = b"\xff"
"""No UTF-8 text holds this byte, so no order id begins with it."""
SHARED = 0
"""What one worker at a time does, the owner of this partition does."""


class Table(Protocol):
    """The engine, as far as system rows need it."""

    def rows(self, partition: int) -> Rows | None:
        """The rows of an open partition; None when it is not ours now."""

    async def write(self, partition: int, step: Callable[[Rows, Effects], None]) -> None:
        """Run a step under the partition's lock and make its writes durable. Raises PartitionLostError."""


def system_key(name: str) -> bytes:
    """The key of a system row."""
    return MARK + name.encode()


def is_system(key: bytes) -> bool:
    """Whether a row is no order's."""
    return key.startswith(MARK)


def order_rows(rows: Rows) -> Iterator[tuple[bytes, bytes]]:
    """Every other row with its key: orders, and the markers of those that have left."""
    return ((key, stored) for key, stored in rows.items() if not is_system(key))


def system_rows(rows: Rows, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """(name, row) of every system row whose name begins with `prefix`; walks over all rows of the partition."""
    begins = system_key(prefix)
    for key, stored in rows.items():
        if key.startswith(begins):
            yield key[len(MARK) :].decode(), stored


@dataclass(frozen=True, slots=True)
class SystemRows:
    """The system rows of one partition, for loops that read and write them outside of batches."""

    table: Table
    partition: int = SHARED

    @property
    def is_ours(self) -> bool:
        """Whether the partition is ours and recovered."""
        return self.table.rows(self.partition) is not None

    def get(self, name: str) -> bytes | None:
        """A row; None when there is none, or when the partition is not ours."""
        rows = self.table.rows(self.partition)
        return None if rows is None else rows.get(system_key(name))

    async def put(self, changed: Mapping[str, bytes | None]) -> bool:
        """Set rows, take away those that are None; durable on return. False when the partition is not ours now."""

        def step(rows: Rows, _: Effects) -> None:
            for name, row in changed.items():
                key = system_key(name)
                if row is not None:
                    rows.put(key, row)
                elif rows.get(key) is not None:
                    rows.delete(key)

        try:
            await self.table.write(self.partition, step)
        except PartitionLostError:
            return False
        return True
