"""Why late: the pure partition of an order's time into causes."""

import pytest

from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.sla.causes import Cause, Interval, Window, partition, totals, totals_by_who
from slamon.sla.clock import CANCELLED_STEP, NO_STEP

STEP = DEFAULT_LIFECYCLE.index
SUBMITTED, PRICED, APPROVED, STARTED = (
    STEP[status] for status in ("SUBMITTED", "PRICE_CALCULATED", "MANUFACTURING_APPROVED", "MANUFACTURING_STARTED")
)


def _told(
    end: int = 100,
    moves: list[tuple[int, int]] | None = None,
    apart: tuple[Window, ...] = (),
    **windows: list[Window],
) -> list[tuple[int, int, str, str | None]]:
    """(since, until, cause, who) of an order that started at 0, by default SUBMITTED all the time."""
    found = partition(
        0,
        end,
        [(0, SUBMITTED)] if moves is None else moves,
        DEFAULT_LIFECYCLE,
        windows={Cause(name): given for name, given in windows.items()},
        apart=apart,
    )
    return [(one.since, one.until, str(one.cause), one.who) for one in found]


def test_time_goes_to_the_owner_of_the_next_step_or_to_the_person_who_has_to_make_it() -> None:
    assert _told(moves=[(0, SUBMITTED), (10, PRICED), (30, APPROVED), (60, STARTED)]) == [
        (0, 10, "work", "mes"),
        (10, 30, "person", "seller"),
        (30, 60, "person", "operator"),
        (60, 100, "work", "mes"),
    ]


def test_each_interval_says_the_status() -> None:
    found = partition(0, 20, [(-5, STEP["INITIATED"]), (0, SUBMITTED), (10, PRICED)], DEFAULT_LIFECYCLE, windows={})
    assert found == [
        Interval(0, 10, Cause.WORK, "mes", "SUBMITTED"),
        Interval(10, 20, Cause.PERSON, "seller", "PRICE_CALCULATED"),
    ]


def test_of_several_moves_at_one_instant_the_last_counts() -> None:
    assert _told(moves=[(0, SUBMITTED), (10, PRICED), (10, APPROVED)]) == [
        (0, 10, "work", "mes"),
        (10, 100, "person", "operator"),
    ]


def test_a_step_back_gives_the_move_back() -> None:
    assert _told(moves=[(0, PRICED), (10, APPROVED), (20, PRICED)]) == [
        (0, 10, "person", "seller"),
        (10, 20, "person", "operator"),
        (20, 100, "person", "seller"),
    ]


@pytest.mark.parametrize(
    ("step", "who", "status"),
    [
        (NO_STEP, "shop", None),
        (STEP["CLOSED"], None, "CLOSED"),
        (CANCELLED_STEP, None, "CANCELLED"),
    ],
)
def test_an_order_outside_the_lifecycle_is_work(step: int, who: str | None, status: str | None) -> None:
    found = partition(0, 9, [(0, step)], DEFAULT_LIFECYCLE, windows={})
    assert found == [Interval(0, 9, Cause.WORK, who, status)]


def test_before_the_first_move_nothing_is_known() -> None:
    assert _told(moves=[(10, SUBMITTED)], end=20) == [(0, 10, "work", "shop"), (10, 20, "work", "mes")]


def test_hold_beats_service_beats_queue_beats_message_beats_work() -> None:
    assert _told(
        hold=[Window(40, 50, "client is away")],
        service=[Window(30, 60, "mes-api")],
        queue=[Window(20, 70, "mes-orders")],
        apart=(Window(10, 80, "mes"),),
    ) == [
        (0, 10, "work", "mes"),
        (10, 20, "message", "mes"),
        (20, 30, "queue", "mes-orders"),
        (30, 40, "service", "mes-api"),
        (40, 50, "hold", "client is away"),
        (50, 60, "service", "mes-api"),
        (60, 70, "queue", "mes-orders"),
        (70, 80, "message", "mes"),
        (80, 100, "work", "mes"),
    ]


def test_a_message_is_missing_only_of_the_system_whose_move_it_is() -> None:
    assert _told(moves=[(0, SUBMITTED), (50, PRICED)], apart=(Window(10, None, "crm"),)) == [
        (0, 50, "work", "mes"),
        (50, 100, "message", "crm"),
    ]


def test_windows_are_cut_to_the_orders_time() -> None:
    assert _told(hold=[Window(-50, 10, "before"), Window(90, None, "after"), Window(100, 200, "too late")]) == [
        (0, 10, "hold", "before"),
        (10, 90, "work", "mes"),
        (90, 100, "hold", "after"),
    ]


def test_an_empty_window_takes_no_time() -> None:
    assert _told(hold=[Window(10, 10, "x"), Window(30, 20, "y")]) == [(0, 100, "work", "mes")]


def test_of_windows_that_overlap_the_first_to_begin_names_the_cause_whatever_their_order() -> None:
    first, second, same = Window(-20, 30, "z"), Window(-10, 50, "b"), Window(-10, 60, "a")
    expected = [(0, 30, "service", "z"), (30, 60, "service", "a"), (60, 100, "work", "mes")]
    assert _told(service=[first, second, same]) == expected
    assert _told(service=[same, second, first]) == expected


def test_neighbours_that_say_the_same_are_one() -> None:
    assert _told(hold=[Window(0, 50, "x"), Window(50, 100, "x")]) == [(0, 100, "hold", "x")]


def test_no_time_has_no_causes() -> None:
    assert _told(end=0, hold=[Window(-5, 5, "x")]) == []
    assert _told(end=-1) == []


def test_totals_count_what_took_time_in_the_order_of_the_causes() -> None:
    intervals = [
        Interval(0, 10, Cause.WORK, "mes", "SUBMITTED"),
        Interval(10, 15, Cause.HOLD, None, "SUBMITTED"),
        Interval(15, 22, Cause.WORK, "crm", "PRICE_CALCULATED"),
        Interval(22, 25, Cause.WORK, "mes", "MANUFACTURING_APPROVED"),
    ]
    assert list(totals(intervals).items()) == [(Cause.HOLD, 5), (Cause.WORK, 20)]
    assert list(totals_by_who(intervals).items()) == [
        ((Cause.WORK, "mes"), 13),
        ((Cause.WORK, "crm"), 7),
        ((Cause.HOLD, None), 5),
    ]
