"""One order as the daemon shows and sends it: the report of its row, with what forecasts add to it."""

from dataclasses import dataclass, field, replace

import structlog

from slamon.notices.foreseen import Seen, at_risk
from slamon.notices.row import OrderRules, Row, entries_of
from slamon.orders.event import Instant
from slamon.services.foresight import NoOutlooks, Outlooks
from slamon.sla.clock import Clock
from slamon.sla.forecast.outlook import Basis, forecast_json
from slamon.sla.forecast.way import place
from slamon.sla.standing import OrderReport, order_json, order_report
from slamon.sla.verdict import Verdict

_log = structlog.get_logger("slamon.forecasts")


@dataclass(frozen=True, slots=True)
class Showing:
    """Judges orders by their rows."""

    rules: OrderRules
    outlooks: Outlooks = field(default_factory=NoOutlooks)

    def report(self, order_id: str, row: Row, now: Instant) -> OrderReport:
        """One order judged at `now`."""
        report = order_report(order_id, entries_of(row), now, self.rules.book, truncated=row.truncated)
        return replace(report, verdict=self.verdict(report.verdict, row.foreseen, report.clock))

    def verdict(self, by_clocks: Verdict, seen: Seen, clock: Clock) -> Verdict:
        """The verdict: what the clocks say, or at risk where a forecast says so and is asked to."""
        by_forecast = by_clocks is Verdict.ON_TRACK and at_risk(seen, clock, self.rules.forecast)
        return Verdict.AT_RISK if by_forecast else by_clocks

    def order(self, report: OrderReport) -> dict[str, object]:
        """The order in the shape of CONTRACT §5; no forecast while data is thin, and of none that is not running."""
        forecast = self.forecast(report)
        return order_json(report) | {"forecast": None if forecast["basis"] == Basis.STATIC else forecast}

    def forecast(self, report: OrderReport) -> dict[str, object]:
        """The forecast of an order with its basis: what was learnt, or the static rule alone."""
        clock, rules = report.clock, report.rules
        try:
            found = place(report.entries, clock, rules)
            return forecast_json(self.outlooks.of(clock, rules, found), report.due_at, report.now)
        except Exception:  # noqa: BLE001  an order without its forecast is better than none
            _log.exception("forecast.broke", order_id=report.order_id)
            return forecast_json(None, report.due_at, report.now)
