"""One order as shown: with its forecast, and at risk where a forecast says so."""

import pytest

from slamon.notices.foreseen import Foreseen
from slamon.notices.row import Row
from slamon.orders.event import OrderEvent
from slamon.orders.lifecycle import DEFAULT_LIFECYCLE
from slamon.services.showing import Showing
from slamon.sla.forecast.risk import RiskWatch
from slamon.sla.forecast.watching import Watch
from slamon.sla.verdict import Verdict
from tests.builders import ORDER, day, order_event, row_of
from tests.foreseeing import LEARNING, NOTIFYING, knowing

KNOWN = knowing()
STARTED = DEFAULT_LIFECYCLE.index["MANUFACTURING_STARTED"]
WORK = (order_event(), order_event("MANUFACTURING_STARTED", day(2), system="mes"))


def shown(*events: OrderEvent, showing: Showing | None = None) -> object:
    showing = showing or Showing(LEARNING, KNOWN)
    return showing.order(showing.report(ORDER, row_of(*events, rules=LEARNING), day(5)))["forecast"]


def test_an_open_order_shows_its_forecast() -> None:
    forecast = shown(*WORK)
    assert isinstance(forecast, dict)
    assert forecast["basis"] == "learnt"
    assert 0 < forecast["probability_late"] < 1
    assert "2026-03-07" < forecast["finish_at"] < forecast["suggested_due_at"]


@pytest.mark.parametrize(
    "events",
    [(*WORK, order_event("SHIPPED", day(4), system="mes")), (order_event("INITIATED"),)],
    ids=["finished", "a cart"],
)
def test_other_orders_show_none(events: tuple[OrderEvent, ...]) -> None:
    assert shown(*events) is None


def test_while_data_is_thin_there_is_none_and_the_basis_says_so() -> None:
    showing = Showing(LEARNING, knowing(3))
    assert shown(*WORK, showing=showing) is None
    report = showing.report(ORDER, row_of(*WORK, rules=LEARNING), day(5))
    assert showing.forecast(report) == {
        "finish_at": None,
        "probability_late": None,
        "suggested_due_at": None,
        "basis": "static",
    }


def _at_risk() -> Row:
    row = row_of(*WORK, rules=NOTIFYING)
    row.foreseen = Foreseen(watch=Watch(day(21), STARTED, RiskWatch(day(3), day(4)), day(4), day(5)))
    return row


def test_at_risk_by_forecast_where_that_is_asked_for() -> None:
    assert Showing(NOTIFYING).report(ORDER, _at_risk(), day(5)).verdict is Verdict.AT_RISK
    assert Showing(LEARNING).report(ORDER, _at_risk(), day(5)).verdict is Verdict.ON_TRACK
    assert Showing(NOTIFYING).report(ORDER, _at_risk(), day(30)).verdict is Verdict.BREACHED
