"""Notices that are about no order: what their row keeps, what they say, how they are shown (CONTRACT §4, §5). Pure."""

import msgspec

from slamon.notices.answers import Answer, answers_json
from slamon.notices.marks import Mark, take
from slamon.notices.notice import DeliveryState, NoticeKind, Severity, notice_id, severity_of
from slamon.notices.record import UNSETTLED, WAITING, Delivery
from slamon.notices.report import deliveries_json
from slamon.notices.routing import SLACK, Route, addressed
from slamon.notices.story import MOST_LINES, Line
from slamon.notices.words import UNKNOWN, date_words, name, span_words
from slamon.orders.event import Instant, Span, rfc3339
from slamon.sla.silence import Silent

VERSION = 1


class Silence(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A silence that is told: of a source that speaks for `system` (None: for any), and how many records it had."""

    source: str
    system: str | None
    since: Instant
    expected_by: Instant
    total: int


class SystemNotice(msgspec.Struct, array_like=True, gc=False):
    """One notice; it stands until `ended_at`.

    `began_at` tells it from others of its kind and subject; `said` are its words where it is about no silence, `over`
    those for its end. `about` is the incident that it tells of, `grade` how bad that is, apart from others by `stage`;
    `state` is what of it was told last. `turn` counts what the message has to say anew, `told` what it is known to say,
    `lines` are for its thread.
    """

    version: int
    kind: str
    subject: str
    began_at: Instant
    at: Instant
    decided_at: Instant
    silence: Silence | None = None
    ended_at: Instant | None = None
    deliveries: dict[str, Delivery] = {}
    said: str | None = None
    answers: list[Answer] | None = None
    over: str | None = None
    about: str | None = None
    grade: str | None = None
    stage: str | None = None
    state: str | None = None
    turn: int = 0
    told: int = 0
    lines: list[Line] = []

    @property
    def notice_id(self) -> str:
        """The notice's stable id: of its subject, its kind and when that which it is about began."""
        return notice_id(self.subject, NoticeKind(self.kind), stage=self.stage, due_at=self.began_at)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to send about it."""
        return all(delivery.state not in UNSETTLED for delivery in self.deliveries.values())


encode_notice = msgspec.msgpack.Encoder().encode
_decode_notice = msgspec.msgpack.Decoder(SystemNotice).decode


def decode_notice(stored: bytes) -> SystemNotice | None:
    """Read a stored notice; None for one of another version."""
    try:
        notice = _decode_notice(stored)
    except msgspec.DecodeError:
        return None
    return notice if notice.version == VERSION else None


def of_silence(silent: Silent, total: int, routes: tuple[Route, ...], now: Instant) -> SystemNotice:
    """The notice about a silence; true since the instant by which something was expected."""
    return SystemNotice(
        VERSION,
        NoticeKind.SOURCE_SILENT,
        silent.source,
        silent.since,
        silent.expected_by,
        now,
        Silence(silent.source, silent.system, silent.since, silent.expected_by, total),
        deliveries=addressed(routes, DeliveryState.PENDING, now),
    )


_REFUSALS = {
    "auth": "it refuses slamon's credentials. Mend the token or the secret",
    "not_found": "it is not there any more. Mend its address or channel",
}


def of_refusal(subject: str, reason: str, routes: tuple[Route, ...], now: Instant) -> SystemNotice:
    """The notice about a receiver that takes nothing any more; for all others."""
    why = _REFUSALS.get(reason, f"it refuses everything ({reason}). Mend its configuration")
    said = f"Notices do not get through to {subject}: {why} and restart slamon; what is due to it waits."
    told = addressed(routes, DeliveryState.PENDING, now)
    return SystemNotice(VERSION, NoticeKind.SERVICE, subject, now, now, now, deliveries=told, said=said)


def end(notice: SystemNotice, now: Instant, over: str | None = None) -> None:
    """It stands no more; whom it has not reached need not know. `over`: in which words."""
    notice.ended_at, notice.over = now, over
    say_anew(notice, over or f"Over since {date_words(now)}.")
    for delivery in notice.deliveries.values():
        if delivery.state in WAITING:
            delivery.state = DeliveryState.SUPERSEDED


def say_anew(notice: SystemNotice, line: str | None = None) -> None:
    """The message has something else to say; `line`: for its thread."""
    notice.turn += 1
    if line is not None:
        notice.lines = [*notice.lines, Line(notice.turn, line)][-MOST_LINES:]


def take_said(notice: SystemNotice, turn: int) -> bool:
    """Take a report of what the message says; returns whether it tells anything new."""
    if turn <= notice.told:
        return False
    notice.told = turn
    notice.lines = [line for line in notice.lines if line.turn > turn]
    return True


def message_of(notice: SystemNotice) -> Delivery | None:
    """Where its message can be changed, if it has something to say that it does not say yet."""
    delivery = notice.deliveries.get(SLACK)
    is_there = delivery is not None and delivery.state == DeliveryState.SENT and delivery.remote is not None
    return delivery if is_there and notice.told < notice.turn else None


def mark_system(notice: SystemNotice, report: Mark) -> bool:
    """Take a report about a delivery; returns whether anything changed."""
    return take(notice.deliveries.get(report.receiver), report)


def system_text(notice: SystemNotice, hold_at_most: Span) -> str:
    """The words of a notice, in one line."""
    silence = notice.silence
    if silence is None and notice.said is not None:
        if notice.ended_at is None:
            return notice.said
        return f"{notice.said} {notice.over or f'Over since {date_words(notice.ended_at)}.'}"
    if silence is None:
        return f"{notice.kind}: {name(notice.subject) or UNKNOWN}."
    source, since = name(silence.source) or UNKNOWN, date_words(silence.since)
    if notice.ended_at is not None:
        return f"Source {source} was silent from {since} to {date_words(notice.ended_at)}; it is heard again."
    told = f"Source {source} is silent: nothing was heard since {since}, expected by {date_words(silence.expected_by)}."
    whose = "its word" if silence.system is None else f"a word of {name(silence.system) or UNKNOWN}"
    if not hold_at_most:
        return f"{told} Orders that wait for {whose} may stand elsewhere than slamon knows."
    held = f"Notices about orders that wait for {whose} are held back, each for {span_words(hold_at_most)} at most."
    return f"{told} {held}"


def severity_in(notice: SystemNotice) -> Severity:
    """How much it asks of its reader: of its own incident where there is one, else as every notice of its kind."""
    return severity_of(NoticeKind(notice.kind)) if notice.grade is None else Severity(notice.grade)


def silence_json(notice: SystemNotice) -> dict[str, str | None] | None:
    """What is known of the silence; None for a notice about something else."""
    silence = notice.silence
    if silence is None:
        return None
    return {
        "source": silence.source,
        "system": silence.system,
        "since": rfc3339(silence.since),
        "expected_by": rfc3339(silence.expected_by),
        "ended_at": None if notice.ended_at is None else rfc3339(notice.ended_at),
    }


def system_json(notice: SystemNotice, hold_at_most: Span) -> dict[str, object]:
    """A notice in the shape of CONTRACT §5: `subject` instead of an order."""
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "order_id": None,
        "subject": notice.subject,
        "stage": None,
        "due_at": None,
        "severity": None if notice.grade is None else str(severity_in(notice)),
        "incident_id": notice.about,
        "at": rfc3339(notice.at),
        "decided_at": rfc3339(notice.decided_at),
        "standing": notice.ended_at is None,
        "retracts": None,
        "divergence": None,
        "silence": silence_json(notice),
        "text": system_text(notice, hold_at_most),
        **answers_json(notice.answers, notice.notice_id),
        "deliveries": deliveries_json(notice.deliveries, notice.decided_at),
    }
