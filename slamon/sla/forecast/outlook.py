"""The outlook of one order: when it will be finished, and how likely it misses its promise, if nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slamon.orders.event import Instant, rfc3339

if TYPE_CHECKING:
    from slamon.sla.forecast.route import Route

SURE_ENOUGH: Final = 0.9
"""A suggested promise is kept with this probability."""

_CROSSING_STEPS: Final = 12


class Basis(StrEnum):
    """What says whether an order is at risk: what was learnt, or the static rule (`warn_before`)."""

    LEARNT = "learnt"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What was learnt about the way from a step, for an order that reached it at `reached_at` and is still there."""

    route: Route
    reached_at: Instant

    def probability_late(self, due_at: Instant, now: Instant) -> float:
        """How likely an order that is at its step at `now` is finished after `due_at`."""
        if now > due_at:
            return 1.0
        return self.route.late(max(0, now - self.reached_at), due_at - self.reached_at)

    def quantile(self, share: float, now: Instant) -> Instant:
        """By when the order is finished with this probability (less than 1)."""
        return self.reached_at + round(self.route.quantile(share, max(0, now - self.reached_at)))

    def finish_at(self, now: Instant) -> Instant:
        """By when it is as likely finished as not."""
        return self.quantile(0.5, now)

    def suggested_due_at(self, now: Instant) -> Instant:
        """The date to promise anew: it would be kept with 90 %."""
        return self.quantile(SURE_ENOUGH, now)


def next_crossing(outlook: Outlook, due_at: Instant, threshold: float, from_at: Instant) -> Instant | None:
    """The instant from `from_at` on at which the probability to be late reaches a threshold, if nothing happens.

    None when that is not before the due time. At the instant itself the probability is at least `threshold`; a
    little earlier, by 1/4096 of the time left to `due_at`, it was below. Waiting makes an order's way longer, so the
    probability grows; only where ways of very different lengths lead on may it fall for a while, and then the
    crossing found need not be the first.
    """
    if from_at >= due_at:
        return None
    if outlook.probability_late(due_at, from_at) >= threshold:
        return from_at
    before, after = from_at, due_at
    for _ in range(_CROSSING_STEPS):
        middle = (before + after) // 2
        if outlook.probability_late(due_at, middle) >= threshold:
            after = middle
        else:
            before = middle
    return after if after < due_at else None


def forecast_json(outlook: Outlook | None, due_at: Instant | None, now: Instant) -> dict[str, object]:
    """The `forecast` of an open order (CONTRACT §5), with its basis; unknown is None while data is thin."""
    if outlook is None:
        return {"finish_at": None, "probability_late": None, "suggested_due_at": None, "basis": str(Basis.STATIC)}
    return {
        "finish_at": rfc3339(outlook.finish_at(now)),
        "probability_late": None if due_at is None else round(outlook.probability_late(due_at, now), 4),
        "suggested_due_at": rfc3339(outlook.suggested_due_at(now)),
        "basis": str(Basis.LEARNT),
    }
