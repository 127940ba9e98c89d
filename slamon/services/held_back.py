"""The orders of one partition with notices that a silence holds back, and when to look at them again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.notices.leaving import is_held
from slamon.notices.row import Row
from slamon.orders.event import Instant
from slamon.sla.silence import Silent

Silences: TypeAlias = Callable[[Instant], tuple[Silent, ...]]
"""Which sources are silent as of an instant up to which their records are read."""


def nothing_silent(_: Instant) -> tuple[Silent, ...]:
    """No source is silent."""
    return ()


@dataclass(slots=True)
class HeldBack:
    """Keys of orders with notices held back; each change of what is silent stirs them all, once."""

    silences: Silences = nothing_silent
    keys: set[bytes] = field(default_factory=set)
    _judged_by: tuple[Silent, ...] | None = None
    _stirred: list[bytes] = field(default_factory=list)

    def note(self, key: bytes, row: Row) -> None:
        """Keep up with an order's row."""
        if is_held(row):
            self.keys.add(key)
        else:
            self.keys.discard(key)

    def stirs(self, now: Instant) -> bool:
        """Whether any are to be looked at again as of `now`."""
        silences = self.silences(now)
        if silences != self._judged_by:
            self._judged_by, self._stirred = silences, sorted(self.keys)
        return bool(self._stirred)

    def stirred(self, now: Instant, limit: int) -> list[bytes]:
        """Take up to `limit` of them."""
        self.stirs(now)
        taken, self._stirred = self._stirred[:limit], self._stirred[limit:]
        return taken
