"""The sort orders of lists as keys that stay the same between pages, and the first of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from slamon.sla.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from slamon.orders.event import Instant
    from slamon.web.ports import OrderHead

Key: TypeAlias = tuple[int, int, str]
"""1 where the field is unknown (always last), its value (negated when descending), the id to break ties."""

Measure: TypeAlias = "Callable[[OrderHead, Instant], int | None]"


def _lateness(head: OrderHead, at: Instant) -> int | None:
    if head.due_at is None or head.verdict == Verdict.CANCELLED:
        return None
    return (at if head.finished_at is None else head.finished_at) - head.due_at


def _overdue(head: OrderHead, at: Instant) -> int | None:
    late = _lateness(head, at)
    return None if late is None else max(late, 0)


def _lead_time(head: OrderHead, _at: Instant) -> int | None:
    return lead_time(head)


def lead_time(head: OrderHead) -> int | None:
    """Start to finish in microseconds; None while open or when cancelled."""
    if head.finished_at is None or head.started_at is None:
        return None
    return head.finished_at - head.started_at


MEASURES: dict[str, Measure] = {
    "due_at": lambda head, _at: head.due_at,
    "started_at": lambda head, _at: head.started_at,
    "finished_at": lambda head, _at: head.finished_at,
    "overdue_seconds": _overdue,
    "lateness_seconds": _lateness,
    "lead_time_seconds": _lead_time,
    "order_id": lambda _head, _at: 0,
}

SORTS: tuple[str, ...] = (*MEASURES, *(f"-{name}" for name in MEASURES if name != "order_id"))
"""Every value of `sort`; `-` is descending."""

DEFAULT_SORT = "due_at"
MOST_LATE = "-lateness_seconds"
"""The most overdue first, then those that have the least time left."""


def order_key(sort: str, at: Instant) -> Callable[[OrderHead], Key]:
    """The sort key of an order; `at` stands in for now, so that places stay between pages."""
    measure = MEASURES[sort.removeprefix("-")]
    sign = -1 if sort.startswith("-") else 1

    def key(head: OrderHead) -> Key:
        value = measure(head, at)
        return (1, 0, head.order_id) if value is None else (0, sign * value, head.order_id)

    return key


class Smallest:
    """The `count` smallest keys above `after` of any number offered, in memory for a few times `count`."""

    def __init__(self, count: int, after: Key | None) -> None:
        self._count = count
        self._after = after
        self._kept: list[tuple[Key, str]] = []
        self._ceiling: Key | None = None
        self._dropped = False

    def offer(self, key: Key, subject: str) -> None:
        """Take one candidate; `subject` says what to fetch when it stays."""
        if self._after is not None and key <= self._after:
            return
        if self._ceiling is not None and key > self._ceiling:
            return
        self._kept.append((key, subject))
        if len(self._kept) > 4 * self._count + 100:
            self._cut()

    def _cut(self) -> None:
        self._kept.sort()
        if len(self._kept) > self._count:
            self._dropped = True
            del self._kept[self._count :]
            self._ceiling = self._kept[-1][0]

    def taken(self) -> tuple[list[tuple[Key, str]], Key | None]:
        """The smallest, in order, and the key up to which nothing is missing; None: that is all."""
        self._cut()
        return self._kept, self._kept[-1][0] if self._dropped else None
