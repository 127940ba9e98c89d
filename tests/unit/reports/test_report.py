"""The report while it is made."""

import pytest

from slamon.orders.event import DAY as DAY_SPAN
from slamon.reports.report import By, Calibration, Report, Scope, calibrated, stage_name
from slamon.sla.forecast.scoring import Calibration as Scored
from slamon.sla.forecast.scoring import Noted
from tests.unit.reports.orders import approval, order, visit

MARCH = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z


def test_an_order_counts_in_the_week_of_its_first_promise() -> None:
    made = Report(Scope())
    made.add(order(due="2026-03-04T00:00:00Z") | {"due_at": "2026-06-01T00:00:00Z"})
    made.add(order(due="2026-03-09T00:00:00Z"))
    made.add(order(due="2026-03-09T00:00:00Z"))
    assert {week: found.verdicts.total() for week, found in made.cohorts.items()} == {"2026-W10": 1, "2026-W11": 2}


@pytest.mark.parametrize(
    ("due", "counted"),
    [
        ("2026-02-28T23:59:59.999999Z", False),
        ("2026-03-01T00:00:00Z", True),
        ("2026-03-01T23:59:59.999999Z", True),
        ("2026-03-02T00:00:00Z", False),
    ],
)
def test_the_scope_has_its_beginning_and_not_its_end(due: str, counted: bool) -> None:
    made = Report(Scope(MARCH, MARCH + DAY_SPAN))
    made.add(order(due=due))
    assert (made.total.promises.verdicts.total(), made.outside) == (int(counted), int(not counted))


def test_an_order_without_a_promise_is_counted_apart() -> None:
    made = Report(Scope(MARCH, None, By.CHANNEL))
    made.add(order("not_started", None))
    assert (made.without_promise, made.outside, made.groups, made.cohorts) == (1, 0, {}, {})


@pytest.mark.parametrize(
    ("by", "group"),
    [(By.CHANNEL, "b2b"), (By.MANAGER, "m-1"), (By.CLIENT, "c-1"), (By.WEEK, "2026-W10")],
)
def test_groups(by: By, group: str) -> None:
    made = Report(Scope(by=by))
    made.add(order(channel="b2b", manager_id="m-1", client_id="c-1", client_name="Acme"))
    assert list(made.groups) == [group]


@pytest.mark.parametrize("by", [By.CHANNEL, By.MANAGER, By.CLIENT, By.STAGE])
def test_what_is_not_stated_is_a_group_of_its_own(by: By) -> None:
    made = Report(Scope(by=by))
    made.add(order(channel=None))
    assert list(made.groups) == [None]


def test_without_by_there_are_no_groups() -> None:
    made = Report(Scope())
    made.add(order())
    assert made.groups == {}


def test_by_stage_an_order_counts_under_every_stage_that_it_overran_once() -> None:
    made = Report(Scope(by=By.STAGE))
    late = {"overdue": True}
    made.add(order("kept", "2026-03-04T00:00:00Z", visit(9, **late), visit(9, **late), approval(9, **late)))
    made.add(order("kept", "2026-03-04T00:00:00Z", visit(9), approval(9, **late)))
    made.add(order("kept", "2026-03-04T00:00:00Z", visit(9), approval(9)))
    assert {group: found.promises.verdicts.total() for group, found in made.groups.items()} == {
        "SUBMITTED->PRICE_CALCULATED": 1,
        "PRICE_CALCULATED->MANUFACTURING_APPROVED": 2,
        None: 1,
    }
    assert made.total.promises.verdicts.total() == 3


def test_a_client_is_an_id_else_a_name_and_its_name_does_not_depend_on_the_order() -> None:
    names = [("c-1", "Acme"), ("c-1", "Acme Ltd"), ("c-1", None), (None, "Bolt")]
    for told in (names, names[::-1]):
        made = Report(Scope(by=By.CLIENT))
        for client_id, client_name in told:
            made.add(order(client_id=client_id, client_name=client_name))
        assert made.names == {"c-1": "Acme Ltd"}
        assert {group: found.promises.verdicts.total() for group, found in made.groups.items()} == {"c-1": 3, "Bolt": 1}


def test_causes_come_with_their_order() -> None:
    made = Report(Scope(by=By.CHANNEL))
    made.add(order("broken", overdue_seconds=5), {"queue": 7})
    assert made.total.late_causes == made.groups["shop"].late_causes == {"queue": 7}


def test_another_shape_is_refused_and_counts_nowhere() -> None:
    made = Report(Scope())
    with pytest.raises(ValueError, match="verdict"):
        made.add({"promise": {}})
    assert made.without_promise == 0


def test_a_stage_in_one_word() -> None:
    assert stage_name("A", "B") == "A->B"


def test_scored_forecasts_by_the_risk_they_gave() -> None:
    scored = Scored()
    assert calibrated(scored) is None
    scored.score([Noted(2, 820, MARCH), Noted(3, 860, MARCH + 2), Noted(4, 1000, MARCH)], MARCH + 1)
    rows = calibrated(scored)
    assert rows is not None
    assert len(rows) == 10
    assert rows[8:] == [Calibration(0.8, 0.9, 2, 1, 0.84), Calibration(0.9, 1.0, 1, 1, 1.0)]
    assert rows[0] == Calibration(0.0, 0.1, 0, 0, None)
