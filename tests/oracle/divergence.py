"""§3.2, where the text leaves most room: which systems disagree about an order at one instant.

Readings chosen here: events without a system are nobody's report; nobody owes anything after it said
CANCELLED itself; of several steps that one system missed, or is ahead with, the earliest is shown; `ahead`
takes the place of `behind` and not of `lost`; `contradicting` waits for no skew; a row appears strictly after
its skew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.decoding import Event
from tests.oracle.history import Facts, last_stated, last_status
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
    steps: dict[str, list[tuple[int, int]]]
    cancels: dict[str, int]
    statuses: dict[str, str | None]
    floor: int
    goes_back: bool

    def first(self, others_than: str, step: int) -> tuple[int, int] | None:
        """When another system first reported this step or a later one, and which."""
        others = [steps for name, steps in self.steps.items() if name != others_than]
        return min((report for steps in others for report in steps if report[1] >= step), default=None)

    def reported(self, system: str, step: int) -> bool:
        """§3.2: "a step that the system has to report (itself or a later one)"."""
        return any(told >= step for _, told in self.steps.get(system, []))

    def late(self, since: int, now: int) -> bool:
        """Strictly after the skew: "at the very instant of a deadline the order is still in time"."""
        return now > since + self.rules.allowed_skew

    def owner(self, step: int) -> str | None:
        """The system that owns the step."""
        return self.rules.owners[self.rules.names[step]]

    def name(self, step: int) -> str:
        """The status of the step."""
        return self.rules.names[step]

    def row(self, system: str, kind: str, expected: str, told: tuple[int, int]) -> Divergence:
        """A row whose `hop` is "owner of the reported step->system"."""
        hop = f"{self.owner(told[1])}->{system}"
        return Divergence(system, kind, self.statuses.get(system), expected, told[0], hop)


def reports(events: Sequence[Event], known: Facts, rules: Rules) -> Reports:
    """The reports of the current cycle; a system without known status has no steps.

    The `channel` whose entry counts is the order's, from whatever cycle. Under `on_regress: ignore` no status
    goes back, so no system regresses.
    """
    by_system: dict[str, list[Event]] = {}
    for event in known.cycle:
        if event.system is not None:
            by_system.setdefault(event.system, []).append(event)
    entry = rules.entry.get(last_stated(events, "channel") or "", known.policy.start)
    return Reports(
        rules=rules,
        steps={
            name: [
                (event.occurred_at, step) for event in by_system[name] if (step := rules.step(event.status)) is not None
            ]
            for name in sorted(by_system)
        },
        cancels={
            name: min(event.occurred_at for event in own if event.cancels)
            for name, own in by_system.items()
            if any(event.cancels for event in own)
        },
        statuses={name: last_status(own, rules, known.policy) for name, own in by_system.items()},
        floor=rules.step_of(entry),
        goes_back=known.policy.on_regress != "ignore",
    )


def divergences(told: Reports, now: int) -> list[Divergence]:
    """§3.2: every row that the order shows at `now`."""
    ahead = [row for name in told.steps for row in _ahead(told, name, now)]
    taken = {row.expected for row in ahead}
    rows = _first_per_system(ahead)
    for name in sorted({owner for owner in told.rules.owners.values() if owner} | told.rules.mirrors):
        rows += _behind(told, name, taken, now)
    for name in told.steps:
        rows += _contradicting(told, name) + _regressed(told, name, now)
    return rows


def _behind(told: Reports, system: str, taken: set[str], now: int) -> list[Divergence]:
    kind = "behind" if system in told.steps else "lost"
    for step in range(told.floor, len(told.rules.owners)):
        owes = told.owner(step) == system or system in told.rules.mirrors
        if not owes or system in told.cancels or told.reported(system, step):
            continue
        if kind == "behind" and told.owner(step) == system and told.name(step) in taken:
            continue
        other = told.first(system, step)
        if other is not None and told.late(other[0], now):
            return [told.row(system, kind, told.name(step), other)]
    return []


def _ahead(told: Reports, system: str, now: int) -> list[Divergence]:
    rows = []
    for step in sorted({step for _, step in told.steps[system] if step >= told.floor}):
        owner = told.owner(step)
        own = min(report for report in told.steps[system] if report[1] == step)
        if owner in {None, system} or owner in told.cancels or told.reported(str(owner), step):
            continue
        if told.late(own[0], now):
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


def _regressed(told: Reports, system: str, now: int) -> list[Divergence]:
    reached, back = -1, None
    for report in told.steps[system]:
        if report[1] >= reached:
            reached, back = report[1], None
        elif back is None:
            back = report
    if back is None or not told.goes_back or system in told.cancels or not told.late(back[0], now):
        return []
    return [told.row(system, "regressed", told.name(reached), back)]
