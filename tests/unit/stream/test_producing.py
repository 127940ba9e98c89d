import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    TopicAuthorizationFailedError,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from slamon.errors import EngineError
from slamon.stream import producing
from slamon.stream.contract import Outgoing
from slamon.stream.table import REVISION_HEADER, revision

HEAD = revision(1, 2)


class Producer:
    """Takes batches; `answers` are the errors to give first."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.batches: list[tuple[str, int, int]] = []
        self.ends: dict[tuple[str, int], int] = {}

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(400, 0)

    async def partitions_for(self, _topic: str) -> set[int]:
        return {0, 1, 2}

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[Any]:
        acknowledgement: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.answers:
            acknowledgement.set_exception(self.answers.pop(0))
            return acknowledgement
        self.batches.append((topic, partition, batch.record_count()))
        offset = self.ends.get((topic, partition), 0)
        self.ends[topic, partition] = offset + batch.record_count()
        acknowledgement.set_result(SimpleNamespace(offset=offset))
        return acknowledgement


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "_BACKOFF", 0.0)


async def test_changes_go_out_in_batches_and_the_end_offset_comes_back() -> None:
    producer = Producer()
    changes = [(b"k%d" % n, HEAD + bytes(100), HEAD) for n in range(5)]
    assert await producing.Producing(lambda: producer).changes("log", 3, changes) == 5
    assert [count for _, _, count in producer.batches] == [2, 2, 1]
    assert {(topic, partition) for topic, partition, _ in producer.batches} == {("log", 3)}


async def test_a_tombstone_carries_its_revision_in_a_header() -> None:
    entries: list[Any] = []

    class Spying(Producer):
        def create_batch(self) -> Any:
            builder = super().create_batch()
            append = builder.append

            def note(**entry: Any) -> Any:
                entries.append(entry)
                return append(**entry)

            builder.append = note
            return builder

    await producing.Producing(Spying).changes("log", 0, [(b"k", None, HEAD)])
    assert entries[0]["headers"] == [(REVISION_HEADER, HEAD)]
    assert entries[0]["value"] is None


async def test_records_go_by_their_key_as_with_every_other_producer() -> None:
    producer = Producer()
    await producing.Producing(lambda: producer).records(
        [Outgoing("t", b"key-1", b""), Outgoing("t", b"key-1", b""), Outgoing("t", b"key-1", b"", partition=2)]
    )
    assert sorted(count for _, _, count in producer.batches) == [1, 2]


@pytest.mark.parametrize("error", [NotEnoughReplicasError(), KafkaTimeoutError()], ids=lambda e: type(e).__name__)
async def test_what_passes_is_waited_for(error: Exception) -> None:
    producer = Producer(error, error)
    assert await producing.Producing(lambda: producer).changes("log", 0, [(b"k", HEAD, HEAD)]) == 1
    assert producer.batches == [("log", 0, 1)]


@pytest.mark.parametrize(
    "error",
    [MessageSizeTooLargeError(), TopicAuthorizationFailedError(), OutOfOrderSequenceNumber(), ProducerClosed()],
    ids=lambda e: type(e).__name__,
)
async def test_t2_what_no_repetition_mends_is_an_engine_error(error: Exception) -> None:
    with pytest.raises(EngineError):
        await producing.Producing(lambda: Producer(error)).changes("log", 0, [(b"k", HEAD, HEAD)])


async def test_the_first_error_is_raised_when_all_have_ended() -> None:
    ended: list[str] = []

    async def fail() -> None:
        raise ConnectionError

    async def last() -> None:
        await asyncio.sleep(0)
        ended.append("last")

    with pytest.raises(ConnectionError):
        await producing.gather(fail(), last())
    assert ended == ["last"]
