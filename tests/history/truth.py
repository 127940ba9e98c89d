"""What is true of an order of the generated history, by what was decided when it was made."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.history import ruler
from tests.history.shop import (
    APPROVED,
    COMPLETED,
    DAY,
    ENFORCED,
    HOUR,
    MINUTE,
    PRICE,
    SHIPPED,
    SKEW,
    STARTED,
    STEPS,
    SUBMITTED,
)

Span = tuple[int, int | None]
Stage = tuple[int, int, int]
"""From, to, budget."""

STAGES: tuple[Stage, ...] = (
    (SUBMITTED, PRICE, 30 * MINUTE),
    (PRICE, APPROVED, 2 * DAY),
    (APPROVED, STARTED, DAY),
    (STARTED, COMPLETED, 10 * DAY),
    (COMPLETED, SHIPPED, 2 * DAY),
)
RUSH_STAGES: tuple[Stage, ...] = ((APPROVED, STARTED, 4 * HOUR), (STARTED, COMPLETED, 4 * HOUR))
"""On the workshop's calendar; the second after two working days."""
PAUSING = {"rush", "b2b", "press"}


@dataclass(frozen=True)
class Planted:
    """A disagreement of two systems: true from `since` on, until `until` (None: for good)."""

    system: str
    kind: str
    expected: str
    since: int
    until: int | None

    @property
    def named(self) -> tuple[str, str, str]:
        """As rows and notices name it."""
        return self.system, self.kind, self.expected

    @property
    def shown_after(self) -> int:
        """The last instant at which it is not yet shown."""
        return self.since - 1 if self.kind == "contradicting" else self.since + SKEW

    def is_shown(self, at: int) -> bool:
        """Whether it is a row of the order at an instant."""
        return self.shown_after < at and (self.until is None or at < self.until)


@dataclass
class Life:
    """What was decided of an order: who reports what when, and what stands against it."""

    order_id: str
    channel: str
    policy: str | None
    rush: bool
    plot: str = "plain"
    reports: list[tuple[int, str, int]] = field(default_factory=list)
    holds: list[tuple[str, int, int | None]] = field(default_factory=list)
    statements: list[tuple[int, str, int, bool]] = field(default_factory=list)
    """(stated at, system, date, whether it counts)."""
    cancelled: tuple[int, str] | None = None
    planted: list[Planted] = field(default_factory=list)
    restarted: int | None = None
    """When it was submitted again, which opens a new promise."""
    meant: str | None = None
    """The verdict that it was made to end with; None where that was left open."""

    @property
    def start_step(self) -> int:
        """Where its clock starts."""
        return APPROVED if self.policy == "rush" else SUBMITTED

    @property
    def floor(self) -> int:
        """The first step that any system is expected to report."""
        return PRICE if self.channel == "b2b" else self.start_step


@dataclass(frozen=True)
class Truth:
    """What must come out at one instant; instants are microseconds since 1970."""

    verdicts: frozenset[str]
    started_at: int | None
    finished_at: int | None
    original_due_at: int | None
    due_at: int | None
    revisions: int
    holds: list[Span]
    held: int
    rows: frozenset[tuple[str, str, str]]
    notices: frozenset[tuple[str, ...]]
    """(kind, at) of breached and finished_late, (kind, stage, at), (divergence, system, kind, expected, at)."""


def default_due(policy: str | None, start: int) -> int:
    """The date that a policy gives without any promise."""
    if policy == "rush":
        return ruler.working_days(start, 5)
    if policy == "b2b":
        return ruler.end_of_day(ruler.working_days(start, 15))
    return start + (14 if policy == "key" else 21) * DAY


def start_of(life: Life, now: int) -> int | None:
    """When the clock started, as far as anybody knew; anew with a new promise."""
    if life.restarted is not None and life.restarted <= now:
        return life.restarted
    first = [at for at, _, step in life.reports if at <= now and step == life.start_step]
    return min(first or [at for at, _, step in life.reports if at <= now and step > life.start_step], default=None)


def held_windows(life: Life, now: int, end: int | None) -> list[Span]:
    """Every hold as far as known, overlapping ones as one."""
    spans = [(since, until) for _, since, until in life.holds]
    if life.policy == "b2b":
        priced = min(at for at, _, step in life.reports if step == PRICE)
        spans.append((priced, min((at for at, _, step in life.reports if step == APPROVED), default=None)))
    merged: list[Span] = []
    for since, released in sorted(spans, key=lambda span: span[0]):
        if since > now:
            continue
        until = end if released is None or released > now else released
        last = merged[-1] if merged else None
        if last is None or (last[1] is not None and last[1] < since):
            merged.append((since, until))
        elif last[1] is not None:
            merged[-1] = last[0], None if until is None else max(last[1], until)
    return merged


def moved(due: int, start: int, windows: list[Span], until: int, *, workshop: bool) -> int:
    """A due time moved by the time held after the start, of which the workshop's clock counts its own."""
    for since, released in windows:
        begun, ended = max(since, start), until if released is None else min(released, until)
        if begun >= ended or due < begun:
            continue
        if not workshop:
            due = due + ended - begun if due > begun else max(due, ended)
        elif ruler.open_time(begun, due) == 0:
            due = max(due, ended)
        else:
            due = ruler.after(due, ruler.open_time(begun, ended))
    return due


def truth_of(life: Life, now: int) -> Truth:
    """What must come out for an order at an instant."""
    start = start_of(life, now)
    finish = min((at for at, _, step in life.reports if step >= SHIPPED and at <= now), default=None)
    cancel = life.cancelled[0] if life.cancelled and life.cancelled[0] <= now else None
    if cancel is not None and (finish is None or cancel < finish):
        finish = None
    else:
        cancel = None
    end = cancel if finish is None else finish
    until = now if end is None else end
    windows = held_windows(life, now, end)
    paused = windows if life.policy in PAUSING else []
    stated = [date for at, _, date, counts in life.statements if counts and at <= now]
    default = due = None
    if start is not None:
        default = default_due(life.policy, start)
        due = moved(default, start, paused, until, workshop=life.policy in {"rush", "b2b"})
    if stated:
        due = stated[-1]
    notices: set[tuple[str, ...]] = set()
    if start is None or start >= ENFORCED:
        notices |= {("stage_overdue", stage, str(at)) for stage, at in _overdue(life, now, end, paused)}
        for planted in life.planted:
            if planted.kind != "contradicting" and planted.shown_after < min(until, planted.until or until):
                notices.add(("divergence", *planted.named, str(planted.shown_after)))
        if due is not None and until > due:
            notices.add(("breached", str(due)))
            notices |= set() if finish is None else {("finished_late", str(finish))}
    return Truth(
        verdicts=frozenset({life.meant} if life.meant and finish else _verdicts(due, finish, cancel, now)),
        started_at=start,
        finished_at=finish,
        original_due_at=stated[0] if stated else default,
        due_at=due,
        revisions=max(0, len(stated) - 1),
        holds=windows,
        held=0 if start is None else sum(_clipped(windows, start, until)),
        rows=frozenset(planted.named for planted in life.planted if planted.is_shown(now)),
        notices=frozenset(notices),
    )


def _verdicts(due: int | None, finish: int | None, cancel: int | None, now: int) -> set[str]:
    if cancel is not None:
        return {"cancelled"}
    if due is None:
        return {"not_started"}
    if finish is not None:
        return {"kept" if finish <= due else "broken"}
    return {"breached"} if now > due else {"at_risk", "on_track"}


def _clipped(windows: list[Span], start: int, end: int) -> Iterator[int]:
    for since, until in windows:
        yield max(0, (end if until is None else min(until, end)) - max(since, start))


def _overdue(life: Life, now: int, end: int | None, paused: list[Span]) -> Iterator[tuple[str, int]]:
    """(stage, when its time was up) of every stay that lasted longer."""
    for place, (source, target, budget) in enumerate(RUSH_STAGES if life.policy == "rush" else STAGES):
        for entered, left in _visits(life, (source, target), now, end):
            due = entered + budget
            if life.policy == "rush":
                due = ruler.after(ruler.working_days(entered, 2) if place else entered, budget)
            until = now if left is None else left
            due = moved(due, entered, paused, until, workshop=life.policy == "rush")
            if until > due:
                yield STEPS[source], due


def _visits(life: Life, stage: tuple[int, int], now: int, end: int | None) -> Iterator[Span]:
    entered, highest = None, -1
    for at, _, step in sorted(life.reports, key=lambda report: (report[0], report[2])):
        if at > now or (end is not None and at > end) or (life.policy == "press" and step < highest):
            continue
        highest = max(highest, step)
        if entered is None and step == stage[0]:
            entered = at
        elif entered is not None and step >= stage[1]:
            yield entered, at
            entered = None
    if entered is not None:
        yield entered, end
