"""Lag, its evidence and incidents as people read them in a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from slamon.cli.output import cell, table
from slamon.cli.shown import moment, span

Row = Mapping[str, Any]

_RANK = {"critical": 0, "warn": 1, "none": 2}
_STYLES = {"critical": "bold red", "warn": "yellow"}


def groups_table(groups: Iterable[Row]) -> Table:
    """One row a group, the worst first."""
    rows = sorted(groups, key=lambda group: (_rank(group), -(group.get("lag_seconds") or 0), str(group.get("group"))))
    has_several = len({group.get("cluster") for group in rows}) > 1
    columns = ("group", *(("cluster",) if has_several else ()), "status", "since", "lag", "oldest unread", "clears in")
    made = table(*columns, "members", "orders", right=("lag", "members", "orders"), whole=("status", "since"))
    for group in rows:
        made.add_row(
            cell(group.get("group")),
            *((cell(group.get("cluster")),) if has_several else ()),
            _status(group),
            cell(moment(group.get("since"))),
            cell(group.get("lag")),
            cell(_age(group)),
            cell(_eta(group)),
            cell(group.get("members")),
            cell(group.get("orders_waiting")),
        )
    return made


def topics_table(topics: Iterable[Row]) -> Table:
    """One row a topic or queue."""
    made = table(
        "topic", "status", "messages", "in/s", "out/s", "last grown", "kept for", "unread deleted in", "dead letters"
    )
    for topic in topics:
        made.add_row(
            cell(topic.get("topic")),
            cell(topic.get("status")),
            cell(topic.get("messages")),
            cell(_rate(topic.get("in_per_second"))),
            cell(_rate(topic.get("out_per_second"))),
            cell(moment(topic.get("grown_at"))),
            cell(span(topic.get("retention_seconds"))),
            cell(span(topic.get("deleted_unread_in_seconds"))),
            cell("yes" if topic.get("dead_letters") else None),
        )
    return made


def group_card(group: Row) -> Table:
    """One group as a whole."""
    orders = group.get("orders") or {}
    rows = (
        ("cluster", group.get("cluster")),
        ("since", moment(group.get("since"))),
        ("state", group.get("state")),
        ("members", group.get("members")),
        ("lag", group.get("lag")),
        ("oldest unread", _age(group)),
        ("clears in", _eta(group)),
        ("lost unread", group.get("lost")),
        ("orders waiting", orders.get("waiting", group.get("orders_waiting"))),
        ("oldest order", orders.get("oldest")),
        ("soonest promise", orders.get("soonest")),
        ("left of it", span(orders.get("slack_seconds"))),
        ("unknown because", group.get("unknown")),
    )
    made = _card("group", group.get("group"))
    made.add_row(cell("status", "bold"), _status(group))
    for name, value in rows:
        made.add_row(cell(name, "bold"), cell(value))
    return made


def partitions_table(topics: Iterable[Row]) -> Table:
    """One row a partition."""
    numbers = ("partition", "committed", "end", "lag")
    made = table("topic", *numbers, "oldest unread", "status", "unknown because", right=numbers)
    for topic in topics:
        for row in topic.get("partitions") or ():
            made.add_row(
                cell(topic.get("topic")),
                *(cell(row.get(name)) for name in numbers),
                cell(_age(row)),
                cell(row.get("status")),
                cell(row.get("unknown")),
            )
    return made


def evidence_tables(told: Row) -> Iterator[Table]:
    """A card of the group, then for each partition that is not at rest its rules."""
    card = _card("group", told.get("group"))
    unknown = told.get("unknown") or {}
    thresholds = told.get("thresholds") or {}
    for name, value in (
        ("cluster", told.get("cluster")),
        ("status", told.get("status")),
        ("by rule", told.get("rule")),
        ("since", moment(told.get("since"))),
        ("state", told.get("state")),
        ("members", told.get("members")),
        ("as of", moment(told.get("as_of"))),
        ("partitions at rest", told.get("at_rest")),
        ("unknown because", unknown.get("detail") or unknown.get("reason")),
        ("thresholds", ", ".join(f"{name} {value}" for name, value in thresholds.items()) or None),
    ):
        card.add_row(cell(name, "bold"), cell(value))
    yield card
    for partition in told.get("partitions") or ():
        yield _rules(partition)


def incidents_table(incidents: Iterable[Row]) -> Table:
    """One row an incident."""
    made = table("began", "ended", "lasted", "kind", "subject", "status", "stands on", "order", "orders", "incident")
    for incident in incidents:
        spot = incident.get("stands_on") or {}
        place = f"{spot.get('topic')}/{spot.get('partition')} at {spot.get('offset')}" if spot else None
        made.add_row(
            cell(moment(incident.get("started_at"))),
            cell(moment(incident.get("ended_at")) or "lasts"),
            cell(span(incident.get("seconds"))),
            cell(incident.get("kind")),
            cell(incident.get("subject")),
            _status(incident),
            cell(place),
            cell(spot.get("order_id")),
            cell(incident.get("orders_affected")),
            cell(incident.get("incident_id")),
        )
    return made


def _rules(partition: Row) -> Table:
    title = f"{partition.get('topic')}/{partition.get('partition')}"
    made = table(title, f"{partition.get('status')}: lag {partition.get('formula')}", "", "saw")
    for rule in partition.get("rules") or ():
        held = "decides" if rule.get("decides") else "holds" if rule.get("holds") else "no"
        saw = ", ".join(f"{name} {_plain(value)}" for name, value in (rule.get("saw") or {}).items())
        made.add_row(cell(f"rule {rule.get('rule')}"), cell(rule.get("status")), cell(held), cell(saw))
    return made


def _card(name: str, value: object) -> Table:
    made = Table.grid(padding=(0, 2))
    made.add_row(cell(name, "bold"), cell(value, "bold"))
    return made


def _rank(group: Row) -> int:
    return _RANK.get(str(group.get("severity")), len(_RANK))


def _status(row: Row) -> Text:
    return cell(row.get("status"), _STYLES.get(str(row.get("severity")), ""))


def _age(row: Row) -> str | None:
    """`2h 5m`; with `up to` what it may be where only a bound is proven; nothing unread is `0s`."""
    least, most = row.get("lag_seconds"), row.get("lag_seconds_at_most")
    if least is None or least == most:
        return span(least)
    return f"{span(least)} or more" if most is None else f"{span(least)} to {span(most)}"


def _eta(group: Row) -> str | None:
    eta, low, high = (group.get(name) for name in ("eta_seconds", "eta_low_seconds", "eta_high_seconds"))
    if eta is None or low == high:
        return span(eta)
    return f"{span(eta)} ({span(low)} to {span(high) or 'never'})"


def _rate(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.3g}"


def _plain(value: object) -> str:
    return "unknown" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
