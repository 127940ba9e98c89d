"""What a report reads of an order in the shape of CONTRACT §5, checked once, when it comes in."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import msgspec

from slamon.orders.event import Instant, instant
from slamon.sla.verdict import Verdict


class Visit(msgspec.Struct, rename={"start": "from"}):
    """One passage of a stage; `left_at` None while nobody has taken it up."""

    start: str
    to: str
    seconds: float
    system: str | None = None
    left_at: str | None = None
    overdue: bool = False

    @property
    def stage(self) -> tuple[str, str]:
        """The stage's `from` and `to`."""
        return self.start, self.to


class Promise(msgspec.Struct):
    """The promise of an order; only its first date decides where a report counts it."""

    original_due_at: Annotated[dt.datetime, msgspec.Meta(tz=True)] | None = None


class ReportedOrder(msgspec.Struct):
    """The fields of an order that a report counts."""

    verdict: Verdict
    promise: Promise
    kept_original: bool | None = None
    channel: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    manager_id: str | None = None
    lead_time_seconds: float | None = None
    overdue_seconds: float | None = None
    stages: list[Visit] = []

    @property
    def due_at(self) -> Instant | None:
        """When it was first promised for."""
        due = self.promise.original_due_at
        return None if due is None else instant(due)

    @property
    def week(self) -> str | None:
        """The ISO week in UTC for which it was first promised: `2026-W10`."""
        due = self.promise.original_due_at
        if due is None:
            return None
        year, week, _ = due.astimezone(dt.UTC).isocalendar()
        return f"{year:04d}-W{week:02d}"

    @property
    def is_late(self) -> bool:
        """Whether it finished after its date, or is open past it."""
        return bool(self.overdue_seconds) and self.verdict is not Verdict.CANCELLED


def read_order(order: Mapping[str, object]) -> ReportedOrder:
    """Read an order; raises ValueError that says where it is not of the shape of §5."""
    return msgspec.convert(order, ReportedOrder)
