"""Replay: recorded events through the same core as the daemon, without a broker (CONTRACT §5).

The state is a function of the set of events, so lines are folded as they come, in whatever order they stand;
memory holds one compact row an order. Every deadline up to `at` is judged by the history as of its instant.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from slamon.errors import DecodeError
from slamon.notices.report import order_of, standing_json, standing_notices
from slamon.notices.row import OrderRules, Outcome, Row, apply, encode_row, entries_of, new_row, read_row
from slamon.orders.entry import encode_entry, entry_of
from slamon.orders.event import Instant, Span, rfc3339, seconds
from slamon.sla.book import RuleBook
from slamon.sla.causes import totals
from slamon.sla.conditions import Condition
from slamon.sla.explaining import intervals
from slamon.sla.policy import SlaTerms
from slamon.sla.standing import OrderReport, clock_status, clock_verdict, order_json, order_report
from slamon.sla.verdict import Verdict
from slamon.sources.lines import RejectedLine
from slamon.sources.native import NativeDecoder
from slamon.sources.recorded import read_recorded

UNKNOWN_STATUS = "null"
"""The key of `by_status` for orders of which no known status was heard."""


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
        self._asked_at: Instant | None = at
        self._last: Instant | None = None
        self._after_at: set[bytes] = set()
        self._rows: dict[str, bytes] = {}
        self._rules = rules
        self._summary: dict[str, object] | None = None

    @property
    def at(self) -> Instant:
        """The instant of the verdicts; 0 when neither asked for nor any event read."""
        return self._asked_at if self._asked_at is not None else self._last or 0

    def take(self, value: bytes, decoder: NativeDecoder, origin: str) -> None:
        """Fold one recorded event in; raises DecodeError."""
        event = decoder.decode(value, origin=origin)
        if self._asked_at is not None and event.occurred_at > self._asked_at:
            told = encode_entry(entry_of(event)) + event.order_id.encode()
            self._after_at.add(blake2b(told, digest_size=16).digest())
            return
        if self._last is None or event.occurred_at > self._last:
            self._last = event.occurred_at
        stored = self._rows.get(event.order_id)
        row = (None if stored is None else read_row(stored, self._rules)) or new_row(self._rules)
        if apply(row, event, self._rules) is not Outcome.DUPLICATE:
            self._rows[event.order_id] = encode_row(row)

    def orders(self) -> Iterator[dict[str, object]]:
        """Every order in the shape of §5, by order id."""
        for order_id in sorted(self._rows):
            yield order_json(self._report(order_id))

    def orders_with_causes(self) -> Iterator[tuple[dict[str, object], dict[str, float | int]]]:
        """Every order, and the seconds that each cause took of its time from the start to the finish, or to `at`.

        A file tells of no outages and no lag, so no time goes to `service` or `queue`.
        """
        for order_id in sorted(self._rows):
            report = self._report(order_id)
            yield (
                order_json(report),
                {str(cause): seconds(span) for cause, span in totals(intervals(report)).items()},
            )

    def notices(self) -> Iterator[dict[str, object]]:
        """The standing set in the shape of §5, ordered by `at`."""
        found = [
            (condition.at, order_id, order_of(condition), condition)
            for order_id in self._rows
            for condition in self._standing(order_id)
        ]
        found.sort(key=lambda entry: entry[:3])
        for _, order_id, _, condition in found:
            yield standing_json(condition, order_json(self._report(order_id)), self.at)

    def _standing(self, order_id: str) -> list[Condition]:
        clock = self._row(order_id).clock
        return standing_notices(clock, self._rules.book.rules_of(clock), self.at)

    @property
    def summary(self) -> dict[str, object]:
        """Counts and ratios over all orders; null where there is nothing to say."""
        if self._summary is None:
            self._summary = self._summarised()
        return self._summary

    def _summarised(self) -> dict[str, object]:
        """Count by the clocks alone: no event lies after `at`, so they say what a report would."""
        verdicts: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        lead_times: list[Span] = []
        for order_id in self._rows:
            clock = self._row(order_id).clock
            finished_at = None if clock.cancelled else clock.ended_at
            rules = self._rules.book.rules_of(clock)
            verdicts[str(clock_verdict(clock, self.at, rules))] += 1
            statuses[clock_status(clock, rules) or UNKNOWN_STATUS] += 1
            if finished_at is not None and clock.started_at is not None:
                lead_times.append(finished_at - clock.started_at)
        lead_times.sort()
        kept, broken = verdicts[Verdict.KEPT], verdicts[Verdict.BROKEN]
        return {
            "orders": len(self._rows),
            "after_at": len(self._after_at),
            "by_verdict": dict(sorted(verdicts.items())),
            "by_status": dict(sorted(statuses.items())),
            "promise_kept_ratio": kept / (kept + broken) if kept + broken else None,
            "lead_time_p50_seconds": quantile(lead_times, 0.5),
            "lead_time_p95_seconds": quantile(lead_times, 0.95),
        }

    def _report(self, order_id: str) -> OrderReport:
        row = self._row(order_id)
        return order_report(order_id, entries_of(row), self.at, self._rules.book, truncated=row.truncated)

    def _row(self, order_id: str) -> Row:
        row = read_row(self._rows[order_id], self._rules)
        if row is None:
            raise KeyError(order_id)
        return row


def quantile(ordered: Sequence[Span], share: float) -> float | int | None:
    """The quantile of sorted spans in seconds by nearest rank, as the API tells it; None without spans."""
    return seconds(ordered[math.ceil(len(ordered) * share) - 1]) if ordered else None


def replay_files(
    paths: Sequence[str],
    terms: SlaTerms,
    rules: ReplayRules,
    at: Instant | None,
    progress: Callable[[int, int | None], None] | None,
) -> Replay:
    """Read recorded events and judge them at `at` (None: the last event's time). Raises InputError."""
    result = Replay(at, OrderRules(RuleBook.of(terms)))
    decoder = NativeDecoder(rules.system, rules.status_map, rules.max_event_bytes)
    for item in read_recorded(paths, max_event_bytes=rules.max_event_bytes, stdin=sys.stdin.buffer, progress=progress):
        reason = item.reason if isinstance(item, RejectedLine) else None
        if not isinstance(item, RejectedLine):
            try:
                result.take(item.value, decoder, item.origin)
            except DecodeError as fault:
                reason = fault.reason
        if reason is not None:
            result.rejected.append({"source": item.source, "line": item.line, "reason": reason})
    return result


def as_of(result: Replay) -> str:
    """The instant of a replay as people write it."""
    return rfc3339(result.at)
