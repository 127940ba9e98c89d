"""What recorded events teach: forecasts of the orders that are still open, and how good forecasts would have been."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeAlias

from slamon.orders.entry import Entry
from slamon.orders.event import Instant
from slamon.sla.book import RuleBook
from slamon.sla.clock import Clock, is_silent
from slamon.sla.forecast.forecaster import Forecaster
from slamon.sla.forecast.hindsight import watched
from slamon.sla.forecast.history import learnt_from
from slamon.sla.forecast.journey import Journey, journey_of
from slamon.sla.forecast.outlook import Outlook, forecast_json
from slamon.sla.forecast.risk import RiskTerms
from slamon.sla.standing import OrderReport

Told: TypeAlias = tuple[Sequence[Entry], Clock]
"""An order's entries, in their order, and its clocks."""


class ReplayForecasts:
    """Learnt from a file alone, by everything that had happened up to `at` (CONTRACT §5)."""

    def __init__(self, orders: Iterable[Told], book: RuleBook, at: Instant) -> None:
        """Play the past of all orders back; they come by order id. No event lies after `at`."""
        self._book = book
        self._at = at
        self._statuses = book.lifecycle.statuses
        journeys = (journey_of(entries, clock, book) for entries, clock in orders)
        self._durations, self.calibration = learnt_from(journeys, book.lifecycle)
        self._forecasters: dict[frozenset[str], Forecaster] = {}

    def shown(self, report: OrderReport) -> dict[str, object] | None:
        """The `forecast` of an order; None once it has ended, while data is thin, and without a date.

        A cart without one may never be ordered.
        """
        due_at = report.due_at
        if not report.verdict.is_open or due_at is None:
            return None
        journey = journey_of(report.entries, report.clock, self._book)
        last = journey.reached[-1] if journey.reached else None
        outlook = None if last is None else self._outlook(journey, last.step, last.at)
        return None if outlook is None else forecast_json(outlook, due_at, self._at)

    def is_at_risk(self, entries: Sequence[Entry], clock: Clock) -> bool:
        """Whether an open order has been likely enough to be late for long enough.

        As in the daemon an order that gives no notices is not watched, nor is any while its promise is paused.
        """
        rules = self._book.rules_of(clock)
        if is_silent(clock, rules):
            return False
        held_since = None if clock.pauses is None else clock.pauses.since
        until = self._at if held_since is None or not rules.policy.holds.pauses_promise else held_since
        journey = journey_of(entries, clock, self._book)
        return watched(journey, partial(self._outlook, journey), until, RiskTerms()).at_risk

    def _outlook(self, journey: Journey, step: int, reached_at: Instant) -> Outlook | None:
        forecaster = self._forecasters.get(journey.stop)
        if forecaster is None:
            forecaster = Forecaster(self._durations, self._book.lifecycle, journey.stop)
            self._forecasters[journey.stop] = forecaster
        return forecaster.outlook(journey.channel, self._statuses[step], reached_at)
