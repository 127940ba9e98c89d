"""Plain words for what the JSON says: verdicts, how late, whose move, causes, deliveries; text made harmless. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slamon.notices.case import mover
from slamon.notices.words import parsed, span_words, times_words
from slamon.orders.event import SECOND
from slamon.sinks.mrkdwn import visible
from slamon.sla.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slamon.orders.event import Instant

LONGEST: Final = 2000
"""Characters of one text that a page shows; the JSON has it whole."""

IN_A_LIST: Final = 100
"""Characters of one name in a list."""

_BLANK: Final = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2061\u2062\u2063\u2064\u2800\u3164\ufe0f\uffa0")
_TAGS: Final = range(0xE0000, 0xE1000)

VERDICTS: Final[Mapping[str, str]] = {
    Verdict.BREACHED: "open, its date has passed",
    Verdict.AT_RISK: "open, its date is near or likely to be missed",
    Verdict.BROKEN: "finished after its date",
    Verdict.ON_TRACK: "open, in time",
    Verdict.KEPT: "finished in time",
    Verdict.NOT_STARTED: "no clock runs yet",
    Verdict.CANCELLED: "ended without a verdict",
}
"""What each verdict means, the most urgent first."""

_CAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "hold": ("On hold", "On hold: {}"),
    "service": ("A service was down", "Service {} was down"),
    "queue": ("Its message waited unread", "Its message waited unread by {}"),
    "message": ("A message was missing", "A message of {} was missing"),
    "person": ("Waiting for a person", "Waiting for: {}"),
    "work": ("In work", "In work: {}"),
}

_DIVERGENCES: Final[Mapping[str, str]] = {
    "behind": "{system} stands at {status} and has not reported {expected}",
    "lost": "{system} has never mentioned this order, although it has to report {expected}",
    "ahead": "{system} reports {expected}, which the system that makes that step does not",
    "contradicting": "{system} went on to {status} after another system had cancelled the order",
    "regressed": "{system} went back from {expected} to {status}",
}

_EFFECTS: Final[Mapping[str, str]] = {
    "first": "the first date that counted",
    "revised": "took the place of the date in force",
    "repeated": "changed nothing: said before",
    "over_cap": "without effect: more than the policy allows",
    "after_end": "without effect: the order had finished",
}

_STATES: Final[Mapping[str, str]] = {
    "pending": "waiting to be sent",
    "held": "held back while a source is silent",
    "sending": "being sent",
    "digested": "part of a digest",
    "sent": "sent",
    "failed": "failed",
    "superseded": "not sent: overtaken",
}

_ANSWERS: Final[Mapping[str, str]] = {
    "acknowledge": "acknowledged",
    "snooze": "snoozed",
    "promise": "gave a new promise",
    "told": "told the customer",
    "not_ours": "said it is not theirs",
}


def shown(text: str) -> str:
    """A text on one line, without what is not seen or turns its direction, cut to what a page bears."""
    seen = "".join(one for one in visible(text[:LONGEST]) if one not in _BLANK and ord(one) not in _TAGS)
    return seen if len(text) <= LONGEST else f"{seen}…"


def brief(text: str | None) -> str | None:
    """A name as a list bears it; the order's own page has it longer."""
    return text if text is None or len(text) <= IN_A_LIST else f"{text[: IN_A_LIST - 1]}…"


def plain(word: object) -> str:
    """One of slamon's own words as people write it: `at_risk` is "At risk"."""
    return str(word).replace("_", " ").capitalize()


def span(seconds: float | None) -> str | None:
    """A length of time in its two greatest units; None is unknown."""
    return None if seconds is None else span_words(round(seconds * SECOND))


def percent(share: float | None) -> str | None:
    """A share in whole percent; what is not quite all or nothing never reads as such."""
    if share is None:
        return None
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "under 1 %"
    return "over 99 %" if whole == 100 and share < 1 else f"{whole} %"  # noqa: PLR2004  all of it


def times(number: int) -> str:
    """How often: once, twice, 3 times."""
    return times_words(number)


def lateness(order: Mapping[str, Any], now: Instant | None) -> str:
    """How late an order is, was, or how long it has."""
    due_at, finished_at = parsed(order["promise"].get("due_at")), parsed(order["finished_at"])
    if order["verdict"] == Verdict.CANCELLED:
        return "cancelled"
    if due_at is None:
        return "no date promised"
    if finished_at is not None:
        late = finished_at - due_at
        return f"finished {span_words(late)} late" if late > 0 else "finished in time"
    overdue = order["overdue_seconds"]
    if overdue:
        return f"{span(overdue)} late"
    if now is None or now > due_at:
        return "in time so far" if order["verdict"] != Verdict.BREACHED else "late by now"
    return f"{span_words(due_at - now)} left"


def move(order: Mapping[str, Any]) -> str | None:
    """Who has to make the next step; None when nobody has to, or nobody knows."""
    step = order["next_step"]
    return None if not step else shown(mover(step))


def waiting(order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The stage that an open order entered last and has not left."""
    open_stages = [stage for stage in order["stages"] if stage.get("left_at") is None]
    return max(open_stages, key=lambda stage: parsed(stage.get("entered_at")) or 0, default=None)


def since(order: Mapping[str, Any]) -> str | None:
    """When an order came to its status, as far as its stages tell."""
    stage = waiting(order)
    return stage["entered_at"] if stage is not None and stage.get("from") == order["status"] else None


def held(order: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The hold that lasts."""
    lasting = (hold for hold in order["holds"] if hold.get("to") is None)
    return next(lasting, None) if order["finished_at"] is None and order["verdict"] != Verdict.CANCELLED else None


def cause(row: Mapping[str, Any]) -> str:
    """What a stretch of time went to."""
    alone, named = _CAUSES.get(row["cause"], (plain(row["cause"]), f"{plain(row['cause'])}: {{}}"))
    return alone if row["who"] is None else named.format(row["who"])


def divergence(row: Mapping[str, Any]) -> str:
    """What a system says differently."""
    words = {name: row.get(name) or "nothing known" for name in ("system", "kind", "status", "expected")}
    return _DIVERGENCES.get(row["kind"], "{system}: {kind}").format(**words)


def effect(word: str) -> str:
    """What a stated date did."""
    return _EFFECTS.get(word, word)


def state(delivery: Mapping[str, Any]) -> str:
    """What was done about a notice for one receiver."""
    word = str(delivery.get("state"))
    return _STATES.get(word, word)


def answer(row: Mapping[str, Any]) -> str:
    """What a person did about a notice."""
    word = str(row.get("action"))
    return _ANSWERS.get(word, plain(word).lower())


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "answer": answer,
    "brief": brief,
    "cause": cause,
    "divergence": divergence,
    "effect": effect,
    "held": held,
    "lateness": lateness,
    "move": move,
    "percent": percent,
    "plain": plain,
    "since": since,
    "span": span,
    "state": state,
    "times": times,
    "waiting": waiting,
}
