"""The page of one order: where it stands, its story over the systems, its promise, stages, causes and notices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from slamon.notices.links import EXPLAIN, Links
from slamon.notices.words import parsed, span_words
from slamon.sla.verdict import Verdict
from slamon.web.pages.rendering import render
from slamon.web.pages.shape import whole_explanation, whole_notice, whole_order
from slamon.web.pages.timeline import QUIET, timeline
from slamon.web.pages.words import since

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS: Final = 300
"""Of each list on the page, the newest rows shown; the JSON has all."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one order, as the API's answers tell it; an explanation may be missing for a while."""

    order: Mapping[str, Any]
    explanation: Mapping[str, Any] | None
    notices: Sequence[Mapping[str, Any]]
    notices_complete: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """The newest rows of a list, and how many there are before them."""

    rows: Sequence[Any]
    left_out: int


def order_page(told: Told, root: str) -> str:
    """The page as HTML."""
    order = whole_order(told.order)
    explanation = whole_explanation(told.explanation or {})
    notices = sorted(map(whole_notice, told.notices), key=lambda notice: parsed(notice["at"]) or 0)
    return render(
        "order.html",
        root,
        order=order,
        now=parsed(order["as_of"]),
        explained=told.explanation is not None,
        explanation=explanation,
        explain=EXPLAIN,
        moments=newest(timeline(order, explanation, notices)),
        stages=newest(sorted(order["stages"], key=lambda stage: parsed(stage.get("entered_at")) or 0)),
        since=_since(order, explanation["intervals"]),
        silence=_silence(order, explanation["events"]),
        systems=_systems(order),
        notices=newest(notices),
        notices_complete=told.notices_complete,
        intervals=newest(explanation["intervals"]),
        promises=newest(explanation["promises"]),
        **_data(order["order_id"], f"{root}/api/v1"),
    )


def _data(order_id: str, api: str) -> dict[str, str]:
    """Where the JSON behind the page is; of an id that no path can end in, the list that has it."""
    order = Links(api).order(order_id)
    is_path = "?" not in order
    return {
        "json": order if is_path else Links(api).orders(q=order_id),
        "explained_json": f"{order}/explain" if is_path else Links(api).orders(q=order_id),
        "notices_json": f"{api}/notices?{urlencode({'order_id': order_id}, errors='replace')}",
    }


def newest(rows: Sequence[Any], most: int = MOST_ROWS) -> Rows:
    """The last rows of a list in order of time."""
    left_out = max(len(rows) - most, 0)
    return Rows(list(islice(rows, left_out, None)), left_out)


def _since(order: Mapping[str, Any], intervals: Sequence[Mapping[str, Any]]) -> str | None:
    """When the order came to its status, by its stages or else by its intervals."""
    by_stage = since(order)
    if by_stage is not None or order["status"] is None:
        return by_stage
    staying = takewhile(lambda interval: interval["status"] == order["status"], reversed(intervals))
    return min((interval["from"] for interval in staying), default=None)


def _silence(order: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> str | None:
    """How long nobody has said a thing about an open order, where that is worth telling."""
    said = [*order["heard"].values(), *(event["occurred_at"] for event in events)]
    heard = [at for at in map(parsed, said) if at is not None]
    now = parsed(order["as_of"])
    over = order["finished_at"] is not None or order["verdict"] == Verdict.CANCELLED
    if over or now is None or not heard or now - max(heard) < QUIET:
        return None
    return span_words(now - max(heard))


def _systems(order: Mapping[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """(system, the status it gives, when it was last heard of) of each system that spoke of the order."""
    names = sorted({*order["systems"], *order["heard"]})
    return [(name, order["systems"].get(name), order["heard"].get(name)) for name in names]
