import asyncio
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from slamon.errors import SourceError
from slamon.kafka.offsets import Offsets
from tests.fakes.cluster import FakeCluster

A0, A1, B0 = TopicPartition("a", 0), TopicPartition("a", 1), TopicPartition("b", 0)


def cluster() -> FakeCluster:
    made = FakeCluster(nodes={1, 2}, offsets={("a", 0): 5, ("a", 1): 6, ("b", 0): 7})
    made.lead("a", 1, 2)
    made.lead("b", 1)
    return made


async def test_one_request_a_leader() -> None:
    fake = cluster()
    offsets = Offsets(fake)
    assert await offsets.ends([A0, A1, B0]) == {A0: 5, A1: 6, B0: 7}
    fake.asked.clear()
    assert await offsets.ends([A0, A1, B0]) == {A0: 5, A1: 6, B0: 7}
    assert sorted(fake.asked, key=str) == [("OffsetRequest", 1), ("OffsetRequest", 2)]
    assert await offsets.starts([A0]) == {A0: 0}
    assert await offsets.ends([]) == {}


async def test_a_leader_that_moved_is_found_again() -> None:
    fake = cluster()
    offsets = Offsets(fake)
    await offsets.ends([A0, A1, B0])
    fake.lead("a", 2, 2)
    fake.asked.clear()
    assert await offsets.ends([A0, A1, B0]) == {A0: 5, A1: 6, B0: 7}
    assert [question for question, _ in fake.asked].count("describe") == 1


async def test_a_leader_that_died_is_found_again() -> None:
    fake = cluster()
    offsets = Offsets(fake)
    await offsets.ends([A0, A1])
    fake.silent = {1}
    fake.lead("a", 2, 2)
    assert await offsets.ends([A0, A1]) == {A0: 5, A1: 6}


async def test_all_or_nothing() -> None:
    fake = cluster()
    fake.lead("a", 1, -1)
    with pytest.raises(SourceError, match="a, partition 1: no leader tells its offsets"):
        await Offsets(fake).ends([A0, A1])


@pytest.mark.parametrize("missing", [TopicPartition("c", 0), TopicPartition("a", 2)])
async def test_a_partition_that_does_not_exist(missing: TopicPartition) -> None:
    with pytest.raises(SourceError, match=f"{missing.topic}, partition {missing.partition}: does not exist"):
        await Offsets(cluster()).ends([A0, missing])


async def test_commits() -> None:
    fake = cluster()
    fake.commits = {"g": {("a", 0): (3, 0), ("a", 1): (-1, 0), ("b", 0): (0, 0)}}
    offsets = Offsets(fake)
    assert await offsets.committed("g") == {A0: 3, B0: 0}
    assert await offsets.committed("unknown") == {}
    fake.asked.clear()
    await offsets.committed("g")
    assert fake.asked == [("OffsetFetchRequest", 1)]


@pytest.mark.parametrize("codes", [[15], [0, 14], [0, 16, 15, 0], [0, 16]])
async def test_a_coordinator_that_is_not_there_yet(codes: list[int]) -> None:
    fake = cluster()
    fake.commits = {"g": {("a", 0): (3, 0)}}
    fake.group_errors = codes
    assert await Offsets(fake).committed("g") == {A0: 3}


@pytest.mark.parametrize("codes", [[30], [0, 30]])
async def test_a_group_that_may_not_be_read(codes: list[int]) -> None:
    fake = cluster()
    fake.group_errors = codes
    with pytest.raises(SourceError, match="group g: GroupAuthorizationFailed"):
        await Offsets(fake).committed("g")


async def test_an_error_of_one_partition_is_never_no_commit() -> None:
    fake = cluster()
    fake.commits = {"g": {("a", 0): (3, 0), ("b", 0): (-1, 29)}}
    with pytest.raises(SourceError, match="group g: TopicAuthorizationFailed"):
        await Offsets(fake).committed("g")


async def test_nobody_answers() -> None:
    fake = cluster()
    fake.silent = {1, 2}
    offsets = Offsets(fake)
    for question in (offsets.ends([A0]), offsets.starts([A0]), offsets.committed("g")):
        with pytest.raises(SourceError, match="can't be reached"):
            await question


async def test_an_answer_that_never_comes() -> None:
    class Hanging(FakeCluster):
        async def ask(self, request: Any, *, node: int | None = None) -> Any:
            await asyncio.Event().wait()
            return await super().ask(request, node=node)

    fake = Hanging()
    fake.lead("a", 1)
    with pytest.raises(SourceError, match=r"no offsets within 0.01 s"):
        await Offsets(fake, timeout=0.01).ends([A0])
