"""Changelog against table: the highest revision of every key is the last, and says what the API says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from slamon.notices.report import record_json
from slamon.notices.row import OrderRules, Row, entries_of, read_row
from slamon.orders.event import Instant, instant
from slamon.services.system_rows import is_system
from slamon.sla.standing import order_json, order_report
from slamon.stream.replay import revision_of_record
from slamon.stream.table import CLAIM_KEY, REVISION_SIZE
from tests.integration.daemon.check_table import differences

if TYPE_CHECKING:
    from tests.integration.daemon.evidence import Evidence
    from tests.kafkas import Record

Json = dict[str, Any]
_Place: TypeAlias = tuple[bytes, int | None]
"""Key and, for rows that are no order's, partition: an order has one row, whatever partition it is on."""
_NOTICE = (
    *("kind", "order_id", "stage", "due_at", "at", "decided_at", "standing", "retracts", "divergence"),
    *("answers", "acknowledged_at", "acknowledged_by", "deliveries"),
)


def changelog_complaints(evidence: Evidence, rules: OrderRules) -> list[str]:
    """Where the changelog does not say what the table says."""
    last: dict[_Place, Record] = {}
    highest: dict[_Place, Record] = {}
    complaints = []
    for record in evidence.changelog:
        key = record.key
        if key is None or key == CLAIM_KEY:
            continue
        place = key, record.partition if is_system(key) else None
        last[place] = record
        if place not in highest or revision_of_record(record) >= revision_of_record(highest[place]):
            highest[place] = record
    complaints += [
        f"changelog: the last record of {place[0]!r} is not the highest"
        for place, record in last.items()
        if highest[place].offset != record.offset
    ]
    rows = {
        key.decode(): row
        for (key, _), record in highest.items()
        if not is_system(key)
        and record.value is not None
        and (row := read_row(record.value[REVISION_SIZE:], rules)) is not None
    }
    return [*complaints, *_against_orders(evidence, rows, rules), *_against_notices(evidence, rows, rules)]


def _against_orders(evidence: Evidence, rows: dict[str, Row], rules: OrderRules) -> list[str]:
    shown = {order["order_id"]: (as_of, order) for as_of, order in evidence.orders}
    complaints = [f"changelog: no row of {key}" for key in shown.keys() - rows.keys()]
    complaints += [f"changelog: a row of {key}, which the table has not" for key in rows.keys() - shown.keys()]
    for key in rows.keys() & shown.keys():
        as_of, order = shown[key]
        told = _order(key, rows[key], _instant(as_of), rules)
        complaints += [f"changelog: {key}: {text}" for text in differences(told, order)]
    return complaints


def _against_notices(evidence: Evidence, rows: dict[str, Row], rules: OrderRules) -> list[str]:
    shown = {notice["notice_id"]: notice for notice in evidence.notices}
    told: dict[str, Json] = {}
    for key, row in rows.items():
        if row.records:
            order = _order(key, row, row.settled_at or 0, rules)
            for record in row.records:
                for notice in record_json(record, order, row.settled_at or 0, row.answers):
                    told[str(notice["notice_id"])] = _plain(notice)
    complaints = [f"changelog: no notice {key}" for key in shown.keys() - told.keys()]
    complaints += [f"changelog: a notice {key}, which the table has not" for key in told.keys() - shown.keys()]
    complaints += [
        f"changelog: notice {key}: {name} is {told[key][name]!r}, the table says {shown[key][name]!r}"
        for key in told.keys() & shown.keys()
        for name in _NOTICE
        if told[key][name] != shown[key][name]
    ]
    return complaints


def _order(order_id: str, row: Row, at: Instant, rules: OrderRules) -> Json:
    return _plain(order_json(order_report(order_id, entries_of(row), at, rules.book, truncated=row.truncated)))


def _plain(shown: object) -> Json:
    plain: Json = msgspec.json.decode(msgspec.json.encode(shown))
    return plain


def _instant(text: str) -> Instant:
    return instant(dt.datetime.fromisoformat(text))
