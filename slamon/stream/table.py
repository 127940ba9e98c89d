"""One partition of the table: rows as bytes, each with the revision that wrote it.

A row in memory and in the changelog is `revision + payload`. A revision is 12 bytes: a format byte, the
*epoch* (6 bytes) and the *step* (5 bytes), both big-endian, so that revisions compare as bytes. The epoch is
the changelog offset of the *claim* that a worker writes when it opens the partition: unique, and greater for
a later owner. Steps count up within an epoch. A worker that lost the partition without noticing (a zombie)
therefore writes lower revisions than its successor, wherever its records land in the log.

A tombstone has no value, so its revision travels in the record header `r`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from slamon.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

REVISION_SIZE = 12
REVISION_HEADER = "r"
CLAIM_KEY = b""
"""The key of claims; no row may have it."""
NO_REVISION = b"\x01" + bytes(REVISION_SIZE - 1)
_FORMAT = b"\x01"

Change: TypeAlias = "tuple[bytes, bytes | None, bytes]"
"""Key, `revision + payload` (None: tombstone), revision."""


def revision(epoch: int, step: int) -> bytes:
    """The revision of a step: 12 bytes that compare like (epoch, step)."""
    return _FORMAT + epoch.to_bytes(6, "big") + step.to_bytes(5, "big")


def revision_of(value: bytes) -> bytes:
    """The revision of a changelog value; EngineError when the value has a format that this version can't read."""
    head = value[:REVISION_SIZE]
    if len(head) < REVISION_SIZE or head[:1] != _FORMAT:
        raise EngineError(
            f"changelog value in an unknown format (first bytes {value[:4]!r}): written by a newer slamon?"
        )
    return head


def epoch_of(head: bytes) -> int:
    """The epoch of a revision."""
    return int.from_bytes(head[1:7], "big")


class PartitionRows:
    """The rows of one partition, with the writes of the step in hand kept apart until it is sealed."""

    __slots__ = ("_step", "stored")

    def __init__(self) -> None:
        self.stored: dict[bytes, bytes] = {}
        """Key to `revision + payload`; no other object per row."""
        self._step: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        """The row, or None."""
        if key in self._step:
            return self._step[key]
        row = self.stored.get(key)
        return None if row is None else row[REVISION_SIZE:]

    def put(self, key: bytes, row: bytes) -> None:
        """Set the row; ValueError for the empty key."""
        if key == CLAIM_KEY:
            raise ValueError("the empty key is the engine's own")
        self._step[key] = row

    def delete(self, key: bytes) -> None:
        """Remove the row."""
        self._step[key] = None

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a row, counting the step in hand."""
        if key in self._step:
            return self._step[key] is not None
        return key in self.stored

    def __len__(self) -> int:
        """How many rows there are, counting the step in hand."""
        stored = self.stored
        changed = sum((row is not None) - (key in stored) for key, row in self._step.items())
        return len(stored) + changed

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key with its row, counting the step in hand."""
        step = self._step
        for key, row in self.stored.items():
            if key not in step:
                yield key, row[REVISION_SIZE:]
        for key, fresh in step.items():
            if fresh is not None:
                yield key, fresh

    def touch(self, key: bytes) -> None:
        """Write the key again as it stands, absent or not (over a zombie's later record)."""
        self._step[key] = self.get(key)

    def discard(self) -> None:
        """Forget the writes of the step in hand."""
        self._step.clear()

    def seal(self, head: bytes) -> list[Change]:
        """Make the step's writes part of the table under the revision `head`; what the changelog must get."""
        stored = self.stored
        changes: list[Change] = []
        for key, row in self._step.items():
            if row is None:
                stored.pop(key, None)
                changes.append((key, None, head))
            else:
                value = head + row
                stored[key] = value
                changes.append((key, value, head))
        self._step.clear()
        return changes
