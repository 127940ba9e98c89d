"""When which order wants to be looked at again: the due-time index of one partition.

A heap of coarse buckets and, for the bucket that is current, a heap of exact times: about ten bytes an order
instead of a hundred. Entries are never taken back; whoever pops a key reads the order and files it anew. The
invariant: for every order there is an entry in a bucket no later than its due time.
"""

from collections.abc import Callable
from heapq import heappop, heappush

from slamon.orders.event import SECOND, Instant, Span

BUCKET: Span = 60 * SECOND


class DueTimes:
    """Keys by due time; `file` adds, `pop` takes what is due."""

    def __init__(self) -> None:
        """Start empty."""
        self._buckets: dict[int, list[bytes]] = {}
        self._order: list[int] = []
        self._near: list[tuple[Instant, bytes]] = []
        self._current = -(2**62)

    def __len__(self) -> int:
        """The number of entries, superseded ones included."""
        return len(self._near) + sum(map(len, self._buckets.values()))

    def file(self, key: bytes, at: Instant) -> None:
        """Add an entry for `key`."""
        number = at // BUCKET
        if number <= self._current:
            heappush(self._near, (at, key))
            return
        bucket = self._buckets.get(number)
        if bucket is None:
            self._buckets[number] = [key]
            heappush(self._order, number)
        else:
            bucket.append(key)

    def move(self, key: bytes, before: Instant | None, after: Instant | None) -> None:
        """Keep the invariant when an order's due time changes: its entry at an earlier time still serves."""
        if after is not None and (before is None or after < before):
            self.file(key, after)

    def pop(self, now: Instant, due_of: Callable[[bytes], Instant | None], limit: int) -> list[bytes]:
        """Take up to `limit` keys with an entry due at or before `now`; the caller files each one anew.

        `due_of` gives an order's present due time; None when it has none or has left.
        """
        while self._order and self._order[0] * BUCKET <= now:
            self._open_bucket(due_of)
        due: list[bytes] = []
        while self._near and self._near[0][0] <= now and len(due) < limit:
            due.append(heappop(self._near)[1])
        return due

    def _open_bucket(self, due_of: Callable[[bytes], Instant | None]) -> None:
        self._current = number = heappop(self._order)
        for key in dict.fromkeys(self._buckets.pop(number)):
            at = due_of(key)
            if at is not None:
                self.file(key, at)

    def next_at(self) -> Instant | None:
        """The earliest instant at which `pop` may find something; None when empty."""
        near = self._near[0][0] if self._near else None
        bucket = self._order[0] * BUCKET if self._order else None
        found = [at for at in (near, bucket) if at is not None]
        return min(found, default=None)
