"""A slow, obviously right oracle of `CONTRACT.md` §2, §3, §4 (what stands) and §5 (shapes).

`replay` takes recorded lines, `order_state` and `standing` take normalised events (see `decode`). Instants
are the integers of `tests.oracle.instants`; `instant("…Z")` makes one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tests.oracle.causes import causes_in
from tests.oracle.decoding import Event, RejectedRecordError, decode
from tests.oracle.divergence import divergences, reports
from tests.oracle.history import Facts, bounded, facts, in_order, last_stated, last_status, verdict
from tests.oracle.instants import instant, rendered, seconds
from tests.oracle.rules import DEFAULT, Policy, Rules, rules_from
from tests.oracle.standing import Notice, placed, standing, standing_in
from tests.oracle.stretches import stretches

__all__ = [
    "DEFAULT",
    "Event",
    "Notice",
    "decode",
    "instant",
    "order_state",
    "replay",
    "rules_from",
    "standing",
]

STATED = ("channel", "client_id", "client_name", "manager_id")


def replay(
    lines: Sequence[bytes | str],
    *,
    at: str | None = None,
    config: Mapping[str, Any] | None = None,
    with_causes: bool = False,
) -> dict[str, Any]:
    """§5, `replay`: the orders, the standing notices and the summary of recorded events at one time.

    "Events after `--at` are left out and counted in `summary.after_at`"; by default `at` is "the last event's
    time".
    Blank lines are no records; `line` counts from 1. `with_causes`: also `causes`, those of each order by its id.

    Raises:
        ValueError: for an `at` that is no RFC 3339 time.
    """
    rules = rules_from(config)
    accepted, rejected = _accepted(lines, rules)
    now = instant(at) if at is not None else max((event.occurred_at for event in accepted), default=None)
    if now is None:
        return {"at": None, "orders": [], "notices": [], "rejected": rejected, "summary": _summary([], 0)}
    seen = [event for event in accepted if event.occurred_at <= now]
    by_order: dict[str, list[Event]] = {}
    for event in seen:
        by_order.setdefault(event.order_id, []).append(event)
    orders, notices, reasons = [], list[Notice](), {}
    for order_id in sorted(by_order):
        own, _ = bounded(in_order(by_order[order_id], rules))
        pieces = list(stretches(own, now, rules))
        orders.append(order_state(by_order[order_id], now, rules))
        notices += standing_in(own, pieces, now, rules)
        if with_causes:
            reasons[order_id] = causes_in(pieces, now, rules)
    return {
        "at": rendered(now),
        "orders": orders,
        "notices": [_notice(notice) for notice in sorted(notices, key=placed)],
        "rejected": rejected,
        "summary": _summary(orders, len(accepted) - len(seen)),
    } | ({"causes": reasons} if with_causes else {})


def order_state(events: Iterable[Event], now: int, rules: Rules = DEFAULT) -> dict[str, Any]:
    """§5, `order`: the row of the one order whose events are given, by those of them that have happened.

    §3: "The result is a function of the *set* of accepted events, the policy and `now`."
    """
    kept, truncated = bounded(in_order(events, rules))
    happened = [event for event in kept if event.occurred_at <= now]
    known = facts(happened, rules)
    told = reports(happened, known, rules)
    return {
        "order_id": kept[0].order_id,
        "status": last_status(happened, rules, known.policy),
        "systems": _systems(happened, rules, known.policy),
        **{name: last_stated(happened, name) for name in STATED},
        "verdict": verdict(known, now),
        "kept_original": _kept_original(known),
        "promise": {
            "started_at": rendered(known.started_at),
            "original_due_at": rendered(known.promise.original_due_at),
            "due_at": rendered(known.due_at(now)),
            "revisions": known.promise.revisions,
        },
        "finished_at": rendered(known.finished_at),
        "lead_time_seconds": _lead_time(known),
        "overdue_seconds": _overdue(known, now),
        "stages": _stages(known, now, rules),
        "divergences": [asdict(row) | {"since": rendered(row.since)} for row in divergences(told, now)],
        "holds": [
            {"from": rendered(hold.since), "to": rendered(hold.until), "reason": hold.reason} for hold in known.holds
        ],
        "policy": {"name": known.policy.name},
        "truncated": truncated,
    }


def _accepted(lines: Sequence[bytes | str], rules: Rules) -> tuple[list[Event], list[dict[str, Any]]]:
    """§3: "Two events whose known fields are equal after normalising, `event_id` aside, are one"."""
    accepted: set[Event] = set()
    rejected = []
    for number, line in enumerate(lines, start=1):
        if _blank(line):
            continue
        try:
            accepted.add(decode(line, rules))
        except RejectedRecordError as error:
            rejected.append({"line": number, "reason": str(error)})
    return list(accepted), rejected


def _blank(line: bytes | str) -> bool:
    return not (line.strip(" \t\r\n") if isinstance(line, str) else line.strip(b" \t\r\n"))


def _systems(happened: Sequence[Event], rules: Rules, policy: Policy) -> dict[str, str | None]:
    """§3: "`systems[NAME]`: the same from that system's events alone"."""
    names = sorted({event.system for event in happened if event.system is not None})
    return {name: last_status([event for event in happened if event.system == name], rules, policy) for name in names}


def _kept_original(known: Facts) -> bool | None:
    """§3: "the same question against `original_due_at`; null while open or cancelled"."""
    if known.finished_at is None or known.promise.original_due_at is None:
        return None
    return known.finished_at <= known.promise.original_due_at


def _lead_time(known: Facts) -> int | float | None:
    """§3: "`lead_time_seconds` = finish - start, null while open"."""
    if known.finished_at is None or known.started_at is None:
        return None
    return seconds(known.finished_at - known.started_at)


def _overdue(known: Facts, now: int) -> int | float | None:
    """§3, `overdue_seconds` = "(finish or now) - `due_at` where positive, else 0".

    "Null when there is no due date or the order is cancelled."
    """
    due = known.due_at(now)
    if due is None or known.cancelled_at is not None:
        return None
    reached = now if known.finished_at is None else known.finished_at
    return seconds(max(0, reached - due))


def _stages(known: Facts, now: int, rules: Rules) -> list[dict[str, Any]]:
    """§5, `stages`: one row per visit; "`seconds` run to now while open; `system` owns `to`"."""
    return [
        {
            "from": visit.stage.source,
            "to": visit.stage.target,
            "system": rules.owners.get(visit.stage.target),
            "entered_at": rendered(visit.entered_at),
            "left_at": rendered(visit.left_at),
            "due_at": rendered(visit.due(now)),
            "seconds": seconds((now if visit.left_at is None else visit.left_at) - visit.entered_at),
            "budget_seconds": seconds(visit.stage.shown_budget),
            "overdue": visit.overdue(now),
        }
        for visit in known.visits
    ]


def _notice(notice: Notice) -> dict[str, Any]:
    """§5, `notice`, of what the oracle can know: no id, no text, no deliveries."""
    divergence = None
    if notice.divergence is not None:
        divergence = dict(zip(("system", "kind", "expected"), notice.divergence, strict=True))
    return {
        "kind": notice.kind,
        "order_id": notice.order_id,
        "stage": notice.stage,
        "due_at": rendered(notice.due_at),
        "at": rendered(notice.at),
        "divergence": divergence,
    }


def _summary(orders: Sequence[Mapping[str, Any]], after_at: int) -> dict[str, Any]:
    """§5, `summary`: "kept/(kept+broken), null when none"; the percentiles are by nearest rank."""
    verdicts = Counter(order["verdict"] for order in orders)
    lead_times = sorted(took for order in orders if (took := order["lead_time_seconds"]) is not None)
    judged = verdicts["kept"] + verdicts["broken"]
    return {
        "orders": len(orders),
        "after_at": after_at,
        "by_verdict": {name: count for name, count in verdicts.items() if count},
        "by_status": dict(Counter(str(order["status"] or "null") for order in orders)),
        "promise_kept_ratio": verdicts["kept"] / judged if judged else None,
        "lead_time_p50_seconds": _nearest_rank(lead_times, 50),
        "lead_time_p95_seconds": _nearest_rank(lead_times, 95),
    }


def _nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None
