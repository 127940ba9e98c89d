"""One order as people and tools see it at an instant, and the JSON shape of CONTRACT §5 `order`.

Built when asked for, never on the way of an event.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from slamon.orders import facts
from slamon.orders.entry import CHANNEL, CLIENT_ID, CLIENT_NAME, MANAGER_ID, Entry
from slamon.orders.event import Instant, Span, rfc3339, seconds
from slamon.orders.lifecycle import CANCELLED
from slamon.sla.book import RuleBook
from slamon.sla.clock import CANCELLED_STEP, NO_STEP, Clock, Trace, default_at, due_with_holds, stage_due
from slamon.sla.divergence import Row, contradictions
from slamon.sla.fold import fold
from slamon.sla.oddities import MOST_ON_AN_ORDER, oddities, oddities_json
from slamon.sla.policy import OnRegress
from slamon.sla.rules import ClockRules
from slamon.sla.settling import rows_at
from slamon.sla.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class OrderReport:
    """An order at `now`: its clocks, its verdict, and the entries that had happened by then."""

    order_id: str
    entries: Sequence[Entry]
    clock: Clock
    trace: Trace
    verdict: Verdict
    now: Instant
    rules: ClockRules
    truncated: bool

    @property
    def due_at(self) -> Instant | None:
        """The date in force, moved by holds."""
        return due_with_holds(self.clock, self.rules, self.now)

    @property
    def finished_at(self) -> Instant | None:
        """When the order finished; None while open and for an order whose cancellation came first."""
        return None if self.clock.cancelled else self.clock.ended_at

    @property
    def until(self) -> Instant:
        """The end of what is measured: the order's end, or now."""
        return self.now if self.clock.ended_at is None else self.clock.ended_at

    @property
    def lead_time(self) -> Span | None:
        """Finish minus start; None while open."""
        finished_at, started_at = self.finished_at, self.clock.started_at
        return None if finished_at is None or started_at is None else finished_at - started_at

    @property
    def overdue(self) -> Span | None:
        """How long past its date, 0 when in time; None without a date and for a cancelled order."""
        due_at = self.due_at
        if due_at is None or self.verdict is Verdict.CANCELLED:
            return None
        return max(0, (self.now if self.finished_at is None else self.finished_at) - due_at)

    @property
    def holds(self) -> list[facts.Hold]:
        """The merged windows in which the order was held."""
        policy = self.rules.policy
        furthest = policy.on_regress is OnRegress.IGNORE
        ended_at, lifecycle, statuses = self.clock.ended_at, policy.lifecycle, policy.holds.statuses
        return facts.holds(self.entries, ended_at, lifecycle, statuses, furthest=furthest)


def order_report(
    order_id: str, entries: Sequence[Entry], now: Instant, book: RuleBook, *, truncated: bool = False
) -> OrderReport:
    """Judge an order by the entries with `at` ≤ `now`; `entries` are in their order."""
    happened = entries[: bisect_right(entries, now, key=lambda entry: entry.at)]
    trace = Trace()
    clock = fold(happened, book, trace)
    rules = book.rules_of(clock)
    return OrderReport(order_id, happened, clock, trace, clock_verdict(clock, now, rules), now, rules, truncated)


def clock_verdict(clock: Clock, now: Instant, rules: ClockRules) -> Verdict:
    """The verdict that the clocks of an order give; no event of theirs lies after `now`."""
    due_at = due_with_holds(clock, rules, now)
    return verdict(
        due_at,
        now,
        finished_at=None if clock.cancelled else clock.ended_at,
        cancelled=clock.cancelled,
        warn_at=None if due_at is None or clock.ended_at is not None else rules.warn_at(due_at),
    )


def clock_status(clock: Clock, rules: ClockRules) -> str | None:
    """The status that the clocks of an order know; None when nothing known was said."""
    if clock.step == CANCELLED_STEP:
        return CANCELLED
    return None if clock.step == NO_STEP else rules.policy.lifecycle.steps[clock.step].status


def order_json(report: OrderReport) -> dict[str, object]:
    """Write an order in the shape of CONTRACT §5; unknown is None, durations are seconds."""
    entries, policy = report.entries, report.rules.policy
    furthest = policy.on_regress is OnRegress.IGNORE
    status = facts.latest_status(entries, policy.lifecycle, furthest=furthest)
    following = policy.lifecycle.after(status) if report.clock.ended_at is None else None
    return {
        "order_id": report.order_id,
        "status": status,
        "next_step": None if following is None else asdict(following),
        "systems": facts.status_by_system(entries, policy.lifecycle, furthest=furthest),
        "heard": {system: rfc3339(at) for system, at in facts.heard(entries).items()},
        "channel": facts.last_stated(entries, CHANNEL),
        "client_id": facts.last_stated(entries, CLIENT_ID),
        "client_name": facts.last_stated(entries, CLIENT_NAME),
        "manager_id": facts.last_stated(entries, MANAGER_ID),
        "verdict": str(report.verdict),
        "kept_original": _kept_original(report),
        "promise": promise_json(report),
        "finished_at": _time(report.finished_at),
        "lead_time_seconds": _length(report.lead_time),
        "overdue_seconds": _length(report.overdue),
        "stages": _stages_json(report),
        "divergences": [_divergence_json(row, report) for row in divergences(report)],
        "forecast": None,
        "holds": [
            {"from": rfc3339(hold.since), "to": _time(hold.until), "reason": hold.reason} for hold in report.holds
        ],
        "oddities": oddities_json(oddities(entries, policy.lifecycle, MOST_ON_AN_ORDER)),
        "policy": {"name": policy.name, "revision": report.rules.era},
        "truncated": report.truncated,
    }


def original_due(report: OrderReport) -> Instant | None:
    """The first date that counted, unless it was stated after the default had passed; else the default."""
    promises = report.trace.promises
    return promises[0][1] if promises and not _passed_when_stated(report) else _default_due(report)


def revisions(report: OrderReport) -> int:
    """How often the date in force was changed by a stated one; the first only when the default had passed."""
    promises = report.trace.promises
    if not promises:
        return 0
    stated_at, date = promises[0]
    is_change = _passed_when_stated(report) and date != default_at(report.clock, report.rules, stated_at)
    return int(is_change) + sum(before[1] != after[1] for before, after in pairwise(promises))


def _passed_when_stated(report: OrderReport) -> bool:
    """Whether the default, as holds had moved it by then, had passed when the first date was stated."""
    stated_at = report.trace.promises[0][0]
    default = default_at(report.clock, report.rules, stated_at)
    return default is not None and stated_at > default


def divergences(report: OrderReport) -> list[Row]:
    """The systems that disagree about an order, the oldest disagreement first."""
    clock, rules = report.clock, report.rules
    rows = rows_at(clock, rules, report.now)
    since = clock.cycle_at
    entries = report.entries if since is None else [entry for entry in report.entries if entry.at >= since]
    rows += contradictions(entries, rules.policy.lifecycle, sorted(clock.told or ()))
    return sorted(rows, key=lambda row: (row.since, row.system, str(row.kind)))


def _divergence_json(row: Row, report: OrderReport) -> dict[str, object]:
    said = (report.clock.told or {}).get(row.system)
    statuses = report.rules.policy.lifecycle.statuses
    status = None if said is None or said.step == NO_STEP else statuses[said.step]
    return {
        "system": row.system,
        "kind": str(row.kind),
        "status": CANCELLED if said is not None and said.cancelled else status,
        "expected": row.expected,
        "since": rfc3339(row.since),
        "hop": f"{report.rules.reports.owners[row.step]}->{row.system}",
    }


def _default_due(report: OrderReport) -> Instant | None:
    started_at = report.clock.started_at
    return None if started_at is None else report.rules.default_due(started_at)


def _kept_original(report: OrderReport) -> bool | None:
    original, finished_at = original_due(report), report.finished_at
    return None if original is None or finished_at is None else finished_at <= original


def promise_json(report: OrderReport) -> dict[str, object]:
    """The `promise` of CONTRACT §5."""
    return {
        "started_at": _time(report.clock.started_at),
        "original_due_at": _time(original_due(report)),
        "due_at": _time(report.due_at),
        "revisions": revisions(report),
    }


def stage_visits(report: OrderReport) -> list[tuple[int, Instant, Instant | None]]:
    """(stage, entered at, left at or None) of every visit, by stage."""
    visits = [*report.trace.visits, *((v.stage, v.entered_at, None) for v in report.clock.visits or ())]
    return sorted(visits, key=lambda visit: visit[:2])


def _stages_json(report: OrderReport) -> list[dict[str, object]]:
    rules = report.rules
    rows: list[dict[str, object]] = []
    for number, entered_at, left_at in stage_visits(report):
        stage, until = rules.stages[number], report.now if left_at is None else left_at
        step = rules.policy.lifecycle.steps[rules.index[stage.to]]
        due_at = stage_due(report.clock, rules, (number, entered_at), until)
        rows.append(
            {
                "from": stage.start,
                "to": stage.to,
                "system": step.system,
                "role": step.role,
                "entered_at": rfc3339(entered_at),
                "left_at": _time(left_at),
                "due_at": rfc3339(due_at),
                "seconds": seconds(until - entered_at),
                "budget_seconds": _length(rules.budget(number)),
                "overdue": until > due_at,
            }
        )
    return rows


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)


def _length(span: Span | None) -> float | int | None:
    return None if span is None else seconds(span)
