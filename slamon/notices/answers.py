"""What people answered to notices, as a row keeps it, and what follows from it (CONTRACT §4 "Answers"). Pure."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from slamon.notices.words import UNKNOWN, date_words, name
from slamon.orders.event import EventType, Instant, Span, rfc3339

MOST_ANSWERS = 64
"""So many answers are kept for one order; then the oldest go. The topic of answers has them all."""

_REASON_SHOWN = 200


class Action(StrEnum):
    """What somebody answered."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    PROMISE = "promise"
    TOLD = "told"
    NOT_OURS = "not_ours"


NEEDS: dict[str, str] = {Action.SNOOZE: "until", Action.PROMISE: "promised_at"}
"""The time that an action can't do without."""


class Answer(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer; `via` is the way it came: `api`, `cli`, `slack`.

    `nonce` is what the sender calls this very press: a repeat with the same one is the same answer, however much later
    it comes.
    """

    notice_id: str
    action: str
    by: str
    at: Instant
    until: Instant | None = None
    promised_at: Instant | None = None
    reason: str | None = None
    via: str = "api"
    nonce: str | None = None


def kept_as(answers: Sequence[Answer], answer: Answer) -> Answer | None:
    """The answer among these that this one repeats; None when it is new."""
    return next((known for known in answers if _same(known, answer)), None)


def _same(one: Answer, other: Answer) -> bool:
    if (one.notice_id, one.action, one.by) != (other.notice_id, other.action, other.by):
        return False
    if one.nonce is not None or other.nonce is not None:
        return one.nonce == other.nonce
    return (one.at, one.until, one.promised_at, one.reason) == (other.at, other.until, other.promised_at, other.reason)


def taken(answers: Sequence[Answer] | None, answer: Answer) -> list[Answer]:
    """These answers and a new one, the oldest of too many left out."""
    return [*(answers or ()), answer][-MOST_ANSWERS:]


def ends_at(answer: Answer, acknowledged_for: Span) -> Instant | None:
    """When an acknowledgement (by itself after `acknowledged_for`) or a snooze is over; None for other answers."""
    if answer.action == Action.ACKNOWLEDGE:
        return answer.at + acknowledged_for if answer.until is None else answer.until
    return answer.until if answer.action == Action.SNOOZE else None


def acknowledged(
    answers: Sequence[Answer] | None, notice_id: str, now: Instant, acknowledged_for: Span
) -> Answer | None:
    """The acknowledgement of a notice that holds at `now`, the latest of several; None when there is none."""
    latest = _latest(answers, notice_id, Action.ACKNOWLEDGE)
    ends = None if latest is None else ends_at(latest, acknowledged_for)
    return latest if ends is not None and now < ends else None


def snoozed_until(answers: Sequence[Answer] | None, now: Instant) -> Instant | None:
    """Until when an order is to be left alone at `now`, by the last that was said about it; None when it is not."""
    snoozes = [answer for answer in answers or () if answer.action == Action.SNOOZE]
    until = max(snoozes, key=lambda answer: answer.at).until if snoozes else None
    return until if until is not None and now < until else None


def reminder_due(answers: Sequence[Answer] | None, notice_id: str, acknowledged_for: Span) -> Instant | None:
    """When to remind people of a notice that still stands about an open order; None when nobody put it off.

    That is when the last of its acknowledgements and snoozes is over, unless a new promise was made or the notice was
    refused afterwards. That the customer was told changes nothing.
    """
    due: Instant | None = None
    for answer in _about(answers, notice_id):
        ends = ends_at(answer, acknowledged_for)
        if ends is not None:
            due = ends if due is None else max(due, ends)
        elif answer.action in (Action.PROMISE, Action.NOT_OURS):
            due = None
    return due


def answer_line(answer: Answer, acknowledged_for: Span | None = None) -> str:
    """An answer in plain words, on one line; what comes from outside is cut, and is not escaped yet."""
    who, when = name(answer.by) or UNKNOWN, date_words(answer.at)
    match answer.action:
        case Action.ACKNOWLEDGE:
            ends = answer.until if acknowledged_for is None else ends_at(answer, acknowledged_for)
            said = f"Acknowledged by {who} on {when}" + ("" if ends is None else f", until {date_words(ends)}")
        case Action.SNOOZE:
            said = f"Snoozed by {who} on {when}, until {date_words(answer.until)}"
        case Action.PROMISE:
            said = f"Promised anew by {who} on {when}, for {date_words(answer.promised_at)}"
        case Action.TOLD:
            said = f"{who} told the customer, by {when}"
        case _:
            said = f"{who} said on {when} that it is not theirs"
    reason = name(answer.reason, _REASON_SHOWN)
    return f"{said}: {reason}" if reason else f"{said}."


def answers_json(answers: Sequence[Answer] | None, notice_id: str) -> dict[str, object]:
    """The answers to one notice, in the order they came, and its latest acknowledgement (CONTRACT §5 `notice`)."""
    latest = _latest(answers, notice_id, Action.ACKNOWLEDGE)
    return {
        "answers": [_shown(answer) for answer in _about(answers, notice_id)],
        "acknowledged_at": None if latest is None else rfc3339(latest.at),
        "acknowledged_by": None if latest is None else latest.by,
    }


def answer_record(answer: Answer, order_id: str | None) -> dict[str, str | None]:
    """The value of the record on `<app_id>.answers`; what the API answers, too."""
    return {"notice_id": answer.notice_id, "order_id": order_id, **_shown(answer)}


def promise_event(answer: Answer, order_id: str) -> dict[str, object]:
    """The native event (CONTRACT §2) of a new promise; the same for the same answer, whenever it is written."""
    press = answer.nonce or rfc3339(answer.at)
    event: dict[str, object] = {
        "order_id": order_id,
        "system": "slamon",
        "type": str(EventType.PROMISE),
        "promised_at": _time(answer.promised_at),
        "occurred_at": rfc3339(answer.at),
        "actor": answer.by,
        "event_id": f"slamon:{answer.notice_id}:{press}"[:128],
    }
    return event if answer.reason is None else event | {"reason": answer.reason}


def _shown(answer: Answer) -> dict[str, str | None]:
    return {
        "action": str(answer.action),
        "by": answer.by,
        "at": rfc3339(answer.at),
        "until": _time(answer.until),
        "promised_at": _time(answer.promised_at),
        "reason": answer.reason,
        "via": answer.via,
    }


def _about(answers: Sequence[Answer] | None, notice_id: str) -> list[Answer]:
    return [answer for answer in answers or () if answer.notice_id == notice_id]


def _latest(answers: Sequence[Answer] | None, notice_id: str, action: Action) -> Answer | None:
    found = [answer for answer in _about(answers, notice_id) if answer.action == action]
    return max(found, key=lambda answer: answer.at, default=None)


def _time(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
