"""Lag as people read it."""

import io
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from slamon.cli.lag_tables import group_card, groups_table, incidents_table, partitions_table, topics_table

GROUP: dict[str, Any] = {"group": "mes", "cluster": "default", "status": "OK", "severity": "none", "lag": 0}


def shown(table: Table) -> list[str]:
    console = Console(file=io.StringIO(), width=1000, color_system=None)
    console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_worst_group_comes_first() -> None:
    groups = [
        GROUP | {"group": "well"},
        GROUP | {"group": "young", "severity": "warn", "lag_seconds": 5},
        GROUP | {"group": "bad", "severity": "critical", "lag_seconds": 1},
        GROUP | {"group": "old", "severity": "warn", "lag_seconds": 50},
    ]
    assert [line.split()[0] for line in shown(groups_table(groups))[1:]] == ["bad", "old", "young", "well"]


def test_the_cluster_is_told_where_there_are_several() -> None:
    assert "cluster" not in shown(groups_table([GROUP]))[0]
    rows = shown(groups_table([GROUP, GROUP | {"cluster": "eu"}]))
    assert [line.split()[:2] for line in rows] == [["group", "cluster"], ["mes", "default"], ["mes", "eu"]]


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(None, None, "-"), (0, 0, "0s"), (90, 90, "1m 30s"), (60, 120, "1m to 2m"), (60, None, "1m or more")],
)
def test_an_age_says_how_well_it_is_known(least: int | None, most: int | None, words: str) -> None:
    row = {"partition": 0, "lag_seconds": least, "lag_seconds_at_most": most}
    [_, line] = shown(partitions_table([{"topic": "a", "partitions": [row]}]))
    assert line == f"a 0 - - - {words} - -"


@pytest.mark.parametrize(
    ("eta", "low", "high", "words"),
    [(None, None, None, "-"), (0, 0, 0, "0s"), (60, 30, 120, "1m (30s to 2m)"), (60, 30, None, "1m (30s to never)")],
)
def test_when_it_clears(eta: int | None, low: int | None, high: int | None, words: str) -> None:
    row = GROUP | {"eta_seconds": eta, "eta_low_seconds": low, "eta_high_seconds": high}
    assert f"clears in {words}" in shown(group_card(row))


def test_the_orders_behind_a_group() -> None:
    orders = {"waiting": 3, "oldest": "o-1", "soonest": "o-2", "slack_seconds": 7200}
    found = shown(group_card(GROUP | {"orders_waiting": 3, "orders": orders}))
    assert {"orders waiting 3", "oldest order o-1", "soonest promise o-2", "left of it 2h"} <= set(found)


def test_a_topic_whose_records_will_be_deleted_unread() -> None:
    topic = {"topic": "a", "status": "OK", "messages": 3, "in_per_second": 0.12345, "deleted_unread_in_seconds": 60}
    assert shown(topics_table([topic | {"dead_letters": True}]))[1] == "a OK 3 0.123 - - - 1m yes"


def test_an_incident_that_is_over() -> None:
    incident = {
        "incident_id": "i-1",
        "subject": "mes",
        "kind": "lag",
        "status": "STUCK",
        "started_at": "2027-01-01T00:00:00Z",
        "ended_at": "2027-01-01T01:00:00Z",
        "seconds": 3600,
        "orders_affected": 4,
        "stands_on": {"topic": "a", "partition": 0, "offset": 7, "order_id": "o-1"},
    }
    assert shown(incidents_table([incident]))[1] == (
        "2027-01-01 00:00Z 2027-01-01 01:00Z 1h lag mes STUCK a/0 at 7 o-1 4 i-1"
    )
