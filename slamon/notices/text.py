"""The words of a notice: what a sales manager can act on, from the §5 JSON of the order.

A few sentences, always in this order: what happened, what was promised, where the order stands, whose move it is and
what was last heard from there, which queue holds it, what its time went to, what is forecast. What is not known is said
to be unknown. The text is plain; whoever shows it escapes it.
"""

from collections.abc import Mapping
from typing import Any

from slamon.notices.case import Case, mover
from slamon.notices.headlines import headline
from slamon.notices.notice import NoticeKind
from slamon.notices.reasons import holding_up, outlook, why
from slamon.notices.words import UNKNOWN, date_words, name, parsed, span_words, times_words
from slamon.orders.event import SECOND, Instant
from slamon.sla.forecast.watching import Foretold

_PROMISE = "Promised "


def notice_text(
    kind: NoticeKind,
    order: Mapping[str, Any],
    *,
    stage: str | None,
    due_at: Instant | None,
    at: Instant,
    now: Instant,
    retracts_kind: NoticeKind | None = None,
    apart: tuple[str, str, str] | None = None,
    foretold: Foretold | None = None,
) -> str:
    """Render a notice in plain words, in one line.

    `order` is the §5 JSON; `stage` and `due_at` are the notice's own; `at` is when its condition became true,
    `now` when it is told; `retracts_kind` is the kind of the notice that a retraction withdraws; `apart` names the
    divergence (system, kind, expected step) that it is about; `foretold` what was forecast, where that is the reason.
    """
    case = Case(kind, order, stage, due_at, at, now, retracts_kind, apart, foretold)
    sentences = [headline(case), _promise(case), _standing(case), _move(case)]
    sentences += [holding_up(case), why(case), outlook(case)]
    return " ".join(sentence for sentence in sentences if sentence)


def split_headline(text: str) -> tuple[str, str]:
    """Part a rendered notice after its first sentence, for whoever sets that in bold."""
    head, mark, rest = text.partition(f" {_PROMISE}")
    return (head, _PROMISE + rest) if mark else (text, "")


def _promise(case: Case) -> str:
    if case.promised_at is None:
        return f"{_PROMISE}date: {UNKNOWN}."
    revisions = case.promise.get("revisions") or 0
    first = date_words(parsed(case.promise.get("original_due_at")))
    moved = f" (moved {times_words(revisions)}, at first {first})" if revisions else ""
    return f"{_PROMISE}for {date_words(case.promised_at)}{moved}."


def _standing(case: Case) -> str:
    if case.cancelled:
        return "Cancelled."
    if case.finished_at is not None:
        return "" if case.kind is NoticeKind.FINISHED_LATE else f"Finished on {date_words(case.finished_at)}."
    return f"{_whereabouts(case)}{_held(case)}"


def _held(case: Case) -> str:
    if case.hold is None:
        return ""
    reason = name(case.hold.get("reason"))
    return f" On hold since {date_words(parsed(case.hold.get('from')))}{f': {reason}' if reason else ''}."


def _whereabouts(case: Case) -> str:
    status = name(case.order.get("status"))
    if status is None:
        return f"Where it stands is {UNKNOWN}."
    stage = case.waiting
    if stage is None:
        return f"Stands at {status}, since when is {UNKNOWN}."
    entered_at = parsed(stage.get("entered_at"))
    since = f", since when is {UNKNOWN}" if entered_at is None else f" since {date_words(entered_at)}"
    if stage.get("from") == status:
        return f"Stands at {status}{since}."
    return f"Stands at {status}; on its way from {name(stage.get('from')) or UNKNOWN}{since}."


def _move(case: Case) -> str:
    if case.is_over:
        return ""
    stage = case.waiting
    if stage is None:
        return _next_step(case)
    heard = case.last_heard(str(stage.get("system")))
    if case.kind is NoticeKind.STAGE_OVERDUE and case.still_waits:
        return heard  # who has to move is said first of all
    move = f"Next move: {mover(stage)}, to bring it to {name(stage.get('to')) or UNKNOWN}"
    return f"{'; '.join([move, *_allowed(stage, case.now)])}. {heard}".rstrip()


def _allowed(stage: Mapping[str, Any], now: Instant) -> list[str]:
    """How long a stage may take and what is left of it, so far as that is known."""
    budget, due_at = stage.get("budget_seconds"), parsed(stage.get("due_at"))
    allowed = "" if budget is None else f"{span_words(int(budget * SECOND))} allowed"
    if due_at is None:
        rest = ""
    else:
        rest = f"over by {span_words(now - due_at)}" if now > due_at else f"{span_words(due_at - now)} left"
    both = ", ".join(part for part in (allowed, rest) if part)
    return [both] if both else []


def _next_step(case: Case) -> str:
    step = case.order.get("next_step")
    if not isinstance(step, Mapping):
        return f"Whose move it is, is {UNKNOWN}."
    return f"Next move: {mover(step)}, to bring it to {name(step.get('status')) or UNKNOWN}."
