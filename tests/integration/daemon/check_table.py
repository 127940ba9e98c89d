"""Source against table: the orders and notices that the API shows are those that the oracle tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.integration.daemon.evidence import Evidence
    from tests.integration.daemon.expected import Expected, Identity

Json = dict[str, Any]

_SAME = (
    *("order_id", "status", "systems", "channel", "client_id", "client_name", "manager_id", "verdict"),
    *("kept_original", "promise", "finished_at", "lead_time_seconds", "holds", "truncated"),
)
_DRIFT = 15.0
"""Seconds by which an order may be judged later than the `as_of` of its page."""


def order_complaints(evidence: Evidence, expected: Expected) -> list[str]:
    """Every order that is missing, invented, shown twice or shown wrongly."""
    shown = {order["order_id"]: order for _, order in evidence.orders}
    complaints = [f"order {key} is not in the table" for key in expected.events.keys() - shown.keys()]
    complaints += [f"order {key} is in no source" for key in shown.keys() - expected.events.keys()]
    if len(shown) != len(evidence.orders):
        complaints.append(f"{len(evidence.orders) - len(shown)} orders are shown twice")
    for as_of, order in evidence.orders:
        if order["order_id"] in expected.events:
            wanted = expected.order(order["order_id"], as_of)
            complaints += [f"order {order['order_id']}: {text}" for text in differences(wanted, order)]
    return complaints


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """What an order says otherwise than it should; what runs on with the clock may have run on a little."""
    for name in _SAME:
        if wanted[name] != found[name]:
            yield f"{name} is {found[name]!r}, must be {wanted[name]!r}"
    rows, shown = _rows(wanted["divergences"]), _rows(found["divergences"])
    if rows != shown:
        yield f"divergences are {shown}, must be {rows}"
    if not _later(wanted["overdue_seconds"], found["overdue_seconds"]):
        yield f"overdue_seconds is {found['overdue_seconds']}, must be {wanted['overdue_seconds']}"
    rows, shown = wanted["stages"], found["stages"]
    if [_still(row) for row in rows] != [_still(row) for row in shown]:
        yield f"stages are {shown}, must be {rows}"
    elif not all(_later(a["seconds"], b["seconds"]) for a, b in zip(rows, shown, strict=True)):
        yield f"stages last {shown}, must last {rows}"


def _rows(divergences: Sequence[Mapping[str, Any]]) -> list[Json]:
    return sorted(map(dict, divergences), key=lambda row: sorted(map(str, row.values())))


def _still(stage: Mapping[str, Any]) -> Json:
    return {name: stage[name] for name in ("from", "to", "system", "entered_at", "left_at", "budget_seconds")}


def _later(wanted: float | None, found: float | None) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return -0.001 <= found - wanted <= _DRIFT


def identity(notice: Mapping[str, Any]) -> Identity:
    """What makes a notice one notice."""
    apart = notice["divergence"]
    named = None if apart is None else (apart["system"], apart["kind"], apart["expected"])
    return notice["order_id"], notice["kind"], notice["stage"], notice["due_at"], named


def notice_complaints(evidence: Evidence, expected: Expected) -> list[str]:
    """Standing notices that are missing, invented or told twice, and ids that are not one to one."""
    as_of = min((as_of for as_of, _ in evidence.orders), default="0001-01-01T00:00:00Z")
    sure, all_of_them = expected.notices(as_of), expected.all_notices
    standing = {identity(notice): notice for notice in evidence.notices if notice["standing"]}
    complaints = [f"{key} does not stand, and must" for key in sure.keys() - standing.keys()]
    complaints += [f"{key} stands, and must not" for key in standing.keys() - all_of_them.keys()]
    complaints += [
        f"{key} came true at {standing[key]['at']}, must be {at}"
        for key, at in all_of_them.items()
        if key in standing and standing[key]["at"] != at
    ]
    told = [notice for notice in evidence.notices if notice["retracts"] is None]
    ids = {notice["notice_id"] for notice in evidence.notices}
    identities = {identity(notice) for notice in told}
    if len(ids) != len(evidence.notices) or len(identities) != len(told):
        complaints.append(f"{len(evidence.notices)} notices have {len(ids)} ids, {len(identities)} identities")
    return complaints
