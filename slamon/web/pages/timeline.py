"""An order's story in order of time: what each system said, which dates were stated, what slamon noticed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from slamon.notices.words import date_words, parsed, span_words
from slamon.orders.event import DAY, Instant, rfc3339
from slamon.web.pages.words import effect, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slamon.orders.event import Span

QUIET: Final[Span] = DAY
"""A silence of at least this length is told between two moments."""

_SAYS: Final[Mapping[str, str]] = {
    "hold": "put it on hold",
    "release": "released it",
    "note": "noted something",
    "cancel": "cancelled it",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `who` is a system, or None for slamon itself.

    `kind` is the event's type, `promise`, `clock` or `notice`; `word` is set apart (a status); `more` explains;
    `notice_id` is the notice's. `quiet` says how long nothing had happened before it.
    """

    at: str
    who: str | None
    kind: str
    text: str
    word: str | None = None
    more: str | None = None
    notice_id: str | None = None
    quiet: str | None = None


def timeline(
    order: Mapping[str, Any], explanation: Mapping[str, Any], notices: Iterable[Mapping[str, Any]]
) -> list[Moment]:
    """The whole story, the oldest first; all three as `shape` gives them."""
    moments = [*_said(explanation["events"]), *_stated(explanation["promises"]), *_clock(order), *_told(notices)]
    ordered = sorted(moments, key=lambda moment: parsed(moment.at) or 0)
    return [
        Moment(m.at, m.who, m.kind, m.text, m.word, m.more, m.notice_id, quiet)
        for m, quiet in zip(ordered, _silences(ordered), strict=True)
    ]


def _said(events: Iterable[Mapping[str, Any]]) -> Iterator[Moment]:
    for event in events:
        kind, by = event["type"], event["system"] or event["actor"] or "somebody"
        if kind == "promise":
            continue  # told by what was stated
        more = _joined(event["reason"], None if event["actor"] in {None, by} else f"by {event['actor']}")
        if kind == "status":
            yield Moment(event["occurred_at"], by, kind, "says", event["status"], more)
        else:
            yield Moment(event["occurred_at"], by, kind, _SAYS.get(kind, kind), None, more)


def _stated(promises: Iterable[Mapping[str, Any]]) -> Iterator[Moment]:
    for stated in promises:
        by = stated["by"] or stated["actor"] or "somebody"
        actor = None if stated["actor"] in {None, by} else f"by {stated['actor']}"
        more = _joined(effect(stated["effect"]), stated["reason"], actor)
        yield Moment(stated["at"], by, "promise", f"promises {date_words(parsed(stated['date']))}", None, more)


def _clock(order: Mapping[str, Any]) -> Iterator[Moment]:
    promise, finished_at = order["promise"], parsed(order["finished_at"])
    due_at, now = parsed(promise["due_at"]), parsed(order["as_of"])
    if promise["started_at"] is not None:
        yield Moment(promise["started_at"], None, "clock", "The clock of the promise starts")
    if order["verdict"] in {"breached", "broken"} and due_at is not None and _over(due_at, finished_at or now):
        yield Moment(rfc3339(due_at), None, "clock", "The promised date passes")


def _over(due_at: Instant, end: Instant | None) -> bool:
    return end is None or due_at < end


def _told(notices: Iterable[Mapping[str, Any]]) -> Iterator[Moment]:
    for notice in notices:
        withdrawn = not notice["standing"] and notice["retracts"] is None
        text = f"Notice: {plain(notice['kind']).lower()}"
        more = "does not stand any more" if withdrawn else None
        yield Moment(notice["at"], None, "notice", text, None, more, notice["notice_id"])


def _silences(ordered: Sequence[Moment]) -> list[str | None]:
    found: list[str | None] = [None] * len(ordered)
    for number, (before, after) in enumerate(pairwise(ordered), start=1):
        earlier, later = parsed(before.at), parsed(after.at)
        if earlier is not None and later is not None and later - earlier >= QUIET:
            found[number] = span_words(later - earlier)
    return found


def _joined(*words: str | None) -> str | None:
    return "; ".join(word for word in words if word) or None
