"""The words in which the hand-worked scenarios are written; days count from T0, 2026-03-02 09:00 UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
PROMISE_KINDS = ("at_risk", "breached", "finished_late", "retracted")
DEADLINE_KINDS = (*PROMISE_KINDS, "stage_overdue")

Notice = tuple[str, str | None, str] | tuple[str, str | None, str, str]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One worked example: what was told, when it is asked, and what the sentence of the contract makes of it.

    `order` maps a path in the row of the order ("promise.due_at") to its value; `notices` lists
    (kind, due, at[, stage]) of those of `kinds`, in the order of `at`; None leaves them unlooked at.
    """

    name: str
    sentence: str
    told: Sequence[Mapping[str, Any]]
    at: str | None = None
    order: Mapping[str, Any] = field(default_factory=dict)
    notices: Sequence[Notice] | None = None
    kinds: Sequence[str] = PROMISE_KINDS
    config: Mapping[str, Any] | None = None


def day(days: float, *, minutes: int = 0, us: int = 0) -> str:
    """T0 and so many days, minutes and microseconds, as §5 writes it."""
    moment = T0 + timedelta(days=days, minutes=minutes, microseconds=us)
    return moment.isoformat().replace("+00:00", "Z")


def says(system: str | None, status: str, when: str, **more: Any) -> dict[str, Any]:
    """A status event."""
    return {"order_id": "o-1", "system": system, "status": status, "occurred_at": when, **more}


def tells(kind: str, system: str | None, when: str, **more: Any) -> dict[str, Any]:
    """An event of another type."""
    return {"order_id": "o-1", "type": kind, "system": system, "occurred_at": when, **more}


def promises(system: str | None, date: str, when: str, **more: Any) -> dict[str, Any]:
    """A promise event."""
    return tells("promise", system, when, promised_at=date, **more)


SUBMITTED = says("shop", "SUBMITTED", day(0))
