"""From an order's report to its explanation: why it is late, what counted, and which event said so."""

from collections.abc import Iterator, Mapping, Sequence

from slamon.orders.entry import ACTOR, REASON, TYPES, Entry
from slamon.orders.event import Instant
from slamon.sla.advance import advance
from slamon.sla.causes import Cause, Interval, Window, partition
from slamon.sla.clock import Clock
from slamon.sla.divergence import DivergenceKind
from slamon.sla.explained import Effect, Explanation, Said, Statement, Terms
from slamon.sla.oddities import oddities
from slamon.sla.settling import rows_at
from slamon.sla.standing import OrderReport, promise_json

_MISSING = (DivergenceKind.BEHIND, DivergenceKind.LOST, DivergenceKind.REGRESSED)
_NOTHING: Mapping[Cause, Sequence[Window]] = {}


def intervals(report: OrderReport, known: Mapping[Cause, Sequence[Window]] = _NOTHING) -> list[Interval]:
    """Divide an order's time from its start to its end, or to now, into causes.

    `known`: outages and lags that concern the order, as windows of `Cause.SERVICE` and `Cause.QUEUE`.
    """
    start, end = report.clock.started_at, report.until
    if start is None or start >= end:
        return []
    held = [Window(hold.since, hold.until, hold.reason) for hold in report.holds]
    return partition(
        start,
        end,
        report.trace.moves,
        report.rules.policy.lifecycle,
        windows={**known, Cause.HOLD: held},
        apart=missing_messages(report),
    )


def missing_messages(report: OrderReport) -> list[Window]:
    """When which system did not say what it had to: each divergence that outlasted its skew, from its beginning."""
    clock, rules, found = Clock(), report.rules, dict[tuple[str, Instant], Instant]()
    entries = report.entries
    for place, entry in enumerate(entries):
        advance(clock, entry, rules)
        until = entries[place + 1].at if place + 1 < len(entries) else max(report.now, entry.at)
        for row in rows_at(clock, rules, until) if until > entry.at else ():
            if row.kind in _MISSING:
                found[row.system, row.since] = until
    return [Window(since, until, system) for (system, since), until in sorted(found.items())]


def explanation(report: OrderReport, known: Mapping[Cause, Sequence[Window]] = _NOTHING) -> Explanation:
    """Everything that explains an order's verdict."""
    policy, pauses = report.rules.policy, report.clock.pauses
    stopped = () if pauses is None or not policy.holds.pauses_promise else pauses.until(report.until)
    return Explanation(
        order_id=report.order_id,
        as_of=report.now,
        verdict=str(report.verdict),
        terms=Terms(policy.name, report.rules.era, policy.promise.calendar),
        promise=promise_json(report),
        lead_time=report.lead_time,
        intervals=intervals(report, known),
        pauses=[Window(since, until) for since, until in stopped],
        events=[_said(entry) for entry in report.entries],
        statements=list(_statements(report)),
        oddities=oddities(report.entries, policy.lifecycle),
    )


def _said(entry: Entry) -> Said:
    kind = str(TYPES[entry.type])
    return Said(entry.at, kind, entry.status, entry.system, entry.text(REASON), entry.text(ACTOR))


def _statements(report: OrderReport) -> Iterator[Statement]:
    last: dict[str | None, Instant] = {}
    counted = set(report.trace.promises)
    first, cycle_at = report.trace.promises[:1], report.clock.cycle_at
    for entry in report.entries:
        date = entry.promised_at
        if date is None:
            continue
        stated = entry.at, date
        if report.finished_at is not None and entry.at > report.finished_at:
            effect = Effect.AFTER_END
        elif last.get(entry.system) == date:
            effect = Effect.REPEATED
        elif stated in report.trace.refused:
            effect = Effect.OVER_CAP
        elif stated in counted:
            effect = Effect.FIRST if [stated] == first else Effect.REVISED
        else:
            effect = Effect.REPEATED  # of a cycle that is over
        if cycle_at is None or entry.at >= cycle_at:
            last[entry.system] = date  # a new cycle forgets who stated what before it
        yield Statement(entry.at, date, entry.system, effect, entry.text(ACTOR), entry.text(REASON))
