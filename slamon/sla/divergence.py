"""Which systems disagree about an order: behind, ahead, regressed, lost, contradicting (CONTRACT §3.2).

Readings: events without a system are nobody's report; nobody owes anything after it said CANCELLED itself; of
several steps that one system missed, or is ahead with, the earliest is shown; `ahead` takes the place of `behind`
and not of `lost`; `contradicting` waits for no skew. A row shows strictly after its skew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from slamon.orders.entry import STATUS_CODE, Entry
from slamon.orders.event import Instant
from slamon.orders.facts import is_cancel
from slamon.orders.lifecycle import CANCELLED, Lifecycle
from slamon.sla.clock import NO_STEP, Apart, Told
from slamon.sla.rules import ReportRules


class DivergenceKind(StrEnum):
    """How a system diverges; the words are used unchanged everywhere."""

    BEHIND = "behind"
    AHEAD = "ahead"
    CONTRADICTING = "contradicting"
    REGRESSED = "regressed"
    LOST = "lost"


class Row(NamedTuple):
    """One divergence: the step that is `expected`, and since when another report (`step`) says so."""

    system: str
    kind: DivergenceKind
    expected: str
    since: Instant
    step: int

    @property
    def name(self) -> Apart:
        """What makes it the one it is."""
        return self.system, str(self.kind), self.expected


def hear(told: dict[str, Told], system: str, number: int | None, at: Instant, rules: ReportRules) -> None:
    """Take what a system said at `at`: a step, or only that it knows the order (None)."""
    report = told.get(system)
    if report is None:
        report = told[system] = Told()
    if number is None:
        return
    if number >= report.reach or rules.goes_back:
        report.step = number
    if number >= report.reach:
        if number > report.reach:
            report.reach = number
            report.firsts = [*report.firsts, (number, at)]
        report.back = None
    elif report.back is None and rules.goes_back:
        report.back = at, number
    if rules.owners[number] != system and all(step != number for step, _ in report.foreign):
        report.foreign = [*report.foreign, (number, at)]


def thresholds(told: Mapping[str, Told], floor: int, rules: ReportRules) -> list[Instant]:
    """Every instant after which a row may show or give way to another; empty where all agree."""
    found = []
    skew = rules.skew
    for system, owed in rules.owed.items():
        report = told.get(system)
        reach = NO_STEP if report is None else report.reach
        step = owed[max(reach + 1, floor)]
        while step >= 0 and not (report is not None and report.cancelled):
            first = _first(told, system, step)
            if first is None:
                break
            found.append(first[0] + skew)
            step = owed[step + 1]
    for system, report in told.items():
        if report.foreign:
            found += [at + skew for _, at in _ahead(told, system, floor, rules)]
        if report.back is not None:
            found.append(report.back[0] + skew)
    return found


def rows_after(told: Mapping[str, Told], floor: int, rules: ReportRules, x: Instant) -> list[Row]:
    """The rows that show strictly after the instant `x`, when nothing more is heard."""
    limit = x - rules.skew
    ahead, taken = _all_ahead(told, floor, rules, limit)
    rows = ahead
    for system in rules.owed:
        rows += _missing(told, system, (floor, limit), rules, taken)
    for system in sorted(told):
        report = told[system]
        if report.back is not None and report.back[0] <= limit and not report.cancelled:
            rows.append(Row(system, DivergenceKind.REGRESSED, rules.statuses[report.reach], *report.back))
    return rows


def _all_ahead(told: Mapping[str, Told], floor: int, rules: ReportRules, limit: Instant) -> tuple[list[Row], set[int]]:
    """The earliest step that each system is ahead with, and all steps that somebody is ahead with."""
    rows, taken = [], set[int]()
    for system in sorted(told):
        found = [(step, at) for step, at in sorted(_ahead(told, system, floor, rules)) if at <= limit]
        if found:
            step, at = found[0]
            rows.append(Row(system, DivergenceKind.AHEAD, rules.statuses[step], at, step))
            taken.update(step for step, _ in found)
    return rows, taken


def _ahead(told: Mapping[str, Told], system: str, floor: int, rules: ReportRules) -> Iterator[tuple[int, Instant]]:
    """(step, since) that a system reports and the step's owner, which has not cancelled, does not."""
    for step, at in told[system].foreign:
        owner = told.get(rules.owners[step])
        if step >= floor and (owner is None or (owner.reach < step and not owner.cancelled)):
            yield step, at


def _missing(
    told: Mapping[str, Told],
    system: str,
    span: tuple[int, Instant],
    rules: ReportRules,
    taken: set[int],
) -> Iterator[Row]:
    """The earliest step that a system has to report and has not, `allowed_skew` after another did: (floor, limit)."""
    floor, limit = span
    report, owed = told.get(system), rules.owed[system]
    if report is not None and report.cancelled:
        return
    step = owed[max(NO_STEP + 1 if report is None else report.reach + 1, floor)]
    while step >= 0:
        first = _first(told, system, step)
        if first is None:
            return  # nor has anybody reported a later one
        own_is_taken = report is not None and rules.owners[step] == system and step in taken
        if not own_is_taken and first[0] <= limit:
            kind = DivergenceKind.LOST if report is None else DivergenceKind.BEHIND
            yield Row(system, kind, rules.statuses[step], first[0], first[1])
            return
        step = owed[step + 1]


def _first(told: Mapping[str, Told], system: str, step: int) -> tuple[Instant, int] | None:
    """When a system other than this one first reported a step or a later one, and which."""
    best: tuple[Instant, int] | None = None
    for name, report in told.items():
        if name != system and report.reach >= step:
            for number, at in report.firsts:
                if number >= step:
                    if best is None or (at, number) < best:
                        best = at, number
                    break
    return best


def contradictions(entries: Iterable[Entry], lifecycle: Lifecycle, systems: Sequence[str]) -> list[Row]:
    """The systems that go on to a later step after another one said CANCELLED; of ordered entries."""
    cancelled_at: dict[str, Instant] = {}
    steps: dict[str, list[tuple[Instant, int]]] = {}
    for entry in entries:
        if entry.system is None:
            continue
        if is_cancel(entry):
            cancelled_at.setdefault(entry.system, entry.at)
        elif entry.type == STATUS_CODE and entry.status in lifecycle.index:
            steps.setdefault(entry.system, []).append((entry.at, lifecycle.index[entry.status]))
    rows = []
    for system in systems:
        by_others = min((at for name, at in cancelled_at.items() if name != system), default=None)
        if by_others is None:
            continue
        before = max((step for at, step in steps.get(system, ()) if at <= by_others), default=NO_STEP)
        later = min(
            ((at, step) for at, step in steps.get(system, ()) if at > by_others and step > before), default=None
        )
        if later is not None:
            rows.append(Row(system, DivergenceKind.CONTRADICTING, CANCELLED, later[0], later[1]))
    return rows
