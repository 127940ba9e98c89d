import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from slamon.stream import group_consumer

A, B, C = (TopicPartition("t", n) for n in range(3))


class Consumer:
    """What seeking and committing ask of an AIOKafkaConsumer."""

    def __init__(self, committed: dict[TopicPartition, int | None], error: Exception | None = None) -> None:
        self.offsets = committed
        self.error = error
        self.done: list[tuple[Any, ...]] = []

    async def committed(self, tp: TopicPartition) -> int | None:
        return self.offsets[tp]

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.done.append(("seek", tp, offset))

    async def seek_to_beginning(self, *tps: TopicPartition) -> None:
        self.done.append(("beginning", *tps))

    def assignment(self) -> set[TopicPartition]:
        return set(self.offsets)

    async def commit(self, offsets: dict[TopicPartition, Any]) -> None:
        if self.error is not None:
            raise self.error
        self.done.append(("commit", {tp: meta.offset for tp, meta in offsets.items()}))


async def test_every_partition_is_set_whether_it_has_an_offset_zero_or_none() -> None:
    consumer: Any = Consumer({A: 7, B: 0, C: None})
    assert await group_consumer.seek_to_committed(consumer, [A, B, C]) == {A: 7, B: 0, C: None}
    assert consumer.done == [("seek", A, 7), ("seek", B, 0), ("beginning", C)]


async def test_only_what_is_assigned_is_committed() -> None:
    consumer: Any = Consumer({A: None})
    assert await group_consumer.commit(consumer, {A: 5, B: 6}, 1.0)
    assert consumer.done == [("commit", {A: 5})]


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError()], ids=lambda e: type(e).__name__)
async def test_a_group_that_has_moved_on_is_no_error(error: Exception) -> None:
    consumer: Any = Consumer({A: None}, error)
    assert not await group_consumer.commit(consumer, {A: 5}, 1.0)


async def test_a_commit_without_an_answer_ends_in_time() -> None:
    class Silent(Consumer):
        async def commit(self, _offsets: dict[TopicPartition, Any]) -> None:
            await asyncio.Event().wait()

    consumer: Any = Silent({A: None})
    with pytest.raises(TimeoutError):
        await group_consumer.commit(consumer, {A: 5}, 0.01)
