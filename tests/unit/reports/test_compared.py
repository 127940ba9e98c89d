"""Two policies compared over all orders."""

import pytest

from slamon.orders.event import Instant
from slamon.reports.compare import Judged, difference
from slamon.reports.compared import AT_RISK, EARLY, Comparison, Warnings, late_since
from slamon.sla.clock import Due
from slamon.sla.conditions import Condition
from slamon.sla.verdict import Verdict
from tests.builders import T0, day

RISK, BREACH, STAGE = Due.AT_RISK, Due.BREACHED, Due.STAGE_OVERDUE


def _notice(kind: Due, at: Instant) -> Condition:
    return Condition(kind, None, day(21), at, at, day(21))


def _order(verdict: Verdict, *notices: Condition, manager_id: str | None = "m-1") -> Judged:
    return Judged(verdict, day(21), notices, manager_id=manager_id)


LATE = _order(Verdict.BROKEN, _notice(STAGE, day(1)), _notice(RISK, day(18)), _notice(BREACH, day(21)))
ORDERS = {
    "late": LATE,
    "late, still open": _order(Verdict.BREACHED, _notice(RISK, day(11)), _notice(BREACH, day(21))),
    "late, unwarned": _order(Verdict.BREACHED, _notice(BREACH, day(21))),
    "warned too late": _order(Verdict.BREACHED, _notice(BREACH, day(21)), _notice(STAGE, day(22))),
    "late by its first date": _order(Verdict.KEPT, _notice(RISK, day(18)), _notice(BREACH, day(20))),
    "in time": _order(Verdict.KEPT, _notice(RISK, day(18))),
    "in time, unwarned": _order(Verdict.KEPT),
    "open": _order(Verdict.AT_RISK, _notice(RISK, day(18))),
    "cancelled": _order(Verdict.CANCELLED, _notice(RISK, day(18))),
    "before notices are enforced": _order(Verdict.BROKEN),
}


def _warnings(kinds: tuple[Due, ...]) -> dict[str, object]:
    made = Warnings(kinds)
    for order in ORDERS.values():
        made.add(order)
    return made.shape()


def test_how_right_and_how_early_warnings_were() -> None:
    """A warning counts when it came before the order was late, and is judged once the order's end is known."""
    assert _warnings(AT_RISK) == {
        "warned": 6,
        "late": 3,
        "in_time": 1,
        "undecided": 2,
        "precision": 0.75,
        "late_unwarned": 3,
        "recall": 0.5,
        "lead_p50_seconds": 3 * 86_400,
        "lead_p10_seconds": 2 * 86_400,
    }


def test_the_first_warning_of_any_kind() -> None:
    """A stage that was overdue warned of one of them much earlier."""
    shown = _warnings(EARLY)
    assert (shown["warned"], shown["late"], shown["lead_p50_seconds"]) == (6, 3, 10 * 86_400)


def test_nothing_is_unknown_and_not_0() -> None:
    shown = Warnings(AT_RISK).shape()
    assert [shown[key] for key in ("precision", "recall", "lead_p50_seconds", "lead_p10_seconds")] == [None] * 4


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("late", day(21)),
        ("late by its first date", day(20)),
        ("before notices are enforced", day(21)),
        ("in time", None),
        ("cancelled", None),
    ],
)
def test_since_when_an_order_was_late(name: str, since: Instant | None) -> None:
    assert late_since(ORDERS[name]) == since


def _compared(*pairs: tuple[Judged | None, Judged | None]) -> Comparison:
    made = Comparison()
    for number, (old, new) in enumerate(pairs):
        made.add(old, new, difference(f"o-{number}", old, new))
    return made


def test_what_changes_in_all() -> None:
    kept, other = _order(Verdict.KEPT), _order(Verdict.KEPT, manager_id=None)
    shown = _compared((kept, LATE), (kept, LATE), (LATE, LATE), (other, other), (None, kept)).shape((T0, day(9)))
    assert (shown["orders"], shown["changed"], shown["verdict_flips"], shown["due_moved"]) == (5, 3, 3, 1)
    assert shown["flips"] == [
        {"old": "kept", "new": "broken", "orders": 2},
        {"old": None, "new": "kept", "orders": 1},
    ]
    assert shown["notices"] == {"appeared": 6, "disappeared": 0, "changed": 0}
    assert shown["days"] == [
        {"day": "2026-03-03", "old": 1, "new": 3},
        {"day": "2026-03-20", "old": 1, "new": 3},
        {"day": "2026-03-23", "old": 1, "new": 3},
    ]
    assert shown["managers"] == [
        {"manager_id": "m-1", "old": 3, "new": 9, "old_per_day": 0.3, "new_per_day": 0.9},
        {"manager_id": None, "old": 0, "new": 0, "old_per_day": 0.0, "new_per_day": 0.0},
    ]
    assert shown["old"]["notices"] == {
        "total": 3,
        "by_kind": {"at_risk": 1, "breached": 1, "stage_overdue": 1},
        "per_day": 0.3,
        "most_a_day": 1,
    }
    assert (shown["old"]["promise_kept_ratio"], shown["new"]["promise_kept_ratio"]) == (0.75, 0.4)
    assert shown["new"]["by_verdict"] == {"broken": 3, "kept": 2}


def test_no_orders() -> None:
    shown = Comparison().shape(None)
    assert (shown["orders"], shown["flips"], shown["days"], shown["managers"]) == (0, [], [], [])
    assert shown["old"]["notices"] == {"total": 0, "by_kind": {}, "per_day": None, "most_a_day": None}
