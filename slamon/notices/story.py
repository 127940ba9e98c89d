"""The living message of an order: where it is, what it says, what its thread is told. Pure (CONTRACT §4 "Slack")."""

from collections.abc import Iterable, Iterator

import msgspec

from slamon.notices.answers import Answer
from slamon.notices.notice import DeliveryState
from slamon.notices.record import KIND_OF, WAITING, NoticeRecord
from slamon.notices.words import UNKNOWN, date_words
from slamon.orders.event import Instant
from slamon.sla.clock import NO_STEP, Clock, Due
from slamon.sla.rules import ClockRules

MOST_LINES = 12
"""Lines that wait for the thread; of more the oldest go."""

_RANK = {Due.FINISHED_LATE: 4, Due.BREACHED: 3, Due.AT_RISK: 2, Due.DIVERGENCE: 1, Due.STAGE_OVERDUE: 0}
_TOLD = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DIGESTED)


class Face(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the message is about: when any of it changes, it is edited."""

    step: int = NO_STEP
    due_at: Instant | None = None
    ended_at: Instant | None = None
    cancelled: bool = False
    standing: tuple[str, ...] = ()
    answers: int = 0
    lead: str | None = None
    """The notice under whose headline it stands."""


class Line(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One line for the thread, since which turn it waits."""

    turn: int
    text: str
    calls: bool = False
    """Whether it calls the people that the order concerns."""


class Story(msgspec.Struct, array_like=True, gc=False):
    """The living message of an order in a receiver's channel; kept in the order's row.

    `route` is the channel that it was sent to, `remote` the receiver's name of it (Slack: `channel id|ts`); `face` is
    what it has to say in `turn`, `told` the last turn that it is known to have said, `lines` what the thread waits for;
    `reminded_at` when what people were last reminded of was over.
    """

    receiver: str
    remote: str
    route: str | None = None
    face: Face = Face()
    turn: int = 0
    told: int = 0
    lines: list[Line] = []
    reminded_at: Instant | None = None

    @property
    def is_told(self) -> bool:
        """Whether the message says what it has to."""
        return self.told >= self.turn


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the outbox: the living message says what it had to say in `turn`."""

    receiver: str
    turn: int


def face_of(
    clock: Clock, records: Iterable[NoticeRecord], answers: Iterable[Answer] = (), receiver: str | None = None
) -> Face:
    """What the living message of an order at a `receiver` has to say now; None: it is not there yet."""
    known = tuple(records)
    standing = sorted(lead_of(r) for r in known if r.standing)
    lead = None if receiver is None else leading(known, clock, receiver)
    said = len(tuple(answers))
    shown = None if lead is None else lead_of(lead)
    return Face(clock.step, clock.due_at, clock.ended_at, clock.cancelled, tuple(standing), said, shown)


def lead_of(record: NoticeRecord) -> str:
    """How a face names a notice."""
    return f"{KIND_OF[record.kind]}@{record.due_at}"


def follow(story: Story, face: Face, more: Iterable[Line | str], rules: ClockRules) -> bool:
    """Let a story go on; returns whether there is anything new to say. `more`: lines that the face does not show."""
    lines = [*changes(story.face, face, rules), *more]
    if face == story.face and not lines:
        return False
    story.turn += 1
    story.face = face
    story.lines = [*story.lines, *(_said_in(story.turn, line) for line in lines)][-MOST_LINES:]
    return True


def _said_in(turn: int, line: Line | str) -> Line:
    return Line(turn, line) if isinstance(line, str) else Line(turn, line.text, line.calls)


def changes(before: Face, after: Face, rules: ClockRules) -> Iterator[str]:
    """What happened between two faces, a line each; what has a notice of its own is not repeated."""
    if after.ended_at is None and after.due_at != before.due_at and after.due_at is not None:
        was = "" if before.due_at is None else f" It was {date_words(before.due_at)}."
        yield f"New promise: {date_words(after.due_at)}.{was}"
    if after.cancelled and not before.cancelled:
        yield "The order was cancelled."
    elif after.ended_at is not None and before.ended_at is None:
        in_time = after.due_at is None or after.ended_at <= after.due_at
        if in_time:
            yield f"Finished on {date_words(after.ended_at)}, in time."
    elif before.ended_at is not None and after.ended_at is None:
        yield "It goes on after all."
    elif after.step != before.step and after.ended_at is None:
        statuses = rules.policy.lifecycle.statuses
        status = statuses[after.step] if 0 <= after.step < len(statuses) else UNKNOWN
        verb = "Moved on to" if after.step > before.step else "Went back to"
        yield f"{verb} {status}."


def leading(records: Iterable[NoticeRecord], clock: Clock, receiver: str) -> NoticeRecord | None:
    """The notice that the living message shows: the most serious one told that stands, of the date in force."""
    told = [r for r in records if receiver in r.deliveries and r.deliveries[receiver].state in _TOLD]
    standing = [record for record in told if record.standing]
    return max(standing or told, key=lambda record: _weight(record, clock), default=None)


def _weight(record: NoticeRecord, clock: Clock) -> tuple[bool, int, Instant]:
    of_a_past_date = record.kind in (Due.BREACHED, Due.AT_RISK, Due.FINISHED_LATE) and record.due_at != clock.due_at
    return not of_a_past_date, _RANK[Due(record.kind)], record.at


def keep_together(story: Story, records: Iterable[NoticeRecord]) -> None:
    """What is still to be told about an order goes where its living message is, whoever its manager is by now."""
    for record in records:
        for side in (record.deliveries, record.retraction or {}):
            delivery = side.get(story.receiver)
            if delivery is not None and delivery.state in WAITING:
                delivery.route = story.route


def take_told(story: Story | None, report: Told) -> bool:
    """Take a report of what the living message says; returns whether it tells anything new."""
    if story is None or story.receiver != report.receiver or report.turn <= story.told:
        return False
    story.told = report.turn
    story.lines = [line for line in story.lines if line.turn > report.turn]
    return True
