"""The words of a notice: what a sales manager can act on, from the §5 JSON of the order.

Three or four sentences, always in this order: what happened, what was promised, where the order stands, whose
move it is. What is not known is said to be unknown. The text is plain; whoever shows it escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slamon.notices.notice import NoticeKind
from slamon.notices.words import UNKNOWN, date_words, foretold_words, name, parsed, span_words, times_words
from slamon.orders.event import SECOND, Instant
from slamon.orders.lifecycle import CANCELLED, DEFAULT_LIFECYCLE, Lifecycle
from slamon.sla.forecast.watching import Foretold

_ID_LIMIT = 128
_PROMISE = "Promised "


@dataclass(frozen=True, slots=True)
class _Case:
    """What the sentences of one notice are made of."""

    kind: NoticeKind
    order: Mapping[str, Any]
    stage: str | None
    due_at: Instant | None
    at: Instant
    now: Instant
    retracts_kind: NoticeKind | None
    apart: tuple[str, str, str] | None
    lifecycle: Lifecycle
    foretold: Foretold | None = None

    @property
    def subject(self) -> str:
        """The order and its client, as one speaks of them."""
        order_id = name(self.order.get("order_id"), _ID_LIMIT) or UNKNOWN
        client, client_id = name(self.order.get("client_name")), name(self.order.get("client_id"))
        if client and client_id:
            return f"order {order_id} for {client} ({client_id})"
        if client or client_id:
            return f"order {order_id} for {client or f'client {client_id}'}"
        return f"order {order_id} (client {UNKNOWN})"

    @property
    def cancelled(self) -> bool:
        """Whether it ended without a verdict."""
        return bool(self.order.get("status") == CANCELLED or self.order.get("verdict") == "cancelled")

    @property
    def finished_at(self) -> Instant | None:
        """When it finished; None while open."""
        return parsed(self.order.get("finished_at"))

    @property
    def promise(self) -> Mapping[str, Any]:
        """The promise of §5; empty when there is none."""
        return self.order.get("promise") or {}

    @property
    def promised_at(self) -> Instant | None:
        """The date now in force."""
        return parsed(self.promise.get("due_at"))

    @property
    def waiting(self) -> Mapping[str, Any] | None:
        """The stage that is open now: the one the notice is about, else the one entered last."""
        open_stages = [stage for stage in self.order.get("stages") or () if stage.get("left_at") is None]
        named = [stage for stage in open_stages if stage.get("from") == self.stage]
        return max(named or open_stages, key=lambda stage: parsed(stage.get("entered_at")) or 0, default=None)


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
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE,
    foretold: Foretold | None = None,
) -> str:
    """Render a notice in plain words, in one line.

    `order` is the §5 JSON; `stage` and `due_at` are the notice's own; `at` is when its condition became true,
    `now` when it is told; `retracts_kind` is the kind of the notice that a retraction withdraws; `apart` names the
    divergence (system, kind, expected step) that it is about; `foretold` what was forecast, where that is the reason.
    """
    case = _Case(kind, order, stage, due_at, at, now, retracts_kind, apart, lifecycle, foretold)
    first = _HEADLINES[kind](case)
    sentences = [first[0].upper() + first[1:], _promise(case), _standing(case), _move(case)]
    return " ".join(sentence for sentence in sentences if sentence)


def split_headline(text: str) -> tuple[str, str]:
    """Part a rendered notice after its first sentence, for whoever sets that in bold."""
    head, mark, rest = text.partition(f" {_PROMISE}")
    return (head, _PROMISE + rest) if mark else (text, "")


def _at_risk(case: _Case) -> str:
    if case.cancelled or case.finished_at is not None:
        return f"{case.subject} was at risk of missing its promised date."
    if case.due_at is None:
        return f"{case.subject} is at risk of missing its promised date."
    if case.now <= case.due_at:
        left = f"{case.subject} is at risk: {span_words(case.due_at - case.now)} left."
        return left if case.foretold is None else foretold_words(case.subject, case.foretold)
    return f"{case.subject} was at risk and is now {span_words(case.now - case.due_at)} late."


def _breached(case: _Case) -> str:
    if case.due_at is None:
        return f"{case.subject} is late."
    ended_at = case.finished_at
    if ended_at is not None and ended_at > case.due_at:
        return f"{case.subject} missed its promised date and finished {span_words(ended_at - case.due_at)} late."
    missed = f"{case.subject} missed the date promised, {date_words(case.due_at)}"
    if case.cancelled:
        return f"{missed}, and has been cancelled."
    if case.promised_at not in (None, case.due_at):
        return f"{missed}; it has a new one."
    late = f"{case.subject} is {span_words(case.now - case.due_at)} late"
    return f"{late}; that date had passed when it was given." if case.at - case.due_at >= SECOND else f"{late}."


def _stage_overdue(case: _Case) -> str:
    stage = case.waiting
    if stage is None or stage.get("from") != case.stage or case.finished_at is not None or case.cancelled:
        return f"{case.subject} waited too long in {name(case.stage) or UNKNOWN}."
    entered_at = parsed(stage.get("entered_at"))
    waited = "too long" if entered_at is None else span_words(case.now - entered_at)
    over = "" if case.due_at is None else f", {span_words(case.now - case.due_at)} longer than allowed"
    return f"{case.subject} has been waiting in {name(case.stage)} for {waited}{over}."


def _finished_late(case: _Case) -> str:
    ended_at, due_at = case.finished_at, case.due_at
    late = "late" if ended_at is None or due_at is None else f"{span_words(ended_at - due_at)} late"
    return f"{case.subject} finished {late}, on {date_words(ended_at)}."


def _divergence(case: _Case) -> str:
    system, kind, expected = case.apart or (UNKNOWN, UNKNOWN, UNKNOWN)
    system, expected = name(system) or UNKNOWN, name(expected) or UNKNOWN
    rows = case.order.get("divergences") or ()
    row = next((r for r in rows if (r["system"], r["kind"], r["expected"]) == case.apart), None)
    said = {
        "behind": f"{system} has not reported {expected}, which another system is past",
        "lost": f"{system} has never mentioned it, although it has to report {expected}",
        "ahead": f"{system} reports {expected}, which its owner has not",
        "regressed": f"{system} went back from {expected}",
    }.get(kind, f"{system} contradicts another system about {expected}")
    if row is None:
        return f"{case.subject}: {said}; they agree again."
    since = f" since {date_words(parsed(row.get('since')))}"
    status = name(row.get("status"))
    stands = f" ({system} has it at {status})" if status and kind not in ("ahead", "lost") else ""
    return f"{case.subject}: {said}{since}{stands}. {_lost_message(kind, row, expected)}"


def _lost_message(kind: str, row: Mapping[str, Any], expected: str) -> str:
    """Which message is missing, and between whom it was most likely lost."""
    source, _, target = str(row.get("hop")).partition("->")
    hop = f"from {name(source)} to {name(target)}"
    if kind == "regressed":
        return f"Most likely an old message was delivered late {hop}."
    return f"Most likely the message about {expected} was lost {hop}."


def _retracted(case: _Case) -> str:
    stage = name(case.stage) or UNKNOWN
    was_wrong = {
        NoticeKind.AT_RISK: "was not at risk after all",
        NoticeKind.BREACHED: f"did not miss the date promised, {date_words(case.due_at)}",
        NoticeKind.STAGE_OVERDUE: f"did not wait too long in {stage}",
        NoticeKind.FINISHED_LATE: "did not finish late",
        NoticeKind.DIVERGENCE: "was reported alike by all systems",
    }
    said = None if case.retracts_kind is None else was_wrong.get(case.retracts_kind)
    if said is None:
        return f"withdrawn: what an earlier notice said about {case.subject} was not so."
    return f"withdrawn: {case.subject} {said}; a report that came late shows it."


_HEADLINES = {
    NoticeKind.AT_RISK: _at_risk,
    NoticeKind.BREACHED: _breached,
    NoticeKind.STAGE_OVERDUE: _stage_overdue,
    NoticeKind.FINISHED_LATE: _finished_late,
    NoticeKind.DIVERGENCE: _divergence,
    NoticeKind.RETRACTED: _retracted,
}


def _promise(case: _Case) -> str:
    if case.promised_at is None:
        return f"{_PROMISE}date: {UNKNOWN}."
    revisions = case.promise.get("revisions") or 0
    first = date_words(parsed(case.promise.get("original_due_at")))
    moved = f" (moved {times_words(revisions)}, at first {first})" if revisions else ""
    return f"{_PROMISE}for {date_words(case.promised_at)}{moved}."


def _standing(case: _Case) -> str:
    if case.cancelled:
        return "Cancelled."
    if case.finished_at is not None:
        return "" if case.kind is NoticeKind.FINISHED_LATE else f"Finished on {date_words(case.finished_at)}."
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


def _move(case: _Case) -> str:
    if case.cancelled or case.finished_at is not None:
        return ""
    stage = case.waiting
    if stage is None:
        return _next_step(case)
    system, to = name(stage.get("system")) or UNKNOWN, name(stage.get("to")) or UNKNOWN
    target = f"Next move: {system}, to bring it to {to}"
    budget, waited = stage.get("budget_seconds"), parsed(stage.get("entered_at"))
    if budget is None or waited is None:
        return f"{target}."
    over = case.now - waited - int(budget * SECOND)
    rest = f"over by {span_words(over)}" if over > 0 else f"{span_words(-over)} left"
    return f"{target}; {span_words(int(budget * SECOND))} allowed, {rest}."


def _next_step(case: _Case) -> str:
    steps = case.lifecycle.steps
    number = case.lifecycle.index.get(str(case.order.get("status")))
    if number is None or number + 1 >= len(steps):
        return f"Whose move it is, is {UNKNOWN}."
    step = steps[number + 1]
    return f"Next move: {step.system}, to bring it to {step.status}."
