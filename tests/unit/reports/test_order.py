"""What a report reads of an order."""

from typing import Any

import pytest

from slamon.reports.order import read_order
from slamon.sla.verdict import Verdict
from tests.unit.reports.orders import order, visit


@pytest.mark.parametrize(
    ("due", "week"),
    [
        ("2026-03-01T23:59:59.999999Z", "2026-W09"),
        ("2026-03-02T00:00:00Z", "2026-W10"),
        ("2027-01-01T00:00:00Z", "2026-W53"),
        ("2024-12-30T00:00:00Z", "2025-W01"),
        ("2026-03-02T02:00:00+03:00", "2026-W09"),
        ("9999-12-31T23:59:59Z", "9999-W52"),
    ],
)
def test_the_week_is_the_iso_week_in_utc_of_the_first_promise(due: str, week: str) -> None:
    assert read_order(order(due=due)).week == week


def test_without_a_promise_there_is_no_week() -> None:
    read = read_order(order("not_started", None))
    assert (read.week, read.due_at) == (None, None)


def test_the_due_time_is_an_instant() -> None:
    assert read_order(order(due="1970-01-01T00:00:01.5Z")).due_at == 1_500_000


@pytest.mark.parametrize(
    ("verdict", "overdue", "is_late"),
    [("broken", 1, True), ("breached", 0.5, True), ("kept", 0, False), ("cancelled", 5, False), ("kept", None, False)],
)
def test_late_orders(verdict: str, overdue: float | None, is_late: bool) -> None:
    assert read_order(order(verdict, overdue_seconds=overdue)).is_late is is_late


def test_stages_and_verdict_are_read() -> None:
    read = read_order(order("broken", "2026-03-02T00:00:00Z", visit(5, is_open=True)))
    assert read.verdict is Verdict.BROKEN
    assert [(one.stage, one.seconds, one.left_at) for one in read.stages] == [
        (("SUBMITTED", "PRICE_CALCULATED"), 5, None)
    ]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"verdict": "fine"}, "$.verdict"),
        ({"promise": {"original_due_at": "soon"}}, "original_due_at"),
        ({"promise": {"original_due_at": "2026-03-02T00:00:00"}}, "original_due_at"),
        ({"promise": None}, "$.promise"),
        ({"stages": [{"from": "A"}]}, "$.stages[0]"),
        ({"lead_time_seconds": "5"}, "$.lead_time_seconds"),
    ],
)
def test_another_shape_is_refused_with_its_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ValueError, match=r"Object missing|Expected|Invalid") as refused:
        read_order(order() | change)
    assert where in str(refused.value)
