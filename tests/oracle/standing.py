"""§4, what stands: every instant up to now is asked, from what had happened by it, what was true then.

Time is continuous and the grid is finite, yet nothing is missed: between two neighbouring events (a stretch) the
facts do not change, each clock that no hold pauses has one due time, and every deadline is asked at itself and
half a microsecond behind it; a clock that is paused "gives no new notice". A condition that is true strictly
after a deadline first shows on the odd tick behind it, so the instant at which it "became true" is that tick
rounded down to the microsecond.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.oracle.decoding import Event
from tests.oracle.history import Facts, bounded, in_order, started_at, verdict
from tests.oracle.instants import MICROSECOND
from tests.oracle.policies import cycles, policy_of
from tests.oracle.rules import DEFAULT, Rules
from tests.oracle.stretches import Stretch, stretches

VERDICT_KINDS = {"at_risk": "at_risk", "breached": "breached", "broken": "finished_late"}

Identity = tuple[str, str, str | None, int | None, tuple[str, str, str] | None]


@dataclass(frozen=True)
class Notice:
    """One standing notice; `divergence` is (system, kind, expected), `identity` "uses the due without holds"."""

    order_id: str
    kind: str
    due_at: int | None
    at: int
    stage: str | None = None
    divergence: tuple[str, str, str] | None = None
    due_without_holds: int | None = None

    @property
    def identity(self) -> Identity:
        """§4: "One per (order, kind, due)", also per stage; for `divergence` system, kind and step."""
        return self.order_id, self.kind, self.stage, self.due_without_holds, self.divergence


def standing(events: Iterable[Event], now: int, rules: Rules = DEFAULT) -> list[Notice]:
    """§4, **Standing**: in the order of `at`, for the events of one order or of many.

    "The notices whose condition became true in the order's history as known now (§3), up to `now`."
    """
    by_order: dict[str, list[Event]] = {}
    for event in events:
        by_order.setdefault(event.order_id, []).append(event)
    found: list[Notice] = []
    for order_id in sorted(by_order):
        own, _ = bounded(in_order(by_order[order_id], rules))
        found += standing_in(own, stretches(own, now, rules), now, rules)
    return sorted(found, key=placed)


def placed(notice: Notice) -> tuple[int, str, str, str]:
    """By what notices are ordered: `at` first."""
    return notice.at, notice.order_id, notice.kind, str(notice.identity)


def standing_in(own: Sequence[Event], pieces: Iterable[Stretch], now: int, rules: Rules) -> list[Notice]:
    """Of one order, whose events are in order, and of its life in stretches."""
    earliest: dict[Identity, Notice] = {}
    unsaid: set[Identity] = set()
    past = [event for event in own if event.occurred_at <= now]
    for stretch in pieces:
        is_enforced = enforced(past, stretch, rules)
        for notice in became_true(stretch):
            if is_enforced:
                earliest.setdefault(notice.identity, notice)
            elif notice.kind == "stage_overdue":  # it may go on into a cycle that gives notices
                unsaid.add(notice.identity)
    return [notice for identity, notice in earliest.items() if identity not in unsaid]


def enforced(past: Sequence[Event], stretch: Stretch, rules: Rules) -> bool:
    """§3.1: "Orders started strictly before `enforce_from` give no notice of any kind", by the start as known now.

    Of several cycles each gives notices by its own start.
    """
    if rules.enforce_from is None or not past:
        return True
    policy = policy_of(past, rules)
    cycle = cycles(past, rules, policy)[len(cycles(stretch.prefix, rules, policy)) - 1]
    start = started_at(cycle, rules, policy)
    return start is None or start >= rules.enforce_from


def became_true(stretch: Stretch) -> Iterator[Notice]:
    """The notices whose conditions hold somewhere in the stretch, the earliest instant first.

    Of a divergence, "after the end of the order … no new notice".
    """
    known = stretch.known
    order_id = stretch.prefix[0].order_id
    for x in stretch.near(deadlines(known, stretch.since)):
        yield from _of_promise(order_id, known, x)
        yield from _of_stages(order_id, known, x, stretch.since)
    if known.open:
        for _, rows in stretch.rows:
            for row in rows:
                at = row.since + stretch.rules.allowed_skew
                named = (row.system, row.kind, row.expected)
                yield Notice(order_id, "divergence", None, at, divergence=named)


def _of_promise(order_id: str, known: Facts, x: int) -> Iterator[Notice]:
    """`at_risk` "stands if the order was open at max(stated, due - warn) and that lies before the due date"."""
    kind, due = VERDICT_KINDS.get(verdict(known, x)), known.due_at(x)
    if kind is None or due is None or known.paused(x) or (kind == "at_risk" and x >= due):
        return
    yield Notice(order_id, kind, due, x - x % MICROSECOND, due_without_holds=known.promise.due_at)


def _of_stages(order_id: str, known: Facts, x: int, since: int) -> Iterator[Notice]:
    """A stage that had been left before gives no notice, even where a policy of which slamon learns later says so."""
    for visit in known.visits:
        if visit.left_at is not None and visit.left_at <= since:
            continue
        if visit.overdue(x) and not visit.paused(x):
            at, due = x - x % MICROSECOND, visit.due(x)
            yield Notice(order_id, "stage_overdue", due, at, stage=visit.stage.source, due_without_holds=visit.due_at)


def deadlines(known: Facts, x: int) -> set[int]:
    """Every deadline that a prefix of the history knows of at x: d, d - warn, and entered + budget."""
    of_promise = {known.due_at(x), known.warned_at(x)}
    return {due for due in of_promise if due is not None} | {visit.due(x) for visit in known.visits}
