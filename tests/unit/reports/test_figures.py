"""What a report adds up for one group of orders."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.reports.figures import Figures, Numbers, Promises, Stage
from slamon.reports.order import read_order
from slamon.sla.verdict import Verdict
from tests.unit.reports.orders import DAY, approval, order, visit


def _figures(*orders: tuple[dict[str, Any], dict[str, float]]) -> Figures:
    found = Figures()
    for told, causes in orders:
        found.add(read_order(told), causes)
    return found


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], [None, None, None]),
        ([7], [7, 7, 7]),
        ([4, 1, 3, 2], [2, 4, 4]),
        (range(1, 101), [50, 90, 95]),
        (range(20, 0, -1), [10, 18, 19]),
    ],
)
def test_quantiles_by_nearest_rank(numbers: list[float], expected: list[float | None]) -> None:
    found = Numbers()
    for number in numbers:
        found.add(number)
    assert found.quantiles(50, 90, 95) == expected
    assert len(found) == len(numbers)


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_a_quantile_is_the_smallest_number_that_so_many_percent_do_not_exceed(numbers: list[int], percent: int) -> None:
    found = Numbers()
    for number in numbers:
        found.add(number)
    (quantile,) = found.quantiles(percent)
    assert quantile is not None
    enough = [one for one in numbers if sum(other <= one for other in numbers) * 100 >= percent * len(numbers)]
    assert quantile == min(enough)


def test_promises_are_counted_apart() -> None:
    found = Promises()
    for told in (
        order("kept"),
        order("kept", kept_original=False),
        order("broken"),
        order("broken", kept_original=True),
        order("breached"),
        order("on_track"),
        order("cancelled"),
    ):
        found.add(read_order(told))
    assert found.verdicts == {
        Verdict.KEPT: 2,
        Verdict.BROKEN: 2,
        Verdict.BREACHED: 1,
        Verdict.ON_TRACK: 1,
        Verdict.CANCELLED: 1,
    }
    assert (found.after_extension, found.original, found.finished, found.late) == (1, 2, 4, 3)


def test_a_stage_takes_times_from_visits_that_are_over_and_ages_from_those_that_are_not() -> None:
    found = Stage()
    for told in (visit(100), visit(5000, overdue=True), visit(70, is_open=True), visit(90, is_open=True, overdue=True)):
        found.add(read_order(order("kept", None, told)).stages[0])
    assert (found.visits, found.overdue, found.open, found.oldest, found.system) == (4, 2, 2, 90, "mes")
    assert found.taken.quantiles(50, 95) == [100, 5000]


def test_a_stages_system_stays_when_one_order_does_not_tell_it() -> None:
    found = Stage()
    for told in (visit(1), visit(1, system=None)):
        found.add(read_order(order("kept", None, told)).stages[0])
    assert found.system == "mes"


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(1e-9, 0), (1, 0), (1.00001, 1), (3, 1), (3.1, 2), (7, 2), (14, 3), (14.1, 4), (30, 4), (30.1, 5), (9e3, 5)],
)
def test_overdue_falls_into_buckets_whose_upper_end_belongs_to_them(days: float, bucket: int) -> None:
    found = _figures((order("broken", overdue_seconds=days * DAY), {}))
    assert [number for number, count in enumerate(found.overdue) if count] == [bucket]


def test_causes_are_those_of_late_orders() -> None:
    found = _figures(
        (order("broken", overdue_seconds=1), {"work": 5, "hold": 2}),
        (order("breached", overdue_seconds=1), {"work": 1.5}),
        (order("kept"), {"work": 100}),
    )
    assert found.late_causes == {"work": 6.5, "hold": 2}
    assert found.late_orders_by_cause == {"work": 2, "hold": 1}


def test_cancelled_orders_are_counted_and_in_nothing_else() -> None:
    found = _figures((order("cancelled", "2026-03-02T00:00:00Z", visit(9), lead_time_seconds=5), {"work": 9}))
    assert found.promises.verdicts[Verdict.CANCELLED] == 1
    assert (len(found.lead_times), sum(found.overdue), found.stages, found.late_causes) == (0, 0, {}, {})


def test_each_stage_has_its_own_figures() -> None:
    found = _figures((order("kept", None, visit(9), approval(DAY)), {}), (order("kept", None, visit(11)), {}))
    assert {key: stage.visits for key, stage in found.stages.items()} == {
        ("SUBMITTED", "PRICE_CALCULATED"): 2,
        ("PRICE_CALCULATED", "MANUFACTURING_APPROVED"): 1,
    }
