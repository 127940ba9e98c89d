"""The first sentence of a notice: what happened to the order, or what two systems say differently. Pure."""

from slamon.notices.case import Case, mover
from slamon.notices.notice import NoticeKind
from slamon.notices.words import UNKNOWN, date_words, foretold_words, name, parsed, span_words
from slamon.orders.event import SECOND


def headline(case: Case) -> str:
    """Say what happened, with a capital letter; about a divergence also which message is most likely missing."""
    text = _HEADLINES[case.kind](case)
    return text[0].upper() + text[1:]


def _at_risk(case: Case) -> str:
    if case.cancelled or case.finished_at is not None:
        return f"{case.subject} was at risk of missing its promised date."
    if case.due_at is None:
        return f"{case.subject} is at risk of missing its promised date."
    if case.now <= case.due_at:
        left = f"{case.subject} is at risk: {span_words(case.due_at - case.now)} left."
        return left if case.foretold is None else foretold_words(case.subject, case.foretold)
    return f"{case.subject} was at risk and is now {span_words(case.now - case.due_at)} late."


def _breached(case: Case) -> str:
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
    over = case.now - case.due_at
    late = f"{case.subject} {'has just become late' if over < SECOND else f'is {span_words(over)} late'}"
    return f"{late}; that date had passed when it was given." if case.at - case.due_at >= SECOND else f"{late}."


def _stage_overdue(case: Case) -> str:
    stage = case.waiting
    if stage is None or not case.still_waits:
        return f"{case.subject} waited too long in {name(case.stage) or UNKNOWN}."
    entered_at = parsed(stage.get("entered_at"))
    waited = "too long" if entered_at is None else span_words(case.now - entered_at)
    over = "" if case.due_at is None else f", {span_words(case.now - case.due_at)} longer than allowed"
    if case.due_at is not None and case.now - case.due_at < SECOND:
        over = "; the time allowed for that is up"
    step = name(stage.get("to")) or UNKNOWN
    return f"{case.subject} has been waiting {waited} for {mover(stage)} to bring it to {step}{over}."


def _finished_late(case: Case) -> str:
    ended_at, due_at = case.finished_at, case.due_at
    late = "late" if ended_at is None or due_at is None else f"{span_words(ended_at - due_at)} late"
    return f"{case.subject} finished {late}, on {date_words(ended_at)}."


def _divergence(case: Case) -> str:
    system, kind, expected = case.apart or (UNKNOWN, UNKNOWN, UNKNOWN)
    rows = case.order.get("divergences") or ()
    row = next((r for r in rows if (r["system"], r["kind"], r["expected"]) == case.apart), None)
    system, expected = name(system) or UNKNOWN, name(expected) or UNKNOWN
    if row is None:
        return f"{case.subject}: {_WERE_APART.get(kind, _WENT_ON).format(system, expected)}; they agree on it again."
    since, status = date_words(parsed(row.get("since"))), name(row.get("status"))
    source, at = name(str(row.get("hop")).partition("->")[0]) or UNKNOWN, status or UNKNOWN
    lost = f"Most likely {_lost(expected, source, system)}."
    told = {
        "behind": f"{system} has not reported {expected}, although the order was that far on {since}. {lost}",
        "lost": f"{system} has never mentioned it, although it has to report {expected} and the order was that far "
        f"on {since}. {lost}",
        "ahead": f"{system} has reported {expected} since {since}, but {source}, which makes that step, has not. "
        f"Either the message of {source} about it was lost, or {system} is wrong.",
        "regressed": f"{system} went back from {expected} to {at} on {since}. "
        f"Most likely an old message {_between(source, system)} was delivered late.",
    }
    went_on = f"{system} went on to {at} on {since}, after another system had cancelled it. "
    return f"{case.subject}: {told.get(kind, f'{went_on}Most likely the cancellation never reached {system}.')}"


_WENT_ON = "{0} went on after another system had cancelled it"
_WERE_APART = {
    "behind": "{0} had not reported {1}",
    "lost": "{0} had never mentioned it",
    "ahead": "{0} had reported {1} before the system that makes that step",
    "regressed": "{0} had gone back from {1}",
}


def _lost(expected: str, source: str, target: str) -> str:
    if source == target:  # a step of its own, told by somebody else
        return f"the message of {target} about {expected} was lost"
    return f"the message about {expected} was lost between {source} and {target}"


def _between(source: str, target: str) -> str:
    return f"of {target}" if source == target else f"from {source} to {target}"


def _retracted(case: Case) -> str:
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
