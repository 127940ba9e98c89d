from typing import Any

import pytest
from aiokafka.protocol.offset import OffsetRequest

from slamon.errors import SourceError
from slamon.kafka.offsets import Offsets
from slamon.services.offsets import GroupOffsets
from slamon.stream import TopicPartition
from tests.fakes.cluster import FakeCluster

A0, A1 = TopicPartition("a", 0), TopicPartition("a", 1)
READ_COMMITTED = 1


class Listening(FakeCluster):
    """Keeps the isolation levels that offsets were asked for at."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.levels: list[int] = []

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        if isinstance(request, OffsetRequest):
            self.levels.append(request._isolation_level)
        return await super().ask(request, node=node)


@pytest.fixture
def cluster() -> Listening:
    made = Listening(offsets={("a", 0): 5, ("a", 1): 6})
    made.lead("a", 1, 1)
    made.commits = {"shop": {("a", 0): (3, 0)}, "another": {("a", 1): (9, 0)}}
    return made


async def test_ends_are_those_that_our_consumer_can_reach(cluster: Listening) -> None:
    """With the plain end of an open transaction the lag gate would wait for what no consumer is given."""
    assert await GroupOffsets(Offsets(cluster), "shop").end_offsets(iter([A0, A1])) == {A0: 5, A1: 6}
    assert cluster.levels == [READ_COMMITTED]


async def test_only_our_groups_commits_count_and_none_is_told_apart_from_0(cluster: Listening) -> None:
    assert await GroupOffsets(Offsets(cluster), "shop").committed([A0, A1]) == {A0: 3, A1: None}


async def test_a_broker_that_does_not_answer_is_no_answer(cluster: Listening) -> None:
    cluster.silent = {1}
    offsets = GroupOffsets(Offsets(cluster), "shop")
    with pytest.raises(SourceError):
        await offsets.end_offsets([A0])
    with pytest.raises(SourceError):
        await offsets.committed([A0])
