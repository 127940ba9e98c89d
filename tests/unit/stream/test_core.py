import asyncio

import pytest
from aiokafka import TopicPartition

from slamon.errors import EngineError
from slamon.stream.core import Fetch
from slamon.stream.group_consumer import Fetched
from slamon.stream.lanes import Lane
from slamon.stream.table import PartitionRows
from tests.fakes.engine import Surroundings, settle
from tests.fakes.records import record

TP = TopicPartition("source", 1)


def fetch(*, topic: str = "source", end: int = 1) -> Fetch:
    return Fetch(topic, 1, [record(b"k", b"v")], end)


@pytest.fixture
async def around() -> Surroundings:
    """A core whose partition 1 is open, and the topic `source` joined with the table."""
    around = Surroundings()
    core = around.core
    core.partition_counts = lambda: {"source": 4, "odd": 7}
    await core.open(set(), lambda: True)
    table = PartitionRows()
    core.lanes = {1: Lane(core, 1, table, table)}
    core.lanes[1].start()
    core.ledger.start({TP: 0, TopicPartition("odd", 1): 0})
    core.resumed()
    return around


async def test_a_fetch_is_done_when_its_changes_are_written(around: Surroundings) -> None:
    around.core.take(fetch(end=9))
    await settle()
    assert around.core.ledger.processed(TP) == 9
    assert around.core.progress.records == 1


async def test_t19_a_topic_with_another_partition_count_gets_no_rows(around: Surroundings) -> None:
    around.core.take(fetch(topic="odd"))
    around.core.take(fetch())
    await settle()
    assert {(topic, rows) for topic, _, _, rows in around.logic.calls} == {("odd", False), ("source", True)}


async def test_only_so_much_is_fetched_ahead(around: Surroundings) -> None:
    around.producing.acknowledging.clear()
    around.core.take(fetch(end=1))
    assert around.core.has_room(TP)
    around.core.take(fetch(end=2))
    assert not around.core.has_room(TP)
    assert around.core.has_room(TopicPartition("source", 2))


async def test_positions_count_where_there_were_no_records(around: Surroundings) -> None:
    around.core.looked(Fetched({}, {TP: 5}, {TP: 6}))
    assert around.core.ledger.processed(TP) == 5
    assert around.core.highwaters == {TP: 6}


async def test_t6_after_the_release_nothing_is_taken(around: Surroundings) -> None:
    await around.core.release()
    around.core.take(fetch())
    await settle()
    assert around.logic.calls == []
    assert around.core.open_partitions == frozenset()


async def test_hooks_run_while_the_partitions_are_still_open(around: Surroundings) -> None:
    seen: list[frozenset[int]] = []

    async def hook() -> None:
        seen.append(around.core.open_partitions)

    around.core.before_revoke.append(hook)
    await around.core.release()
    assert seen == [frozenset({1})]


async def test_t7_a_hook_that_hangs_or_fails_does_not_hold_up_the_rebalance(around: Surroundings) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def fail() -> None:
        raise OSError

    around.core.before_revoke += [hang, fail]
    await asyncio.wait_for(around.core.release(), 5)


async def test_t23_without_membership_nothing_is_waited_for(around: Surroundings) -> None:
    around.producing.acknowledging.clear()
    around.core.take(fetch())
    await settle()
    lane = around.core.lanes[1]
    around.membership.lose()
    await around.core.release()
    assert not lane.clean


async def test_partitions_that_went_elsewhere_are_dropped_and_told(around: Surroundings) -> None:
    around.core.keep_only({1, 2})
    assert around.logic.closed_partitions == []
    around.core.keep_only({2})
    assert around.logic.closed_partitions == [1]
    assert around.core.lanes == {}


async def test_a_failure_is_told_once_and_closes_everything(around: Surroundings) -> None:
    around.core.failed(OSError("first"))
    around.core.failed(OSError("second"))
    assert around.deaths == ["OSError: first"]
    assert around.core.open_partitions == frozenset()


async def test_b5_a_fetch_that_got_lost_inside_faust_is_noticed(around: Surroundings) -> None:
    around.core.take(fetch(end=5))
    around.core.take(fetch(end=9)._replace(after=5))
    with pytest.raises(EngineError, match="lost on its way"):
        around.core.take(fetch(end=30)._replace(after=20))
