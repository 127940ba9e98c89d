from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from slamon.stream.claims import Opening
from slamon.stream.lanes import Lane
from slamon.stream.replay import Fold
from slamon.stream.table import CLAIM_KEY, PartitionRows, revision
from tests.fakes.engine import Surroundings, settle
from tests.fakes.records import row, tombstone


class Log:
    """Replays from changelogs in memory; the claims of `Producing` are appended by `late`."""

    def __init__(self, **partitions: Sequence[Any]) -> None:
        self.partitions = {int(name[1:]): list(records) for name, records in partitions.items()}
        self.starts: list[int | None] = []

    async def read(self, folds: Mapping[int, Fold]) -> dict[int, int]:
        ends = {}
        for partition, fold in folds.items():
            self.starts.append(fold.start)
            records = self.partitions[partition]
            fold.apply(records[fold.start or 0 :])
            ends[partition] = len(records)
        return ends


@pytest.fixture
async def around() -> Surroundings:
    return Surroundings()


async def run(around: Surroundings, log: Any, current: Callable[[], bool]) -> None:
    core = around.core
    await Opening(core, log, core.lanes).run(set(log.partitions), current, core._adopt)
    await settle()


async def opened(around: Surroundings, log: Log, *, claimed_at: int) -> Lane:
    around.producing.ends = dict.fromkeys(log.partitions, claimed_at)
    await run(around, log, lambda: True)
    return around.core.lanes[1]


async def test_rows_come_from_the_changelog_and_the_claims_offset_is_the_epoch(around: Surroundings) -> None:
    lane = await opened(around, Log(p1=[row(b"k", b"v", revision(0, 1))]), claimed_at=1)
    assert dict(lane.table.items()) == {b"k": b"v"}
    assert (lane.epoch, lane.end) == (1, 2)
    assert around.logic.opened_partitions == [1]
    assert around.producing.said[0][2][0][0] == CLAIM_KEY  # type: ignore[index]


async def test_the_last_words_of_the_former_owner_before_our_claim_are_read(around: Surroundings) -> None:
    log = Log(p1=[row(b"k", b"1", revision(0, 1))])
    read = log.read

    async def then_grow(folds: Mapping[int, Fold]) -> dict[int, int]:
        ends = await read(folds)
        log.partitions[1] = [row(b"k", b"1", revision(0, 1)), row(b"k", b"2", revision(0, 2)), None][:2]
        return ends

    log.read = then_grow  # type: ignore[method-assign]
    lane = await opened(around, log, claimed_at=2)
    assert dict(lane.table.items()) == {b"k": b"2"}


async def test_a_partition_that_stays_reads_only_what_is_new(around: Surroundings) -> None:
    table = PartitionRows()
    kept = Lane(around.core, 1, table, table)
    kept.epoch, kept.end = 1, 2
    around.core.lanes = {1: kept}
    log = Log(p1=[row(b"a", b"", revision(0, 1))] * 2)
    lane = await opened(around, log, claimed_at=2)
    assert log.starts == [2]
    assert lane.table is table


async def test_rows_that_may_be_ahead_of_the_changelog_are_read_anew(around: Surroundings) -> None:
    table = PartitionRows()
    table.put(b"unwritten", b"")
    table.seal(revision(1, 1))
    kept = Lane(around.core, 1, table, table)
    kept.clean = False
    around.core.lanes = {1: kept}
    log = Log(p1=[])
    lane = await opened(around, log, claimed_at=0)
    assert log.starts == [None]
    assert len(lane.table) == 0


async def test_t23_what_stands_under_a_zombies_record_is_written_again(around: Surroundings) -> None:
    log = Log(
        p1=[
            row(b"k", b"right", revision(9, 1)),
            tombstone(b"gone", revision(9, 2)),
            row(b"k", b"wrong", revision(1, 1)),
            row(b"gone", b"wrong", revision(1, 2)),
        ]
    )
    await opened(around, log, claimed_at=4)
    mended = dict(around.producing.said[-1][2])  # type: ignore[index]
    assert set(mended) == {b"k", b"gone"}
    assert mended[b"k"].endswith(b"right")
    assert mended[b"gone"] is None


async def test_another_rebalance_ends_the_opening_before_the_logic_hears_of_it(around: Surroundings) -> None:
    answers = iter([True, False])
    await run(around, Log(p1=[]), lambda: next(answers))
    assert around.logic.opened_partitions == []
    assert around.core.lanes == {}
