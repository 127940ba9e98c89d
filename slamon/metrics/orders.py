"""Metrics about orders: gauges that are set as a whole, histograms of lead and stage times, breaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from slamon.metrics import catalog
from slamon.metrics.instruments import QuickHistogram, WholeGauge, counter, gauge, histogram, observe
from slamon.metrics.labels import LabelBound
from slamon.sla.causes import Cause
from slamon.sla.divergence import DivergenceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prometheus_client import CollectorRegistry

_First = TypeVar("_First", str, str | None)


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What a worker's own orders amount to at one moment; statuses and channels as the orders state them."""

    open_orders: Mapping[tuple[str | None, str | None], int]
    """Open orders by (status, channel)."""
    by_verdict: Mapping[tuple[str, str | None], int]
    """All orders kept in the table by (verdict, channel)."""
    oldest_age: Mapping[str | None, float]
    """By status: seconds that the open order longest in this status has been in it."""
    divergences: Mapping[tuple[str, str | None], int] = field(default_factory=dict)
    """Disagreements about open orders by (system, kind)."""
    unclaimed_age: Mapping[str, float] = field(default_factory=dict)
    """By stage: seconds that the order longest handed over and not taken up has waited."""
    blocked: Mapping[str, int] = field(default_factory=dict)
    """Open orders by what they wait for (`sla.causes.Cause`)."""


class OrderMetrics:
    """What services report about the orders of this worker."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        status: LabelBound,
        channel: LabelBound,
        verdict: LabelBound,
        system: LabelBound,
    ) -> None:
        self._status, self._channel, self._verdict, self._system = status, channel, verdict, system
        self._disagreement = LabelBound(DivergenceKind)
        self._open = WholeGauge(catalog.ORDERS, registry, keep_at_zero=True)
        self._by_verdict = WholeGauge(catalog.ORDERS_BY_VERDICT, registry, keep_at_zero=True)
        self._oldest = WholeGauge(catalog.OLDEST_AGE, registry, keep_at_zero=False)
        self._divergences = WholeGauge(catalog.DIVERGENCES, registry, keep_at_zero=True)
        self._unclaimed = WholeGauge(catalog.OLDEST_UNCLAIMED, registry, keep_at_zero=False)
        self._blocked = WholeGauge(catalog.ORDERS_BLOCKED, registry, keep_at_zero=True)
        self._lead = histogram(catalog.LEAD_TIME, registry)
        self._stage = QuickHistogram(catalog.STAGE_TIME, registry)
        self._breaches = counter(catalog.BREACHES, registry)
        self._due = gauge(catalog.DUE_ORDERS, registry)
        self._held = gauge(catalog.HELD_ORDERS, registry)

    def set_order_counts(self, counts: OrderCounts) -> None:
        """Replace all gauges about orders; what shares a label value after bounding is added up."""
        self._open.replace(_bounded(counts.open_orders, self._status, self._channel))
        self._by_verdict.replace(_bounded(counts.by_verdict, self._verdict, self._channel))
        oldest: dict[tuple[str, ...], float] = {}
        for status, age in counts.oldest_age.items():
            label = (self._status(status),)
            oldest[label] = max(oldest.get(label, 0.0), age)
        self._oldest.replace(oldest)
        self._divergences.replace(_bounded(counts.divergences, self._system, self._disagreement))
        waiting: dict[tuple[str, ...], float] = {
            (self._status(stage),): age for stage, age in counts.unclaimed_age.items()
        }
        self._unclaimed.replace(waiting)
        self._blocked.replace({(str(cause),): float(counts.blocked.get(cause, 0)) for cause in Cause})

    def finished(self, channel: str | None, lead_seconds: float) -> None:
        """One order finished; `lead_seconds` from its start."""
        observe(self._lead.labels(self._channel(channel)), lead_seconds)

    def stage_left(self, stage: str, seconds: float) -> None:
        """One order left a stage, named by its `from` status."""
        observe(self._stage.labels(self._status(stage)), seconds)

    def promise_breached(self, channel: str | None, count: int = 1) -> None:
        """`count` promised dates passed unkept."""
        self._breaches.labels(self._channel(channel)).inc(count)

    def set_due_orders(self, entries: int) -> None:
        """How many entries the due-time heaps of this worker hold."""
        self._due.set(entries)

    def set_held_orders(self, orders: int) -> None:
        """How many orders of this worker have notices that a silence holds back."""
        self._held.set(orders)


def _bounded(
    counts: Mapping[tuple[_First, str | None], int],
    first: Callable[[str | None], str],
    second: Callable[[str | None], str],
) -> dict[tuple[str, ...], float]:
    """Counts by label values; the greatest come first, so that they get what room there is."""
    bounded: dict[tuple[str, ...], float] = {}
    for (one, two), number in sorted(counts.items(), key=lambda item: -item[1]):
        labels = (first(one), second(two))
        bounded[labels] = bounded.get(labels, 0.0) + number
    return bounded
