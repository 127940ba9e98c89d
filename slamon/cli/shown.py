"""Orders, notices and times as people read them in a terminal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from slamon.cli.output import cell, table
from slamon.reports import words

_STYLES = {"breached": "bold red", "broken": "red", "at_risk": "yellow", "kept": "green", "on_track": "green"}
_COLUMNS = ("order", "verdict", "due", "late", "status", "waits for", "channel", "client", "manager")
_WIDE = 140
_ENDED = dict.fromkeys(("lag", "service", "source_silent"), " (over)")
"""What is about no order was true as long as it stood."""


def moment(text: str | None) -> str | None:
    """An RFC 3339 UTC time to the minute: `2027-01-31 09:00Z`."""
    return None if text is None else f"{text[:10]} {text[11:16]}Z"


def span(seconds: float | None) -> str | None:
    """A length of time in its two greatest units, whichever way it points: `2d 4h`."""
    return None if seconds is None else words.span(abs(seconds))


def verdict(word: str | None) -> Text:
    """A verdict in its colour."""
    return cell(None if word is None else word.replace("_", " "), _STYLES.get(word or "", ""))


def until(due_at: str | None, as_of: str | None) -> float | None:
    """Seconds from `as_of` to `due_at`; None where one is unknown."""
    if due_at is None or as_of is None:
        return None
    return (datetime.fromisoformat(due_at) - datetime.fromisoformat(as_of)).total_seconds()


def lateness(order: Mapping[str, Any], as_of: str | None) -> Text:
    """How late an order is, or how long it has: `2d 4h late`, `in 5h 10m`."""
    overdue = order.get("overdue_seconds")
    if overdue:
        return cell(f"{span(overdue)} late", _STYLES.get(str(order.get("verdict")), ""))
    left = until(_promise(order).get("due_at"), as_of)
    if left is None or order.get("finished_at") or order.get("verdict") == "cancelled":
        return cell(None)
    return cell(f"in {span(left)}")


def forecast(told: Mapping[str, Any] | None) -> str | None:
    """What is expected of an open order: `finished 2027-01-31 09:00Z, late with 72 %, 2027-02-04 09:00Z is safe`."""
    if told is None:
        return None
    if told.get("finish_at") is None:
        return "not yet: too little is known of such orders"
    late = told.get("probability_late")
    risk = "" if late is None else f", late with {late:.0%}".replace("%", " %")
    anew = f"{moment(told['suggested_due_at'])} would be kept with 90 % certainty"
    return f"finished {moment(told['finish_at'])}{risk}; {anew}"


def waiting(order: Mapping[str, Any]) -> Text:
    """Which step an open order is overdue for, and who has to make it: `mes: SHIPPED`."""
    late = [s for s in order.get("stages") or () if s.get("overdue") and not s.get("left_at")]
    if not late:
        return cell(None)
    stage = late[-1]
    return cell(f"{stage['system']}: {stage['to']}" if stage.get("system") else stage["to"])


def orders_table(orders: Iterable[Mapping[str, Any]], as_of: str | None, width: int) -> Table:
    """One row an order; where it is narrow, only what tells whose move it is."""
    columns = _COLUMNS if width >= _WIDE else _COLUMNS[: -len(("channel", "client", "manager"))]
    made = table(*columns, whole=("order", "verdict", "due", "late"))
    for order in orders:
        cells = (
            cell(order.get("order_id")),
            verdict(order.get("verdict")),
            cell(moment(_promise(order).get("due_at"))),
            lateness(order, as_of),
            cell(order.get("status")),
            waiting(order),
            cell(order.get("channel")),
            cell(order.get("client_name") or order.get("client_id")),
            cell(order.get("manager_id")),
        )
        made.add_row(*cells[: len(columns)])
    return made


def notices_table(notices: Iterable[Mapping[str, Any]], width: int, *, deliveries: bool) -> Table:
    """One row a notice, with its id and what was done about it where `deliveries` are there; long texts are cut."""
    done = ("decided", "delivery", "answers", "notice") if deliveries else ()
    made = table("at", "kind", "order", "due", *done, "text", whole=("at", "kind", "order", "due", "notice"))
    for notice in notices:
        kind = str(notice.get("kind"))
        standing = notice.get("standing") is not False or kind == "retracted"
        ended = "" if standing else _ENDED.get(kind, " (withdrawn)")
        text = str(notice.get("text") or "")
        row = [
            cell(moment(notice.get("at"))),
            cell(kind.replace("_", " ") + ended, _STYLES.get(kind, "")),
            cell(notice.get("order_id") or notice.get("subject")),
            cell(moment(notice.get("due_at"))),
            *(_done(notice) if deliveries else ()),
            cell(text if len(text) <= width else text[: width - 1] + "…"),
        ]
        made.add_row(*row)
    return made


def _done(notice: Mapping[str, Any]) -> tuple[Text, ...]:
    deliveries = "; ".join(map(_delivered, notice.get("deliveries") or ()))
    answers = "; ".join(map(_answered, notice.get("answers") or ()))
    decided = moment(notice.get("decided_at"))
    return cell(decided), cell(deliveries or None), cell(answers or None), cell(notice.get("notice_id"))


def _delivered(one: Mapping[str, Any]) -> str:
    """`slack sent, queued 2027-01-22 09:00Z, tried …, delivered 2027-01-22 09:01Z, 2 attempts (timeout)`."""
    times = (("queued", "queued_at"), ("tried", "started_at"), ("delivered", "sent_at"))
    steps = [f"{word} {moment(one[name])}" for word, name in times if one.get(name)]
    attempts = one.get("attempts") or 0
    steps += [f"{attempts} attempts"] if attempts > 1 else []
    error = f" ({one['error']})" if one.get("error") else ""
    return ", ".join((f"{one.get('receiver')} {one.get('state')}", *steps)) + error


def _answered(one: Mapping[str, Any]) -> str:
    until = one.get("until") or one.get("promised_at")
    said = f"{str(one.get('action')).replace('_', ' ')} by {one.get('by')} {moment(one.get('at'))}"
    return said + (f" until {moment(until)}" if one.get("until") else f" for {moment(until)}" if until else "")


def _promise(order: Mapping[str, Any]) -> Mapping[str, Any]:
    return order.get("promise") or {}


def oddities_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """What is odd about an order's events."""
    made = table("at", "odd", "what")
    for row in rows:
        made.add_row(cell(moment(row.get("at"))), cell(row.get("kind")), cell(row.get("text")))
    return made
