"""Replay: recorded events through the same core as the daemon, without a broker (CONTRACT §5).

The state is a function of the set of events, so lines are folded as they come, in whatever order they stand;
memory holds one compact row an order, and while forecasts are learnt some 60 bytes for each step of each. Every
deadline up to `at` is judged by the history as of its instant.
"""

import sys
from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from slamon.errors import DecodeError
from slamon.notices.report import order_of, standing_json, standing_notices
from slamon.notices.row import OrderRules, Row, entries_of
from slamon.orders.event import Instant, rfc3339, seconds
from slamon.services.replay_forecasts import ReplayForecasts
from slamon.services.replay_rows import ReplayRows
from slamon.services.replay_summary import summarised
from slamon.sla.book import RuleBook
from slamon.sla.causes import totals
from slamon.sla.clock import Clock
from slamon.sla.conditions import Condition
from slamon.sla.explaining import intervals
from slamon.sla.forecast.scoring import Calibration, calibration_json
from slamon.sla.policy import SlaTerms
from slamon.sla.rules import ClockRules
from slamon.sla.standing import OrderReport, clock_verdict, order_json, order_report
from slamon.sla.verdict import Verdict
from slamon.sources.lines import Item, RejectedLine
from slamon.sources.native import NativeDecoder
from slamon.sources.recorded import Progress, read_recorded


@dataclass(frozen=True, slots=True)
class ReplayRules:
    """How the lines are decoded; as for a source of the daemon."""

    system: str | None = None
    status_map: Mapping[str, str] = field(default_factory=dict)
    max_event_bytes: int = 262_144


class Replay:
    """The result: judged when asked for, order by order."""

    def __init__(self, at: Instant | None, rules: OrderRules) -> None:
        """`at` None: the time of the last event, known after the reading."""
        self.rejected: list[dict[str, object]] = []
        self._asked_at = at
        self._rows = ReplayRows(at, rules)
        self._book = rules.book
        self._summary: dict[str, object] | None = None

    @property
    def at(self) -> Instant:
        """The instant of the verdicts; 0 when neither asked for nor any event read."""
        return self._asked_at if self._asked_at is not None else self._rows.last or 0

    @property
    def period(self) -> tuple[Instant, Instant] | None:
        """From the first event to the instant of the verdicts; None without events."""
        return None if self._rows.first is None else (self._rows.first, self.at)

    def judge_at(self, at: Instant) -> None:
        """Set the instant of the verdicts; no event that was taken may lie after it."""
        self._asked_at = at

    def take(self, value: bytes, decoder: NativeDecoder, origin: str) -> None:
        """Fold one recorded event in; raises DecodeError."""
        self._rows.take(value, decoder, origin)

    def orders(self) -> Iterator[dict[str, object]]:
        """Every order in the shape of §5, by order id."""
        for order_id in sorted(self._rows.ids()):
            yield self._shown(self._report(order_id))

    def orders_with_causes(self) -> Iterator[tuple[dict[str, object], dict[str, float | int]]]:
        """Every order, and the seconds that each cause took of its time from the start to the finish, or to `at`.

        A file tells of no outages and no lag, so no time goes to `service` or `queue`.
        """
        for order_id in sorted(self._rows.ids()):
            report = self._report(order_id)
            causes = totals(intervals(report))
            yield self._shown(report), {str(cause): seconds(span) for cause, span in causes.items()}

    def notices(self) -> Iterator[dict[str, object]]:
        """The standing set in the shape of §5, ordered by `at`."""
        found = [
            (condition.at, order_id, order_of(condition), condition)
            for order_id in self._rows.ids()
            for condition in self.standing(order_id)
        ]
        found.sort(key=lambda entry: entry[:3])
        for _, order_id, _, condition in found:
            yield standing_json(condition, order_json(self._report(order_id)), self.at)

    @property
    def summary(self) -> dict[str, object]:
        """Counts and ratios over all orders; null where there is nothing to say."""
        if self._summary is None:
            counted = summarised(map(self.verdict, self._rows.ids()), self.after_at)
            self._summary = counted | {"calibration": calibration_json(self.calibration)}
        return self._summary

    @property
    def calibration(self) -> Calibration:
        """How good the forecasts would have been that could have been made as the events came."""
        return self._forecasts.calibration

    @cached_property
    def _forecasts(self) -> ReplayForecasts:
        rows = map(self.row, sorted(self._rows.ids()))
        return ReplayForecasts(((entries_of(row), row.clock) for row in rows), self._book, self.at)

    @property
    def after_at(self) -> int:
        """How many distinct events were left out because they lie after `at`."""
        return self._rows.left_out

    def order_ids(self) -> KeysView[str]:
        """The orders that were heard of, in no order."""
        return self._rows.ids()

    def verdict(self, order_id: str) -> tuple[Clock, ClockRules, Verdict]:
        """The clocks of an order, the rules that they follow, and the verdict that they give."""
        row = self.row(order_id)
        rules = self._book.rules_of(row.clock)
        return row.clock, rules, self._forecast_too(clock_verdict(row.clock, self.at, rules), row)

    def _forecast_too(self, verdict: Verdict, row: Row) -> Verdict:
        """With `sla.forecast.notify` a forecast alone puts an order at risk; without it nothing is learnt for that."""
        asked = verdict is Verdict.ON_TRACK and self._book.eras[-1].terms.forecast.notify
        return Verdict.AT_RISK if asked and self._forecasts.is_at_risk(entries_of(row), row.clock) else verdict

    def standing(self, order_id: str) -> list[Condition]:
        """The conditions of an order that stand."""
        clock = self.row(order_id).clock
        return standing_notices(clock, self._book.rules_of(clock), self.at)

    def row(self, order_id: str) -> Row:
        """What is kept of an order; raises KeyError where it was not heard of."""
        return self._rows.row(order_id)

    def _shown(self, report: OrderReport) -> dict[str, object]:
        return order_json(report) | {"forecast": self._forecasts.shown(report)}

    def _report(self, order_id: str) -> OrderReport:
        row = self.row(order_id)
        report = order_report(order_id, entries_of(row), self.at, self._book, truncated=row.truncated)
        return replace(report, verdict=self._forecast_too(report.verdict, row))


Reading: TypeAlias = tuple[Replay, ReplayRules]
"""A replay that is to be fed, and how it decodes the lines."""


def replay_files(
    paths: Sequence[str],
    terms: SlaTerms,
    rules: ReplayRules,
    at: Instant | None,
    progress: Progress | None,
) -> Replay:
    """Read recorded events and judge them at `at` (None: the last event's time). Raises InputError."""
    result = Replay(at, OrderRules(RuleBook.of(terms)))
    read_into([(result, rules)], paths, progress)
    return result


def read_into(readings: Sequence[Reading], paths: Sequence[str], progress: Progress | None) -> None:
    """Read recorded events once, into one or several replays. Raises InputError."""
    fed = [(result, NativeDecoder(how.system, how.status_map, how.max_event_bytes)) for result, how in readings]
    longest = max(how.max_event_bytes for _, how in readings)
    for item in read_recorded(paths, max_event_bytes=longest, stdin=sys.stdin.buffer, progress=progress):
        for result, decoder in fed:
            _take(result, item, decoder)


def _take(result: Replay, item: Item, decoder: NativeDecoder) -> None:
    """Fold one line in, or note why it can't be used."""
    reason = item.reason if isinstance(item, RejectedLine) else None
    if not isinstance(item, RejectedLine):
        try:
            result.take(item.value, decoder, item.origin)
        except DecodeError as fault:
            reason = fault.reason
    if reason is not None:
        result.rejected.append({"source": item.source, "line": item.line, "reason": reason})


def as_of(result: Replay) -> str:
    """The instant of a replay as people write it."""
    return rfc3339(result.at)
