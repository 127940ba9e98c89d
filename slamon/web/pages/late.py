"""The page of late orders: which ones it asks for, the form that says so, its rows and the way to the next ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from slamon.notices.links import Links
from slamon.notices.words import parsed
from slamon.sla.verdict import Verdict
from slamon.web.pages.rendering import render
from slamon.web.pages.shape import whole_order
from slamon.web.pages.words import VERDICTS, plain
from slamon.web.query import ORDER_PARAMETERS, order_query
from slamon.web.sorting import MOST_LATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slamon.web.query import OrderQuery

Given = list[tuple[str, str]]

PAGE_PARAMETERS: Final[Mapping[str, str]] = {
    **ORDER_PARAMETERS,
    "verdict": f"{ORDER_PARAMETERS['verdict']} None: breached and at_risk; with `q` all.",
    "sort": f"{ORDER_PARAMETERS['sort'].partition(' Default ')[0]} Default {MOST_LATE}.",
    "order_id": "The page of this order, as `/orders/{order_id}`.",
}
DEFAULT_VERDICTS: Final = (Verdict.BREACHED, Verdict.AT_RISK)
_LATE: Final = frozenset({Verdict.BREACHED, Verdict.AT_RISK, Verdict.BROKEN})
_FIELDS: Final = (("q", "Order or client"), ("manager_id", "Manager"), ("client", "Client"), ("channel", "Channel"))
_CHIPS: Final = (("status", "status"), ("client_id", "client"), ("manager_id", "manager"), ("channel", "channel"))
_ALSO: Final = {"manager": "manager_id"}
"""What people write who type an address by hand."""

_GOES_WITH_A_PAGE: Final = frozenset({"cursor"})


@dataclass(frozen=True, slots=True)
class Field:
    """A text field of the form with what it holds, and what it suggests."""

    name: str
    label: str
    value: str
    choices: Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A verdict that can be ticked."""

    word: str
    meaning: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the address without it."""

    words: str
    without: str


def known(given: Sequence[tuple[str, str]]) -> Given:
    """The parameters that the page knows; a link may have picked up others on its way."""
    named = [(_ALSO.get(name, name), value) for name, value in given if value]
    return [(name, value) for name, value in named if name in ORDER_PARAMETERS]


def late_query(given: Sequence[tuple[str, str]]) -> OrderQuery:
    """What to ask for: unless said otherwise what is open and late or at risk, the most overdue first.

    Raises:
        Refusal: 400, as `order_query`.
    """
    asked = known(given)
    names = {name for name, _ in asked}
    asked += [("verdict", word) for word in _implied(asked)]
    if not names & {"sort", "cursor"}:
        asked.append(("sort", MOST_LATE))
    return order_query(asked)


def _implied(asked: Given) -> Sequence[str]:
    """The verdicts that count where none is named: who looks for an order wants it however it stands."""
    names = {name for name, _ in asked}
    if "verdict" in names:
        return ()
    return tuple(VERDICTS) if "q" in names else DEFAULT_VERDICTS


def late_page(given: Sequence[tuple[str, str]], answer: Mapping[str, Any], root: str) -> str:
    """The page as HTML; `answer` is that of `/api/v1/orders` to `late_query(given)`."""
    asked = known(given)
    orders = [whole_order(_decoded(row)) for row in answer["orders"]]
    lasting = [pair for pair in asked if pair[0] not in _GOES_WITH_A_PAGE]
    following = None if answer["next"] is None else [*lasting, ("cursor", answer["next"])]
    return render(
        "orders.html",
        root,
        orders=orders,
        answer=answer,
        now=parsed(answer["as_of"]),
        fields=_fields(asked, orders),
        verdicts=_choices(asked),
        hidden=_hidden(asked),
        title="Late orders" if late_query(asked).where.verdict <= _LATE else "Orders",
        chips=_chips(asked, root),
        filtered=bool({name for name, _ in lasting} - {"sort", "limit"}),
        is_first=not any(name == "cursor" for name, _ in asked),
        first=address(root, lasting),
        following=None if following is None else address(root, following),
        everywhere=address(root, [*(p for p in lasting if p[0] != "verdict"), *(("verdict", v) for v in VERDICTS)]),
        api=address(f"{root}/api/v1", _api(asked)),
    )


def address(root: str, given: Given) -> str:
    """The page with these parameters."""
    names = dict.fromkeys(name for name, _ in given)
    return Links(root).orders(**{name: [value for other, value in given if other == name] for name in names})


def _api(asked: Given) -> Given:
    query = late_query(asked)
    rest = [pair for pair in asked if pair[0] not in {"verdict", "sort"}]
    return [*rest, *(("verdict", word) for word in sorted(query.where.verdict)), ("sort", query.sort)]


def _decoded(row: Any) -> dict[str, Any]:
    return msgspec.json.decode(row, type=dict[str, Any]) if isinstance(row, msgspec.Raw) else row


def _fields(asked: Given, orders: Sequence[Mapping[str, Any]]) -> list[Field]:
    def values(name: str) -> list[str]:
        of = "client_name" if name == "client" else name
        return sorted({order[of] for order in orders if order[of]})

    return [Field(name, label, _single(asked, name), () if name == "q" else values(name)) for name, label in _FIELDS]


def _single(asked: Given, name: str) -> str:
    values = [value for other, value in asked if other == name]
    return values[0] if len(values) == 1 else ""


def _choices(asked: Given) -> list[Choice]:
    ticked = {value for name, value in asked if name == "verdict"} or set(_implied(asked))
    return [Choice(word, meaning, word in ticked) for word, meaning in VERDICTS.items()]


def _hidden(asked: Given) -> Given:
    """What the form has no field for, and what a field of one line can't hold."""
    shown = {"verdict", *_GOES_WITH_A_PAGE, *(name for name, _ in _FIELDS if _single(asked, name))}
    return [pair for pair in asked if pair[0] not in shown]


def _chips(asked: Given, root: str) -> list[Chip]:
    lasting = [pair for pair in asked if pair[0] not in _GOES_WITH_A_PAGE]
    labels = dict(_CHIPS) | {"client": "client", "q": "text"}
    chips = [
        Chip(f"{labels[name]} {value}", address(root, [pair for pair in lasting if pair != (name, value)]))
        for name, value in lasting
        if name in labels
    ]
    ticked = [value for name, value in lasting if name == "verdict"]
    if ticked:
        words = ", ".join(plain(word).lower() for word in VERDICTS if word in ticked)
        chips.insert(0, Chip(words, address(root, [pair for pair in lasting if pair[0] != "verdict"])))
    return chips
