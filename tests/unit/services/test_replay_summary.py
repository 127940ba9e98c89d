"""The summary of a replay."""

import pytest

from slamon.orders.event import DAY
from slamon.services.replay_summary import quantile, summarised
from slamon.sla.fold import fold
from slamon.sla.standing import clock_verdict
from tests.builders import BOOK, CLOCK, day, entries, order_event


def test_lead_times_are_those_of_finished_orders() -> None:
    """Open, cancelled and unstarted orders are counted by verdict and status alone."""
    histories = (
        [order_event(), order_event("SHIPPED", day(9), system="mes")],
        [order_event(), order_event("SHIPPED", day(30), system="mes")],
        [order_event(), order_event("CANCELLED", day(2), system="crm")],
        [order_event("INITIATED")],
        [order_event("ON_FIRE")],
    )
    clocks = [fold(entries(*history), BOOK) for history in histories]
    shown = summarised([(clock, CLOCK, clock_verdict(clock, day(40), CLOCK)) for clock in clocks], 7)
    assert shown == {
        "orders": 5,
        "after_at": 7,
        "by_verdict": {"broken": 1, "cancelled": 1, "kept": 1, "not_started": 2},
        "by_status": {"CANCELLED": 1, "INITIATED": 1, "SHIPPED": 2, "null": 1},
        "promise_kept_ratio": 0.5,
        "lead_time_p50_seconds": 9 * 86_400,
        "lead_time_p95_seconds": 30 * 86_400,
    }


@pytest.mark.parametrize("count", [1, 2, 19, 20, 21, 39, 40, 41, 100, 140, 1000])
@pytest.mark.parametrize(("share", "percent"), [(0.5, 50), (0.95, 95)])
def test_quantiles_are_by_nearest_rank(count: int, share: float, percent: int) -> None:
    """Exactly, also where the rank is a whole number."""
    ordered = [number * DAY for number in range(1, count + 1)]
    assert quantile(ordered, share) == 86_400 * -(-count * percent // 100)
