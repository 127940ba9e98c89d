"""§3.2, where the text leaves most room: which systems disagree about an order at one instant, by default.

Readings chosen here: events without a system are nobody's report; nobody owes anything after it said
CANCELLED itself; of several steps that one system missed, or is ahead with, the earliest is shown; `ahead`
takes the place of `behind` and not of `lost`; `contradicting` waits for no skew; a row appears strictly after
its skew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.decoding import Event
from tests.oracle.history import last_stated, last_status
from tests.oracle.rules import CANCELLED, Rules


@dataclass(frozen=True)
class Divergence:
    """One row of `divergences`."""

    system: str
    kind: str
    status: str | None
    expected: str
    since: int
    hop: str | None


@dataclass(frozen=True)
class Reports:
    """Who said what by one instant: the known steps and the cancels of all that mentioned the order."""

    rules: Rules
    now: int
    steps: dict[str, list[tuple[int, int]]]
    cancels: dict[str, int]
    statuses: dict[str, str | None]
    floor: int

    def first(self, others_than: str, step: int) -> tuple[int, int] | None:
        """When another system first reported this step or a later one, and which."""
        others = [steps for name, steps in self.steps.items() if name != others_than]
        return min((report for steps in others for report in steps if report[1] >= step), default=None)

    def reported(self, system: str, step: int) -> bool:
        """§3.2: "a step that the system has to report (itself or a later one)"."""
        return any(told >= step for _, told in self.steps.get(system, []))

    def late(self, since: int) -> bool:
        """Strictly after the skew: "at the very instant of a deadline the order is still in time"."""
        return self.now > since + self.rules.allowed_skew

    def owner(self, step: int) -> str | None:
        """The system that owns the step."""
        return list(self.rules.owners.values())[step]

    def name(self, step: int) -> str:
        """The status of the step."""
        return list(self.rules.owners)[step]

    def row(self, system: str, kind: str, expected: str, told: tuple[int, int]) -> Divergence:
        """A row whose `hop` is "owner of the reported step->system"."""
        hop = f"{self.owner(told[1])}->{system}"
        return Divergence(system, kind, self.statuses.get(system), expected, told[0], hop)


def reports(events: Sequence[Event], rules: Rules, now: int) -> Reports:
    """The reports of the events that have happened; a system without known status has no steps."""
    names = sorted({event.system for event in events if event.system is not None})
    by_system = {name: [event for event in events if event.system == name] for name in names}
    entry = rules.entry.get(last_stated(events, "channel") or "", rules.start)
    return Reports(
        rules=rules,
        now=now,
        steps={
            name: [(event.occurred_at, step) for event in own if (step := rules.step(event.status)) is not None]
            for name, own in by_system.items()
        },
        cancels={
            name: min(event.occurred_at for event in own if event.cancels)
            for name, own in by_system.items()
            if any(event.cancels for event in own)
        },
        statuses={name: last_status(own, rules) for name, own in by_system.items()},
        floor=rules.step_of(entry),
    )


def divergences(events: Sequence[Event], rules: Rules, now: int) -> list[Divergence]:
    """§3.2: every row that the order shows at `now`."""
    told = reports(events, rules, now)
    ahead = [row for name in told.steps for row in _ahead(told, name)]
    taken = {row.expected for row in ahead}
    rows = _first_per_system(ahead)
    for name in sorted({owner for owner in rules.owners.values() if owner} | rules.mirrors):
        rows += _behind(told, name, taken)
    for name in told.steps:
        rows += _contradicting(told, name) + _regressed(told, name)
    return rows


def _behind(told: Reports, system: str, taken: set[str]) -> list[Divergence]:
    kind = "behind" if system in told.steps else "lost"
    for step in range(told.floor, len(told.rules.owners)):
        owes = told.owner(step) == system or system in told.rules.mirrors
        if not owes or system in told.cancels or told.reported(system, step):
            continue
        if kind == "behind" and told.owner(step) == system and told.name(step) in taken:
            continue
        other = told.first(system, step)
        if other is not None and told.late(other[0]):
            return [told.row(system, kind, told.name(step), other)]
    return []


def _ahead(told: Reports, system: str) -> list[Divergence]:
    rows = []
    for step in sorted({step for _, step in told.steps[system] if step >= told.floor}):
        owner = told.owner(step)
        own = min(report for report in told.steps[system] if report[1] == step)
        if owner in {None, system} or owner in told.cancels or told.reported(str(owner), step):
            continue
        if told.late(own[0]):
            rows.append(told.row(system, "ahead", told.name(step), own))
    return rows


def _first_per_system(rows: list[Divergence]) -> list[Divergence]:
    first: dict[str, Divergence] = {}
    for row in rows:
        first.setdefault(row.system, row)
    return list(first.values())


def _contradicting(told: Reports, system: str) -> list[Divergence]:
    others = [when for name, when in told.cancels.items() if name != system]
    if not others:
        return []
    before = max((step for when, step in told.steps[system] if when <= min(others)), default=-1)
    later = [report for report in told.steps[system] if report[0] > min(others) and report[1] > before]
    return [told.row(system, "contradicting", CANCELLED, min(later))] if later else []


def _regressed(told: Reports, system: str) -> list[Divergence]:
    reached, back = -1, None
    for report in told.steps[system]:
        if report[1] >= reached:
            reached, back = report[1], None
        elif back is None:
            back = report
    if back is None or system in told.cancels or not told.late(back[0]):
        return []
    return [told.row(system, "regressed", told.name(reached), back)]
