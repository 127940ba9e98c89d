"""When a forecast makes an order at risk: likely enough for long enough, and until it is clearly unlikely again.

A pure state machine. Whoever drives it shows it the probability at every event of the order, at `next_crossing` and at
`wake_at`; between those nothing changes sides, so how late it is woken changes no instant that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slamon.orders.event import SECOND, Instant

if TYPE_CHECKING:
    from slamon.orders.event import Span


@dataclass(frozen=True, slots=True)
class RiskTerms:
    """From which probability on an order is at risk, below which it is no more, how long it has to stay likely.

    A manager can act on about every second warning of 0.5; a higher `enter` gives fewer and later, surer warnings.
    """

    enter: float = 0.5
    leave: float = 0.35
    stay: Span = 3600 * SECOND


class RiskWatch(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of an order: since when it has been likely to be late, and since when it is at risk."""

    likely_since: Instant | None = None
    at_risk_since: Instant | None = None

    @property
    def at_risk(self) -> bool:
        """Whether the order is at risk by forecast."""
        return self.at_risk_since is not None

    def wake_at(self, terms: RiskTerms) -> Instant | None:
        """When the order becomes at risk if the probability stays; None when it is not about to."""
        if self.likely_since is None or self.at_risk:
            return None
        return self.likely_since + terms.stay

    def seen(self, probability: float, at: Instant, terms: RiskTerms) -> RiskWatch:
        """What is to be remembered after the probability at `at`, which is not before the one seen last."""
        likely, rises_at, watch = probability >= terms.enter, self.wake_at(terms), self
        if rises_at is not None and (rises_at < at or (rises_at == at and likely)):
            watch = RiskWatch(self.likely_since, rises_at)
        if watch.at_risk:
            return watch if probability >= terms.leave else RiskWatch()
        if not likely:
            return RiskWatch()
        if watch.likely_since is not None:
            return watch
        return RiskWatch(at, at if terms.stay <= 0 else None)
