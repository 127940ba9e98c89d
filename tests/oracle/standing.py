"""§4, what stands: every instant up to now is asked, from what had happened by it, what was true then.

Time is continuous and the grid is finite, yet nothing is missed: between two neighbouring grid instants no
event happens and no deadline lies, and each candidate is asked at itself, half a microsecond and a whole one
to both sides. A condition that is true strictly after a deadline first shows on the odd tick behind it, so
the instant at which it "became true" is that tick rounded down to the microsecond.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.oracle.decoding import Event
from tests.oracle.divergence import divergences
from tests.oracle.history import Facts, bounded, facts, in_order, verdict
from tests.oracle.instants import MICROSECOND
from tests.oracle.rules import DEFAULT, Rules

VERDICT_KINDS = {"at_risk": "at_risk", "breached": "breached", "broken": "finished_late"}


@dataclass(frozen=True)
class Notice:
    """One standing notice; `divergence` is (system, kind, expected)."""

    order_id: str
    kind: str
    due_at: int | None
    at: int
    stage: str | None = None
    divergence: tuple[str, str, str] | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """§4: "One per (order, kind, due)", also per stage; for `divergence` system, kind and step."""
        return self.order_id, self.kind, self.stage, self.due_at, self.divergence


def standing(events: Iterable[Event], now: int, rules: Rules = DEFAULT) -> list[Notice]:
    """§4, **Standing**: in the order of `at`, for the events of one order or of many.

    "The notices whose condition became true in the order's history as known now (§3), up to `now`."
    """
    events = list(events)
    found = []
    for order_id in sorted({event.order_id for event in events}):
        own, _ = bounded(in_order((event for event in events if event.order_id == order_id), rules))
        found += _of_order(own, now, rules)
    return sorted(found, key=lambda notice: (notice.at, notice.order_id, notice.kind, str(notice.identity)))


def _of_order(events: Sequence[Event], now: int, rules: Rules) -> list[Notice]:
    earliest: dict[tuple[object, ...], Notice] = {}
    for x in grid(events, now, rules):
        for notice in true_at([event for event in events if event.occurred_at <= x], x, rules):
            earliest.setdefault(notice.identity, notice)
    return list(earliest.values())


def true_at(prefix: Sequence[Event], x: int, rules: Rules) -> Iterator[Notice]:
    """§4: the notices whose condition holds at the instant x, by what had happened up to x.

    `at_risk` "stands if the order was open at max(stated, due - warn) and that lies before the due date";
    `breached`, `finished_late` and `stage_overdue` are the verdicts and the overdue stages of §3;
    of a divergence, "after the end of the order … no new notice", and it comes "at `since` + `allowed_skew`".
    """
    if not prefix:
        return
    known, order_id, at = facts(prefix, rules), prefix[0].order_id, x - x % MICROSECOND
    kind, due = VERDICT_KINDS.get(verdict(known, x, rules)), known.promise.due_at
    if kind is not None and due is not None and (kind != "at_risk" or x < due):
        yield Notice(order_id, kind, due, at)
    for visit in known.visits:
        if visit.overdue(x):
            due = visit.entered_at + visit.stage.budget
            yield Notice(order_id, "stage_overdue", due, at, stage=visit.stage.source)
    if known.open:
        for row in divergences(prefix, rules, x):
            yield Notice(order_id, "divergence", None, at, divergence=(row.system, row.kind, row.expected))


def grid(events: Sequence[Event], now: int, rules: Rules) -> list[int]:
    """Every instant at which anything can begin or end to be true, each with its neighbours."""
    instants = {event.occurred_at for event in events}
    candidates = set(instants) | {now}
    candidates |= {instant + rules.allowed_skew for instant in instants}
    for instant in instants:
        prefix = [event for event in events if event.occurred_at <= instant]
        candidates |= deadlines(facts(prefix, rules), rules)
    near = {candidate + delta for candidate in candidates for delta in (-2, -1, 0, 1, 2)}
    return sorted(x for x in near if x <= now)


def deadlines(known: Facts, rules: Rules) -> set[int]:
    """Every deadline that a prefix of the history knows of: d, d - warn, and entered + budget."""
    due = known.promise.due_at
    of_stages = {visit.entered_at + visit.stage.budget for visit in known.visits}
    return of_stages if due is None else of_stages | {due, due - rules.warn_before}
