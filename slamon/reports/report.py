"""The report while it is made: orders in, one after the other, into the figures of all, of weeks and of groups.

An order belongs to the week for which it was promised first. That never changes, whatever happens to the order
later, so that the same week can be compared from one report to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from slamon.orders.event import Instant
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.reports.figures import Figures, Promises
from slamon.reports.order import ReportedOrder, read_order
from slamon.sla.forecast.scoring import ALL, BINS
from slamon.sla.forecast.scoring import Calibration as Scored

_NO_CAUSES: Mapping[str, float] = MappingProxyType({})


class By(StrEnum):
    """What orders are grouped by."""

    STAGE = "stage"
    """Every stage whose budget the order overran: it counts in each; orders that overran none are a group."""
    CHANNEL = "channel"
    CLIENT = "client"
    MANAGER = "manager"
    WEEK = "week"
    """The ISO week for which the order was promised first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which orders a report is about: those promised first for a time in [since, until), and how to group them."""

    since: Instant | None = None
    until: Instant | None = None
    by: By | None = None
    statuses: Sequence[str] = field(default=DEFAULT_LIFECYCLE.statuses)
    """The lifecycle, for the order of stages."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Forecasts of one range of risk, [low, high): how many there were and how many of their orders were late."""

    low: float
    high: float
    forecasts: int
    late: int
    mean: float | None = None
    """The risk that they gave on average; None when not known, or without any."""


def calibrated(scored: Scored) -> list[Calibration] | None:
    """The ranges of scored forecasts; None where none was scored."""
    told = list(zip(scored.forecasts, scored.missed, scored.permilles, strict=True))
    if not any(scored.forecasts):
        return None
    return [
        Calibration(place / BINS, (place + 1) / BINS, count, missed, permilles / ALL / count if count else None)
        for place, (count, missed, permilles) in enumerate(told)
    ]


class Report:
    """Adds up orders in any order."""

    def __init__(
        self, scope: Scope, calibration: Sequence[Calibration] | None = None, brier: float | None = None
    ) -> None:
        """`calibration` and `brier`: how good the forecasts were; None when not known."""
        self.scope = scope
        self.calibration = calibration
        self.brier = brier
        self.total = Figures()
        self.cohorts: dict[str, Promises] = {}
        self.groups: dict[str | None, Figures] = {}
        self.names: dict[str, str] = {}
        self.outside = 0
        self.without_promise = 0

    def add(self, order: Mapping[str, object], causes: Mapping[str, float] = _NO_CAUSES) -> None:
        """Add a §5 order and the seconds that each cause took of it; raises ValueError for another shape."""
        read = read_order(order)
        due_at, week = read.due_at, read.week
        if due_at is None or week is None:
            self.without_promise += 1
        elif not self._selects(due_at):
            self.outside += 1
        else:
            self.total.add(read, causes)
            self.cohorts.setdefault(week, Promises()).add(read)
            for group in self._groups(read):
                self.groups.setdefault(group, Figures()).add(read, causes)

    def _selects(self, due_at: Instant) -> bool:
        since, until = self.scope.since, self.scope.until
        return (since is None or since <= due_at) and (until is None or due_at < until)

    def _groups(self, order: ReportedOrder) -> list[str | None]:
        match self.scope.by:
            case None:
                return []
            case By.STAGE:
                return list(dict.fromkeys(stage_name(*v.stage) for v in order.stages if v.overdue)) or [None]
            case By.CHANNEL:
                return [order.channel]
            case By.MANAGER:
                return [order.manager_id]
            case By.WEEK:
                return [order.week]
            case By.CLIENT:
                return [self._client(order)]

    def _client(self, order: ReportedOrder) -> str | None:
        """By id; by name where no id is stated. Of several names of an id the greatest, whatever comes first."""
        if order.client_id is None:
            return order.client_name
        if order.client_name is not None:
            self.names[order.client_id] = max(order.client_name, self.names.get(order.client_id, ""))
        return order.client_id


def stage_name(start: str, to: str) -> str:
    """A stage in one word."""
    return f"{start}->{to}"
