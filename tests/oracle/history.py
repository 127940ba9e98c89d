"""§3 up to the verdict: what a set of events says about one order, told from scratch for every prefix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.oracle.decoding import TYPES, Event, canonical_event
from tests.oracle.rules import CANCELLED, Rules, Stage

HALF_KEPT = 128

TYPE_RANK = {name: rank for rank, name in enumerate(TYPES)}


@dataclass(frozen=True)
class Promise:
    """The dates of an order: §3, "Promise"."""

    original_due_at: int | None
    due_at: int | None
    revisions: int


@dataclass(frozen=True)
class Visit:
    """One stay in a stage: §3, "Stages"."""

    stage: Stage
    entered_at: int
    left_at: int | None

    def overdue(self, now: int) -> bool:
        """§3: "Overdue when (left or now) - entered > budget"."""
        return (now if self.left_at is None else self.left_at) - self.entered_at > self.stage.budget


@dataclass(frozen=True)
class Facts:
    """What the events of a prefix say, whatever the time is."""

    started_at: int | None
    finished_at: int | None
    cancelled_at: int | None
    promise: Promise
    visits: tuple[Visit, ...]

    @property
    def open(self) -> bool:
        """Neither finished nor cancelled."""
        return self.finished_at is None and self.cancelled_at is None


def in_order(events: Iterable[Event], rules: Rules) -> list[Event]:
    """§3, "Events count in this order", each distinct one once; CANCELLED stands right after the last step.

    "`occurred_at`, step (unknown last), type, `promised_at` (none first), canonical JSON …"
    """

    def place(event: Event) -> tuple[int, int, int, int, str]:
        step = rules.step(event.status)
        if step is None:
            step = len(rules.owners) + (0 if event.cancels else 1)
        promised = -1 if event.promised_at is None else event.promised_at
        return event.occurred_at, step, TYPE_RANK[event.type], promised, canonical_event(event)

    return sorted(set(events), key=place)


def bounded(events: Sequence[Event]) -> tuple[list[Event], bool]:
    """§3: "of each type, the first 128 and the last 128 distinct events of an order in that order count"."""
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


def last_status(events: Sequence[Event], rules: Rules) -> str | None:
    """§3, `status`: "that of the status event with the latest `occurred_at` (ties: the later step)".

    "`CANCELLED` once cancelled. Unknown statuses … move nothing; with nothing else it is `null`."
    """
    if any(event.cancels for event in events):
        return CANCELLED
    known = [(event.occurred_at, step) for event in events if (step := rules.step(event.status)) is not None]
    return list(rules.owners)[max(known)[1]] if known else None


def last_stated(events: Sequence[Event], name: str) -> str | None:
    """§3: "`channel`, `client_*`, `manager_id`: as last stated (ties: the greater text)"."""
    stated = [(event.occurred_at, value) for event in events if (value := getattr(event, name)) is not None]
    return max(stated)[1] if stated else None


def started_at(events: Sequence[Event], rules: Rules) -> int | None:
    """§3, "Clock: starts at the first `SUBMITTED`".

    "An order without one but with a status past it … starts at its first such event."
    """
    start = rules.step_of(rules.start)
    steps = [(event.occurred_at, step) for event in events if (step := rules.step(event.status)) is not None]
    first = [when for when, step in steps if step == start] or [when for when, step in steps if step > start]
    return min(first, default=None)


def ended_at(events: Sequence[Event], rules: Rules) -> tuple[int | None, int | None]:
    """§3, "End": (`finished_at`, when it was cancelled), of which "the earlier decides (tie: finished)"."""
    stops = [
        event.occurred_at
        for event in events
        if event.status in rules.stop and (rules.stop_from == "any" or event.system == rules.owners.get(event.status))
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


def promise(default: int | None, statements: Sequence[tuple[int, int]]) -> Promise:
    """§3, "Promise": the dates, from the default and the statements that count.

    "`original_due_at` = the first that counts, unless it was stated after the default had passed; else the
    default. `due_at` = the last that counts, else the default. `revisions` = how often the date in force was
    changed by a stated one, the first statement not counted unless the default had passed."
    """
    if not statements:
        return Promise(default, default, 0)
    stated_at, first = statements[0]
    default_had_passed = default is not None and stated_at > default
    original = default if default_had_passed else first
    in_force, revisions = original, 0
    for _, date in statements:
        if date != in_force:
            revisions += 1
        in_force = date
    return Promise(original, in_force, revisions)


def visits(events: Sequence[Event], stage: Stage, end: int | None, rules: Rules) -> list[Visit]:
    """§3, "Stages": "entered at a `from` event while not in the stage".

    "Left at the next status event at `to` or beyond it, or at the end of the order." Nothing is entered after
    the end.
    """
    source, target = rules.step_of(stage.source), rules.step_of(stage.target)
    made: list[Visit] = []
    entered: int | None = None
    for event in events:
        step = rules.step(event.status)
        if step is None or (end is not None and event.occurred_at > end):
            continue
        if entered is None and step == source:
            entered = event.occurred_at
        elif entered is not None and step >= target:
            made.append(Visit(stage, entered, event.occurred_at))
            entered = None
    if entered is not None:
        made.append(Visit(stage, entered, end))
    return made


def facts(events: Sequence[Event], rules: Rules) -> Facts:
    """§3: all of the above of the events given, which are in order and have all happened."""
    start = started_at(events, rules)
    finished, cancelled = ended_at(events, rules)
    end = finished if finished is not None else cancelled
    return Facts(
        started_at=start,
        finished_at=finished,
        cancelled_at=cancelled,
        promise=promise(None if start is None else start + rules.promised_within, counting(events, finished)),
        visits=tuple(visit for stage in rules.stages for visit in visits(events, stage, end, rules)),
    )


def verdict(known: Facts, now: int, rules: Rules) -> str:
    """§3, `verdict`: "At the very instant of a deadline the order is still in time".

    An order without any date has not started; a cart with a date is judged by it.
    """
    due = known.promise.due_at
    if known.cancelled_at is not None:
        return "cancelled"
    if due is None:
        return "not_started"
    if known.finished_at is not None:
        return "kept" if known.finished_at <= due else "broken"
    if now > due:
        return "breached"
    return "at_risk" if now >= due - rules.warn_before else "on_track"
