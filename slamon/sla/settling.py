"""Which instants the clocks point to, and what of it has come true before the next event."""

from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Due, Passed, Visit, due_with_holds, stage_due
from slamon.sla.divergence import Row, rows_after, thresholds
from slamon.sla.rules import ClockRules

_AT_RISK, _BREACHED, _STAGE_OVERDUE = int(Due.AT_RISK), int(Due.BREACHED), int(Due.STAGE_OVERDUE)
_FINISHED_LATE, _DIVERGENCE = int(Due.FINISHED_LATE), int(Due.DIVERGENCE)


def arm_promise(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Set when the date in force is at risk and breached, from `at` on; neither while it is paused or over."""
    clock.risk_at = clock.breach_at = None
    due_at = clock.shown_at = due_with_holds(clock, rules, at)
    if due_at is None or clock.ended_at is not None or _is_paused(clock, promise=True, rules=rules):
        return
    risk_at = max(at, rules.warn_at(due_at))
    clock.risk_at = risk_at if risk_at < due_at else None
    clock.breach_at = max(at, due_at)


def arm_stages(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Set when the stages that the order is in are overdue, from `at` on; never while they are paused."""
    paused = _is_paused(clock, promise=False, rules=rules)
    for visit in clock.visits or ():
        visit.shown_at = stage_due(clock, rules, (visit.stage, visit.entered_at), at)
        visit.overdue_at = None if paused else max(at - 1, visit.shown_at)


def _is_paused(clock: Clock, *, promise: bool, rules: ClockRules) -> bool:
    pauses, holds = clock.pauses, rules.policy.holds
    held = pauses is not None and pauses.since is not None
    return held and (holds.pauses_promise if promise else holds.pauses_stages)


def visit_at(clock: Clock, stage: int, at: Instant, rules: ClockRules) -> Visit:
    """A stage that is entered at `at`."""
    due_at = rules.overdue_at(stage, at)
    if clock.pauses is None:
        return Visit(stage, at, due_at, due_at, due_at)
    shown_at = stage_due(clock, rules, (stage, at), at)
    return Visit(stage, at, due_at, shown_at, None if _is_paused(clock, promise=False, rules=rules) else shown_at)


def arm_divergence(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Set after which instant, from `at` on, a divergence not noted yet shows; none once the order has ended."""
    clock.apart_at = None
    told = clock.told
    if told is None or clock.ended_at is not None:
        return
    found = thresholds(told, floor_of(clock, rules), rules.reports)
    if found:
        clock.apart_at = _next_apart(clock, sorted({max(at - 1, x) for x in found}), rules)


def floor_of(clock: Clock, rules: ClockRules) -> int:
    """The first step that anybody is expected to report."""
    entry = rules.reports.entry
    return entry.get(clock.channel, rules.start_step) if entry and clock.channel is not None else rules.start_step


def rows_at(clock: Clock, rules: ClockRules, now: Instant) -> list[Row]:
    """The divergences that show at `now`, contradictions aside, when nothing more is heard.

    A row shows strictly after its skew: what shows at `now` shows after the microsecond before it.
    """
    return rows_after(clock.told, floor_of(clock, rules), rules.reports, now - 1) if clock.told else []


def _next_apart(clock: Clock, instants: list[Instant], rules: ClockRules) -> Instant | None:
    noted = {passed.apart for passed in clock.passed or () if passed.apart is not None}
    for x in instants:
        if any(row.name not in noted for row in rows_after(clock.told or {}, floor_of(clock, rules), rules.reports, x)):
            return x
    return None


def settle_until(clock: Clock, at: Instant, rules: ClockRules) -> None:
    """Note the conditions that came true in the stretch that an event at `at` ends."""
    due_at, shown_at = clock.due_at, clock.shown_at
    if due_at is not None:
        if clock.risk_at is not None and clock.risk_at < at:
            _note(clock, Passed(_AT_RISK, None, due_at, clock.risk_at, shown_at))
            clock.risk_at = None
        if clock.breach_at is not None and clock.breach_at < at:
            _note(clock, Passed(_BREACHED, None, due_at, clock.breach_at, shown_at))
            clock.breach_at = None
        if is_finished_late(clock) and clock.finish_at is not None:
            _note(clock, Passed(_FINISHED_LATE, None, due_at, clock.finish_at, shown_at))
    clock.finish_at = None
    for visit in clock.visits or ():
        overdue_at = visit.overdue_at
        if overdue_at is not None and overdue_at < at:
            _note(clock, overdue(visit, overdue_at, rules))
            visit.overdue_at = None
    while clock.apart_at is not None and clock.apart_at < at:
        _settle_divergence(clock, clock.apart_at, rules)


def overdue(visit: Visit, overdue_at: Instant, rules: ClockRules) -> Passed:
    """The condition of a stage: true at its deadline, or at the instant itself where that had passed before."""
    at = overdue_at if overdue_at == visit.shown_at else overdue_at + 1
    return Passed(_STAGE_OVERDUE, rules.stages[visit.stage].start, visit.due_at, at, visit.shown_at)


def is_finished_late(clock: Clock) -> bool:
    """Tell whether the order's finish, not settled yet, came after its date."""
    finished = clock.finish_at is not None and clock.ended_at is not None
    return finished and clock.shown_at is not None and (clock.ended_at or 0) > clock.shown_at


def _settle_divergence(clock: Clock, x: Instant, rules: ClockRules) -> None:
    told, floor = clock.told or {}, floor_of(clock, rules)
    for row in rows_after(told, floor, rules.reports, x):
        _note(clock, Passed(_DIVERGENCE, None, None, row.since + rules.reports.skew, None, row.name))
    later = sorted({t for t in thresholds(told, floor, rules.reports) if t > x})
    clock.apart_at = _next_apart(clock, later, rules)


def _note(clock: Clock, passed: Passed) -> None:
    if clock.passed is None:
        clock.passed = [passed]
    elif all(other.key != passed.key for other in clock.passed):
        clock.passed.append(passed)
