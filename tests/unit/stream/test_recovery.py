from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faust.types.tuples import TP

from slamon.stream.faust_app import build_app
from slamon.stream.lanes import Lane
from slamon.stream.table import PartitionRows
from tests.fakes.engine import OPTIONS, Surroundings


def built(around: Surroundings, data: Path) -> Any:
    around.core.options = replace(OPTIONS, data_dir=data)
    return build_app(around.core)


async def test_t14_only_the_rows_of_partitions_that_went_elsewhere_are_dropped(tmp_path: Path) -> None:
    around = Surroundings()
    table = built(around, tmp_path).tables["orders"]
    for partition in (0, 1):
        rows = PartitionRows()
        around.core.lanes[partition] = Lane(around.core, partition, rows, rows)
    assigned = {TP("app-orders-changelog", 1), TP("source", 0)}
    await table.on_rebalance(assigned, set(), set())
    assert set(around.core.lanes) == {1}
    assert around.logic.closed_partitions == [0]


async def test_fausts_own_recovery_would_not_go_unseen(tmp_path: Path) -> None:
    table = built(Surroundings(), tmp_path).tables["orders"]
    table.apply_changelog_batch([])
    with pytest.raises(RuntimeError, match="Faust's recovery"):
        table.apply_changelog_batch([object()])


async def test_t16_t17_t18_fausts_recovery_tasks_are_ours_or_off(tmp_path: Path) -> None:
    recovery = built(Surroundings(), tmp_path).tables.recovery
    tasks = {task.fun.__qualname__ for task in recovery._get_tasks()}
    assert tasks == {
        "GuardedRecovery._restart_recovery",
        "GuardedRecovery._slurp_changelogs",
        "GuardedRecovery._publish_stats",
    }
