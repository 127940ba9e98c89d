"""Query strings of the lists, turned into questions; what is wrong is refused with what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from slamon.lag.troubles import TroubleKind
from slamon.notices.notice import NoticeKind
from slamon.sla.verdict import Verdict
from slamon.web import cursor as cursors
from slamon.web.cursor import Cursor
from slamon.web.refusal import Refusal, quoted
from slamon.web.sorting import DEFAULT_SORT, SORTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from slamon.web.ports import OrderHead

DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 500
NEWEST: Final = "newest"
"""The one sort of notices."""

ORDER_PARAMETERS: Final[Mapping[str, str]] = {
    "verdict": f"Only orders with this verdict: {', '.join(Verdict)}. May be repeated: any of them.",
    "status": "Only orders in this status. May be repeated: any of them.",
    "channel": "Only orders of this channel. May be repeated: any of them.",
    "manager_id": "Only orders of this manager. May be repeated: any of them.",
    "client_id": "Only orders of this client. May be repeated: any of them.",
    "client": "Only orders of the client with this id, or whose name contains this text, in any case.",
    "q": "Only orders whose id or client name contains this text, in any case.",
    "sort": f"{', '.join(SORTS)}; `-` is descending, unknown last, ties by order_id. Default {DEFAULT_SORT}.",
    "limit": f"Rows in the answer, 1 to {MOST_ROWS} (more counts as {MOST_ROWS}), default {DEFAULT_LIMIT}.",
    "cursor": "`next` of the answer before: go on behind its last row.",
}
NOTICE_PARAMETERS: Final[Mapping[str, str]] = {
    "order_id": "Only notices about this order.",
    "kind": f"Only this kind: {', '.join(NoticeKind)}. May be repeated: any of them.",
    "limit": ORDER_PARAMETERS["limit"],
    "cursor": ORDER_PARAMETERS["cursor"],
}
INCIDENT_PARAMETERS: Final[Mapping[str, str]] = {
    "subject": "Only incidents about this group, topic or cluster. May be repeated: any of them.",
    "kind": f"Only this kind: {', '.join(TroubleKind)}. May be repeated: any of them.",
    "open": "true: only those that last; false: only those that are over.",
    "limit": f"Rows in the answer, 1 to {MOST_ROWS}, which is the default.",
}
REPEATABLE: Final = frozenset({"verdict", "status", "channel", "manager_id", "client_id", "kind", "subject"})
_TRUTH: Final = {"": None, "true": True, "false": False}


class OrderFilter(msgspec.Struct, frozen=True):
    """Which orders: any of the values of each field that has some; `q` and `client` are folded to one case."""

    verdict: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()
    channel: frozenset[str] = frozenset()
    manager_id: frozenset[str] = frozenset()
    q: str = ""
    client_id: frozenset[str] = frozenset()
    client: str = ""

    def matches(self, head: OrderHead) -> bool:
        """Whether an order is among them."""
        return (
            (not self.verdict or head.verdict in self.verdict)
            and (not self.status or head.status in self.status)
            and (not self.channel or head.channel in self.channel)
            and (not self.manager_id or head.manager_id in self.manager_id)
            and (not self.client_id or head.client_id in self.client_id)
            and (not self.client or self.client == _folded(head.client_id) or self.client in _folded(head.client_name))
            and (not self.q or self.q in _folded(head.order_id) or self.q in _folded(head.client_name))
        )


class OrderQuery(msgspec.Struct, frozen=True):
    """One page of orders."""

    where: OrderFilter
    sort: str
    limit: int
    cursor: Cursor | None


class NoticeQuery(msgspec.Struct, frozen=True):
    """One page of notices, newest first."""

    order_id: str | None
    kinds: frozenset[str]
    limit: int
    cursor: Cursor | None


class IncidentQuery(msgspec.Struct, frozen=True):
    """Which incidents."""

    subjects: frozenset[str]
    kinds: frozenset[str]
    is_open: bool | None
    limit: int

    def chosen(self, incidents: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
        """Those that are meant, in their order."""
        return [
            incident
            for incident in incidents
            if (not self.subjects or incident["subject"] in self.subjects)
            and (not self.kinds or incident["kind"] in self.kinds)
            and self.is_open in {None, incident["ended_at"] is None}
        ][: self.limit]


def order_query(given: Sequence[tuple[str, str]]) -> OrderQuery:
    """The question of `GET /api/v1/orders`; an empty value is the same as none.

    Raises:
        Refusal: 400, naming what is wrong and what is allowed.
    """
    values = _values(given, ORDER_PARAMETERS)
    where = OrderFilter(
        verdict=_words(values, "verdict", tuple(Verdict)),
        status=_words(values, "status"),
        channel=_words(values, "channel"),
        manager_id=_words(values, "manager_id"),
        q=_folded(_one(values, "q")),
        client_id=_words(values, "client_id"),
        client=_folded(_one(values, "client")),
    )
    cursor = _cursor(values)
    sort = _one(values, "sort") or (cursor.sort if cursor else DEFAULT_SORT)
    if sort not in SORTS:
        raise Refusal(400, f"sort: {quoted(sort)} is not one of {', '.join(SORTS)}")
    _same_sort(cursor, sort)
    return OrderQuery(where, sort, _limit(values), cursor)


def notice_query(given: Sequence[tuple[str, str]]) -> NoticeQuery:
    """The question of `GET /api/v1/notices`; raises as `order_query`."""
    values = _values(given, NOTICE_PARAMETERS)
    cursor = _cursor(values)
    _same_sort(cursor, NEWEST)
    kinds = _words(values, "kind", tuple(NoticeKind))
    return NoticeQuery(_one(values, "order_id") or None, kinds, _limit(values), cursor)


def incident_query(given: Sequence[tuple[str, str]]) -> IncidentQuery:
    """The question of `GET /api/v1/incidents`.

    Raises:
        Refusal: 400, naming what is wrong and what is allowed.
    """
    values = _values(given, INCIDENT_PARAMETERS)
    is_open = _one(values, "open")
    if is_open not in _TRUTH:
        raise Refusal(400, f"open: {quoted(is_open)} is not one of true, false")
    limit = _limit(values) if "limit" in values else MOST_ROWS
    return IncidentQuery(_words(values, "subject"), _words(values, "kind", tuple(TroubleKind)), _TRUTH[is_open], limit)


def no_parameters(given: Sequence[tuple[str, str]]) -> None:
    """Refuse any parameter, for paths that take none."""
    _values(given, {})


def _values(given: Sequence[tuple[str, str]], allowed: Mapping[str, str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in given:
        if name not in allowed:
            raise Refusal(400, f"unknown parameter {quoted(name)}; allowed: {', '.join(sorted(allowed)) or 'none'}")
        if value:
            values.setdefault(name, []).append(value)
    for name, several in values.items():
        if len(several) > 1 and name not in REPEATABLE:
            raise Refusal(400, f"{name}: given more than once")
    return values


def _folded(text: str | None) -> str:
    return "" if text is None else text.casefold()


def _one(values: Mapping[str, list[str]], name: str) -> str:
    return values.get(name, [""])[0]


def _words(values: Mapping[str, list[str]], name: str, allowed: Collection[str] = ()) -> frozenset[str]:
    words = values.get(name, [])
    for word in words:
        if allowed and word not in allowed:
            raise Refusal(400, f"{name}: {quoted(word)} is not one of {', '.join(allowed)}")
    return frozenset(words)


def _limit(values: Mapping[str, list[str]]) -> int:
    text = _one(values, "limit")
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        raise Refusal(400, f"limit: {quoted(text)} is not a whole number from 1 to {MOST_ROWS}")
    return int(text) if len(text.lstrip("0")) <= len(str(MOST_ROWS)) and int(text) <= MOST_ROWS else MOST_ROWS


def _cursor(values: Mapping[str, list[str]]) -> Cursor | None:
    text = _one(values, "cursor")
    return cursors.decode(text) if text else None


def _same_sort(cursor: Cursor | None, sort: str) -> None:
    if cursor is not None and cursor.sort != sort:
        raise Refusal(400, f"cursor: it belongs to the list sorted by {quoted(cursor.sort)}")
