"""§3 up to the verdict: what a set of events says about one order, told from scratch for every prefix."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from tests.oracle.decoding import TYPES, Event, canonical_event
from tests.oracle.holds import Hold, holds, moved
from tests.oracle.policies import cycles, moving, policy_of
from tests.oracle.rules import CANCELLED, Policy, Rules, Stage

HALF_KEPT = 128

TYPE_RANK = {name: rank for rank, name in enumerate(TYPES)}


@dataclass(frozen=True)
class Promise:
    """The dates of an order, holds aside: §3, "Promise"."""

    original_due_at: int | None
    default: int | None
    stated: int | None
    revisions: int

    @property
    def due_at(self) -> int | None:
        """The date in force, where holds move nothing."""
        return self.default if self.stated is None else self.stated


@dataclass(frozen=True)
class Visit:
    """One stay in a stage: §3, "Stages"."""

    stage: Stage
    entered_at: int
    left_at: int | None
    holds: Sequence[Hold] = ()

    @cached_property
    def due_at(self) -> int:
        """Entered + budget on the stage's calendar, where holds move nothing."""
        return self.stage.calendar.forward(self.entered_at, self.stage.budget)

    def due(self, x: int) -> int:
        """The same with the holds up to x, or to the instant it was left; `holds` is empty where none pauses."""
        until = x if self.left_at is None else min(x, self.left_at)
        return moved(self.due_at, self.entered_at, self.stage.calendar, self.holds, until)

    def overdue(self, x: int) -> bool:
        """§3: "Overdue when (left or now) - entered > budget"."""
        return (x if self.left_at is None else self.left_at) > self.due(x)

    def paused(self, x: int) -> bool:
        """Whether a hold stops this clock at x."""
        return self.left_at is None and any(hold.covers(x) for hold in self.holds)


@dataclass(frozen=True)
class Facts:
    """What the events of a prefix say, whatever the time is; of several cycles the last one's, but all visits."""

    policy: Policy
    cycle: Sequence[Event]
    started_at: int | None
    finished_at: int | None
    cancelled_at: int | None
    promise: Promise
    visits: tuple[Visit, ...]
    holds: Sequence[Hold]

    @property
    def open(self) -> bool:
        """Neither finished nor cancelled."""
        return self.finished_at is None and self.cancelled_at is None

    @property
    def ended_at(self) -> int | None:
        """When the order finished or was cancelled."""
        return self.cancelled_at if self.finished_at is None else self.finished_at

    def due_at(self, x: int) -> int | None:
        """§3.1: the date in force at x: "A stated date is a date: holds do not move it"; the default may move."""
        promise, until = self.promise, x if self.ended_at is None else min(x, self.ended_at)
        if promise.stated is not None or promise.default is None or self.started_at is None:
            return promise.due_at
        return moved(promise.default, self.started_at, self.policy.calendar, self._pausing, until)

    def warned_at(self, x: int) -> int | None:
        """The date in force at x less `warn_before`."""
        due = self.due_at(x)
        return None if due is None else self.policy.calendar.backward(due, self.policy.warn_before)

    def paused(self, x: int) -> bool:
        """Whether a hold stops the promise's clock at x, whatever date is in force; an ended order has no clock."""
        return self.open and any(hold.covers(x) for hold in self._pausing)

    @property
    def _pausing(self) -> Sequence[Hold]:
        return self.holds if "promise" in self.policy.pauses else ()


def in_order(events: Iterable[Event], rules: Rules) -> list[Event]:
    """§3, "Events count in this order", each distinct one once; CANCELLED stands right after the last step.

    "`occurred_at`, step (unknown last), type, `promised_at` (none first), canonical JSON …"
    """

    def place(event: Event) -> tuple[int, int, int, int]:
        step = rules.step(event.status)
        if step is None:
            step = len(rules.owners) + (0 if event.cancels else 1)
        promised = -1 if event.promised_at is None else event.promised_at
        return event.occurred_at, step, TYPE_RANK[event.type], promised

    ordered: list[Event] = []
    for _, tied in groupby(sorted(set(events), key=place), key=place):
        level = list(tied)
        ordered += sorted(level, key=canonical_event) if len(level) > 1 else level
    return ordered


def bounded(events: Sequence[Event]) -> tuple[Sequence[Event], bool]:
    """§3: "of each type, the first 128 and the last 128 distinct events of an order in that order count"."""
    if len(events) <= 2 * HALF_KEPT:
        return events, False
    kept: list[Event] = []
    truncated = False
    for kind in TYPES:
        same = [event for event in events if event.type == kind]
        if len(same) > 2 * HALF_KEPT:
            truncated = True
            same = same[:HALF_KEPT] + same[-HALF_KEPT:]
        kept += same
    counted = set(kept)
    return [event for event in events if event in counted], truncated


def last_status(events: Sequence[Event], rules: Rules, policy: Policy) -> str | None:
    """§3, `status`: "that of the status event with the latest `occurred_at` (ties: the later step)".

    "`CANCELLED` once cancelled. Unknown statuses … move nothing; with nothing else it is `null`." The events are
    in order, so the last one that moves the status is the latest.
    """
    if any(event.cancels for event in events):
        return CANCELLED
    known = moving(events, rules, policy)
    return rules.names[known[-1][1]] if known else None


def last_stated(events: Sequence[Event], name: str) -> str | None:
    """§3: "`channel`, `client_*`, `manager_id`: as last stated (ties: the greater text)"."""
    stated = [(event.occurred_at, value) for event in events if (value := getattr(event, name)) is not None]
    return max(stated)[1] if stated else None


def started_at(events: Sequence[Event], rules: Rules, policy: Policy) -> int | None:
    """§3, "Clock: starts at the first `SUBMITTED`".

    "An order without one but with a status past it … starts at its first such event."
    """
    start = rules.step_of(policy.start)
    steps = [(event.occurred_at, step) for event in events if (step := rules.step(event.status)) is not None]
    first = [when for when, step in steps if step == start] or [when for when, step in steps if step > start]
    return min(first, default=None)


def ended_at(events: Sequence[Event], rules: Rules, policy: Policy) -> tuple[int | None, int | None]:
    """§3, "End": (`finished_at`, when it was cancelled), of which "the earlier decides (tie: finished)"."""
    stops = [
        event.occurred_at
        for event in events
        if event.status in policy.stop and (policy.stop_from == "any" or event.system == rules.owners.get(event.status))
    ]
    finished = min(stops, default=None)
    cancelled = min((event.occurred_at for event in events if event.cancels), default=None)
    if finished is not None and cancelled is not None:
        return (finished, None) if finished <= cancelled else (None, cancelled)
    return finished, cancelled


def counting(events: Sequence[Event], finished: int | None) -> list[tuple[int, int]]:
    """§3: "A stated `promised_at` counts when it differs from the last one the same system stated".

    "Stated after the order finished: … without effect." Gives (stated at, date) in the order of the events.
    """
    last: dict[str | None, int] = {}
    statements = []
    for event in events:
        if event.promised_at is None or (finished is not None and event.occurred_at > finished):
            continue
        if last.get(event.system) != event.promised_at:
            statements.append((event.occurred_at, event.promised_at))
        last[event.system] = event.promised_at
    return statements


def default_date(start: int, policy: Policy) -> int:
    """§3: "start + `sla.promise.duration` … on the configured calendar"; §3.1 `round: end_of_day`."""
    due = policy.calendar.forward(start, policy.promised_within)
    return policy.calendar.end_of_day(due) if policy.end_of_day else due


def promise(
    default: int | None,
    default_at: Callable[[int], int | None],
    statements: Sequence[tuple[int, int]],
    policy: Policy,
) -> Promise:
    """§3, "Promise": the dates, from the default and the statements that count.

    "`original_due_at` = the first that counts, unless it was stated after the default had passed; else the
    default. `due_at` = the last that counts, else the default. `revisions` = how often the date in force was
    changed by a stated one, the first statement not counted unless the default had passed." Whether the default
    had passed is asked of the date in force, which holds move (`default_at`); `original_due_at` they don't move.
    A statement over `max_extensions` or beyond original + `max_extension` has no effect.
    """
    original: int | None = None
    stated: int | None = None
    revisions = extensions = 0
    for at, date in statements:
        in_force = default_at(at) if stated is None else stated
        base = default if original is None else original
        if stated is None and (base is None or in_force is None or at <= in_force):
            original = stated = date
            continue
        assert base is not None
        assert in_force is not None
        furthest = date if policy.max_extension is None else policy.calendar.forward(base, policy.max_extension)
        too_many = policy.max_extensions is not None and extensions >= policy.max_extensions
        if date > in_force and (too_many or date > furthest):
            continue
        revisions += date != in_force
        extensions += date > in_force
        original, stated = base, date
    return Promise(default if original is None else original, default, stated, revisions)


def visits(told: Sequence[Sequence[Event]], stage: Stage, rules: Rules, policy: Policy) -> list[tuple[int, int | None]]:
    """§3, "Stages": "entered at a `from` event while not in the stage"; (entered, left) of every cycle.

    "Left at the next status event at `to` or beyond it, or at the end of the order." Nothing is entered after
    the end of a cycle. A new cycle leaves no stage by itself.
    """
    source, target = rules.step_of(stage.source), rules.step_of(stage.target)
    counted = {id(event) for event, _ in moving([event for cycle in told for event in cycle], rules, policy)}
    made: list[tuple[int, int | None]] = []
    entered: int | None = None
    for cycle in told:
        finished, cancelled = ended_at(cycle, rules, policy)
        end = cancelled if finished is None else finished
        for event in cycle:
            step = rules.step(event.status)
            if step is None or id(event) not in counted or (end is not None and event.occurred_at > end):
                continue
            if entered is None and step == source:
                entered = event.occurred_at
            elif entered is not None and step >= target:
                made.append((entered, event.occurred_at))
                entered = None
            if event.occurred_at == end and (event.cancels or event.status in policy.stop):
                break  # what comes behind the end in the order of events is behind it
        if entered is not None and end is not None:
            made.append((entered, end))
            entered = None
    return made if entered is None else [*made, (entered, None)]


def facts(events: Sequence[Event], rules: Rules) -> Facts:
    """§3: all of the above of the events given, which are in order and have all happened."""
    policy = policy_of(events, rules)
    told = cycles(events, rules, policy)
    start, (finished, cancelled) = started_at(told[-1], rules, policy), ended_at(told[-1], rules, policy)
    held = holds(events, cancelled if finished is None else finished, rules, policy)
    default = None if start is None else default_date(start, policy)
    pausing = held if "promise" in policy.pauses else []

    def default_at(x: int) -> int | None:
        if start is None or default is None:
            return None
        end = cancelled if finished is None else finished
        return moved(default, start, policy.calendar, pausing, x if end is None else min(x, end))

    return Facts(
        policy=policy,
        cycle=told[-1],
        started_at=start,
        finished_at=finished,
        cancelled_at=cancelled,
        promise=promise(default, default_at, counting(told[-1], finished), policy),
        visits=tuple(
            Visit(stage, entered, left, held if "stages" in policy.pauses else ())
            for stage in policy.stages
            for entered, left in visits(told, stage, rules, policy)
        ),
        holds=held,
    )


def verdict(known: Facts, now: int) -> str:
    """§3, `verdict`: "At the very instant of a deadline the order is still in time".

    An order without any date has not started; a cart with a date is judged by it.
    """
    due, warned = known.due_at(now), known.warned_at(now)
    if known.cancelled_at is not None:
        return "cancelled"
    if due is None or warned is None:
        return "not_started"
    if known.finished_at is not None:
        return "kept" if known.finished_at <= due else "broken"
    if now > due:
        return "breached"
    return "at_risk" if now >= warned else "on_track"
