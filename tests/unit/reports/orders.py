"""Orders for the tests of reports: hand-worked, with everything given that a test does not care for."""

from typing import Any

from slamon.reports.report import By, Calibration, Report, Scope
from slamon.reports.shape import report_json

DAY = 86_400
HOUR = 3_600


def order(
    verdict: str = "kept", due: str | None = "2026-03-04T12:00:00Z", *stages: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """An order in the shape of CONTRACT §5 with the fields that a report reads."""
    finished = verdict in {"kept", "broken"}
    content: dict[str, Any] = {
        "order_id": "o-1",
        "verdict": verdict,
        "kept_original": verdict == "kept" if finished else None,
        "promise": {"started_at": None, "original_due_at": due, "due_at": due, "revisions": 0},
        "channel": "shop",
        "client_id": None,
        "client_name": None,
        "manager_id": None,
        "lead_time_seconds": 10 * DAY if finished else None,
        "overdue_seconds": None if verdict == "cancelled" else 0,
        "stages": list(stages),
    }
    return content | more


def visit(seconds: float, *, is_open: bool = False, **more: Any) -> dict[str, Any]:
    """A visit of SUBMITTED->PRICE_CALCULATED."""
    content = {
        "from": "SUBMITTED",
        "to": "PRICE_CALCULATED",
        "system": "mes",
        "entered_at": "2026-03-02T09:00:00Z",
        "left_at": None if is_open else "2026-03-02T10:00:00Z",
        "seconds": seconds,
        "budget_seconds": 1800,
        "overdue": False,
    }
    return content | more


def approval(seconds: float, **more: Any) -> dict[str, Any]:
    """A visit of PRICE_CALCULATED->MANUFACTURING_APPROVED."""
    return visit(seconds, **({"from": "PRICE_CALCULATED", "to": "MANUFACTURING_APPROVED", "system": "crm"} | more))


MIXED: list[tuple[dict[str, Any], dict[str, float]]] = [
    (order("kept", None, visit(600), channel="cart", promise={"original_due_at": None}), {}),
    (order("kept", "2026-03-02T00:00:00Z", visit(600), approval(DAY), lead_time_seconds=5 * DAY), {"work": 5 * DAY}),
    (order("kept", "2026-03-08T23:59:59Z", visit(1200), kept_original=False, lead_time_seconds=30 * DAY), {}),
    (
        order("broken", "2026-03-09T00:00:00Z", visit(7200, overdue=True), overdue_seconds=DAY, lead_time_seconds=22.5),
        {"work": 10 * DAY, "person": 30 * DAY},
    ),
    (
        order(
            *("breached", "2026-03-10T00:00:00Z", visit(900), approval(9 * DAY, is_open=True, overdue=True)),
            overdue_seconds=8 * DAY,
            channel="b2b",
        ),
        {"person": 10 * DAY},
    ),
    (order("at_risk", "2026-03-11T00:00:00Z", approval(3 * DAY, is_open=True), channel="b2b"), {"hold": 99}),
    (order("on_track", "2026-03-12T00:00:00Z", channel=None), {}),
    (order("cancelled", "2026-03-13T00:00:00Z", visit(50 * DAY, overdue=True)), {"hold": 1e9}),
]
"""Two orders of week 10 (kept, kept after extension), five of week 11, one without a promise."""


def mixed(by: By | None = None, calibration: list[Calibration] | None = None, **scope: Any) -> dict[str, Any]:
    """The report of MIXED."""
    made = Report(Scope(by=by, **scope), calibration)
    for told, causes in MIXED:
        made.add(told, causes)
    return report_json(made, 1_773_500_000_000_000)


def empty(by: By | None = None) -> dict[str, Any]:
    """The report of nothing."""
    return report_json(Report(Scope(by=by)), None)
