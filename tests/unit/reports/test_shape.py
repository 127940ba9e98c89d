"""The report as JSON, with numbers worked out by hand."""

import json
from typing import Any

import pytest

from slamon.reports.report import By, Calibration, Report, Scope
from slamon.reports.shape import report_json
from tests.unit.reports.orders import DAY, MIXED, approval, empty, mixed, order, visit

NOTHING = {
    "orders": 0,
    "kept": 0,
    "kept_after_extension": 0,
    "broken": 0,
    "breached": 0,
    "open_in_time": 0,
    "cancelled": 0,
    "kept_ratio": None,
    "kept_original_ratio": None,
}


def test_promises() -> None:
    assert mixed()["promises"] == {
        "orders": 7,
        "kept": 2,
        "kept_after_extension": 1,
        "broken": 1,
        "breached": 1,
        "open_in_time": 2,
        "cancelled": 1,
        "kept_ratio": pytest.approx(2 / 3),
        "kept_original_ratio": pytest.approx(1 / 3),
    }


def test_cohorts_are_in_order_and_unknown_is_null() -> None:
    week_10, week_11 = mixed()["cohorts"]
    assert week_10 == NOTHING | {
        "week": "2026-W10",
        "orders": 2,
        "kept": 2,
        "kept_after_extension": 1,
        "kept_ratio": 1.0,
        "kept_original_ratio": 0.5,
    }
    assert week_11 == NOTHING | {
        "week": "2026-W11",
        "orders": 5,
        "broken": 1,
        "breached": 1,
        "open_in_time": 2,
        "cancelled": 1,
        "kept_ratio": 0.0,
        "kept_original_ratio": 0.0,
    }


def test_lead_times_of_finished_orders() -> None:
    assert mixed()["lead_time"] == {
        "orders": 3,
        "p50_seconds": 5 * DAY,
        "p90_seconds": 30 * DAY,
        "p95_seconds": 30 * DAY,
    }


def test_how_late() -> None:
    assert [(b["over_days"], b["to_days"], b["orders"], b["share"]) for b in mixed()["overdue"]] == [
        (0, 1, 1, 0.5),
        (1, 3, 0, 0.0),
        (3, 7, 0, 0.0),
        (7, 14, 1, 0.5),
        (14, 30, 0, 0.0),
        (30, None, 0, 0.0),
    ]


def test_stages_and_who_waits_in_them() -> None:
    assert mixed()["stages"] == [
        {
            "from": "SUBMITTED",
            "to": "PRICE_CALCULATED",
            "system": "mes",
            "visits": 4,
            "overdue": 1,
            "overdue_ratio": 0.25,
            "p50_seconds": 900,
            "p90_seconds": 7200,
            "p95_seconds": 7200,
            "open": 0,
            "oldest_open_seconds": None,
            "median_claim_seconds": 900,
            "oldest_to_median": None,
        },
        {
            "from": "PRICE_CALCULATED",
            "to": "MANUFACTURING_APPROVED",
            "system": "crm",
            "visits": 3,
            "overdue": 1,
            "overdue_ratio": pytest.approx(1 / 3),
            "p50_seconds": DAY,
            "p90_seconds": DAY,
            "p95_seconds": DAY,
            "open": 2,
            "oldest_open_seconds": 9 * DAY,
            "median_claim_seconds": DAY,
            "oldest_to_median": 9.0,
        },
    ]


def test_where_the_time_of_late_orders_went() -> None:
    assert mixed()["causes"] == [
        {"cause": "person", "seconds": 40 * DAY, "share": 0.8, "cumulative_share": 0.8, "orders": 2},
        {"cause": "work", "seconds": 10 * DAY, "share": 0.2, "cumulative_share": 1.0, "orders": 1},
    ]


def test_what_is_left_out_is_counted() -> None:
    shown = mixed(since=1_773_014_400_000_000)  # 2026-03-09
    assert shown["left_out"] == {"outside": 2, "without_promise": 1}
    assert (shown["from"], shown["to"], shown["as_of"]) == ("2026-03-09T00:00:00Z", None, "2026-03-14T14:53:20Z")
    assert shown["promises"]["orders"] == 5


def test_groups_have_the_most_late_orders_first_and_the_unknown_last() -> None:
    made = Report(Scope(by=By.CHANNEL))
    for channel, verdicts in (
        ("a", ["kept"]),
        ("b", ["kept", "kept"]),
        ("c", ["broken"]),
        (None, ["broken", "broken", "broken"]),
        ("d", ["kept"]),
        ("e", ["breached", "broken"]),
    ):
        for verdict in verdicts:
            made.add(order(verdict, channel=channel))
    assert [row["group"] for row in report_json(made, None)["groups"]] == ["e", "c", "b", "a", "d", None]


def test_groups_have_figures_of_their_own() -> None:
    groups = {row["group"]: row for row in mixed(By.CHANNEL)["groups"]}
    assert set(groups) == {"shop", "b2b", None}
    assert groups["b2b"]["promises"] == NOTHING | {"orders": 2, "breached": 1, "open_in_time": 1}
    assert groups["b2b"]["lead_time"] == {"orders": 0, "p50_seconds": None, "p90_seconds": None, "p95_seconds": None}
    assert groups["b2b"]["causes"][0]["seconds"] == 10 * DAY
    assert groups[None]["stages"] == []


def test_weeks_and_stages_are_in_their_own_order() -> None:
    assert [row["group"] for row in mixed(By.WEEK)["groups"]] == ["2026-W10", "2026-W11"]
    stages = [row["group"] for row in mixed(By.STAGE)["groups"]]
    assert stages == ["SUBMITTED->PRICE_CALCULATED", "PRICE_CALCULATED->MANUFACTURING_APPROVED", None]


def test_stages_go_as_the_lifecycle_goes_and_the_strange_ones_come_last() -> None:
    made = Report(Scope(by=By.STAGE, statuses=("B", "SUBMITTED", "PRICE_CALCULATED")))
    strange = visit(1, overdue=True) | {"from": "A", "to": "B"}
    made.add(order("cancelled", "2026-03-04T00:00:00Z", visit(1, overdue=True) | {"from": "Z", "to": "B"}))
    made.add(order("kept", "2026-03-04T00:00:00Z", strange, approval(1, overdue=True), visit(1, overdue=True)))
    shown = report_json(made, None)
    assert [stage["from"] for stage in shown["stages"]] == ["SUBMITTED", "PRICE_CALCULATED", "A"]
    assert [row["group"] for row in shown["groups"]] == [
        "SUBMITTED->PRICE_CALCULATED",
        "PRICE_CALCULATED->MANUFACTURING_APPROVED",
        "A->B",
        "Z->B",
    ]


def test_clients_have_their_names() -> None:
    made = Report(Scope(by=By.CLIENT))
    made.add(order(client_id="c-1", client_name="Acme"))
    made.add(order(client_name="Bolt"))
    assert [(row["group"], row["name"]) for row in report_json(made, None)["groups"]] == [
        ("Bolt", None),
        ("c-1", "Acme"),
    ]


def test_calibration() -> None:
    rows = mixed(calibration=[Calibration(0.8, 0.9, 20, 17, 0.86), Calibration(0.9, 1.0, 0, 0)])["calibration"]
    assert rows == [
        {"from": 0.8, "to": 0.9, "forecasts": 20, "late": 17, "late_ratio": 0.85, "mean_probability": 0.86},
        {"from": 0.9, "to": 1.0, "forecasts": 0, "late": 0, "late_ratio": None, "mean_probability": None},
    ]
    assert (mixed()["calibration"], mixed()["brier"]) == (None, None)


def test_a_report_of_nothing_knows_nothing() -> None:
    shown = empty(By.CLIENT)
    assert shown["promises"] == NOTHING
    assert shown["lead_time"]["p50_seconds"] is None
    assert [bucket["share"] for bucket in shown["overdue"]] == [None] * 6
    assert (shown["as_of"], shown["stages"], shown["causes"], shown["cohorts"], shown["groups"]) == (
        None,
        [],
        [],
        [],
        [],
    )


def test_parts_of_seconds_stay_and_whole_ones_are_whole() -> None:
    made = Report(Scope())
    made.add(order("broken", lead_time_seconds=2.5, overdue_seconds=1), {"work": 0.1})
    made.add(order("broken", lead_time_seconds=2.5, overdue_seconds=1), {"work": 0.2})
    shown = report_json(made, None)
    assert (shown["lead_time"]["p50_seconds"], shown["causes"][0]["seconds"]) == (2.5, 0.3)
    assert '"p50_seconds": 432000,' in json.dumps(mixed()["lead_time"])


def test_the_order_of_orders_changes_nothing() -> None:
    def told(orders: list[tuple[dict[str, Any], dict[str, float]]]) -> dict[str, Any]:
        made = Report(Scope(by=By.CHANNEL))
        for one, causes in orders:
            made.add(one, causes)
        return report_json(made, None)

    assert told(MIXED) == told(MIXED[::-1])
