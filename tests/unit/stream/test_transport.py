from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, RequestTimedOutError

from slamon.errors import EngineError
from slamon.stream.core import Fetch
from slamon.stream.faust_app import build_app
from slamon.stream.transport import as_message
from tests.fakes.engine import OPTIONS, Surroundings
from tests.fakes.records import record

TP = TopicPartition("source", 1)


class Thread:
    """In place of the consumer's thread: answers commits."""

    def __init__(self, answer: bool | Exception) -> None:
        self.answer = answer
        self.committed: list[dict[Any, int]] = []

    async def commit_once(self, offsets: dict[Any, int], _patience: float) -> bool:
        self.committed.append(offsets)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def app(tmp_path: Path) -> Any:
    """A Faust app; Any, because Faust's types know nothing of our consumer and producer."""
    around = Surroundings()
    around.core.options = replace(OPTIONS, data_dir=tmp_path)
    return build_app(around.core)


def test_a_message_is_a_whole_fetch_and_its_offset_the_last() -> None:
    fetch = Fetch("source", 1, [record(b"k", b"v", offset=n) for n in (4, 7)], end=9)
    message: Any = as_message(fetch, 3)
    assert message.value is fetch
    assert (message.offset, message.generation_id, message.tp) == (7, 3, TP)


async def test_t3_t5_faust_can_acknowledge_nothing(app: Any) -> None:
    message = as_message(Fetch("source", 1, [record(b"k", b"v")], end=1), 1)
    assert not app.consumer.ack(message)
    assert app.consumer._acked == {}


@pytest.mark.parametrize("answer", [False, TimeoutError(), RequestTimedOutError()], ids=str)
async def test_offsets_that_were_not_committed_are_tried_again(app: Any, answer: bool | Exception) -> None:
    app.core.ledger.start({TP: 0})
    app.core.ledger.take(TP, 5).finish()
    app.consumer._thread = Thread(answer)
    assert not await app.consumer.force_commit()
    assert app.core.ledger.committable() == {TP: 5}
    app.consumer._thread = Thread(True)
    assert await app.consumer.force_commit()
    assert app.core.ledger.committable() == {}


async def test_a_broker_that_refuses_our_offsets_ends_the_engine(app: Any) -> None:
    app.core.ledger.start({TP: 0})
    app.core.ledger.take(TP, 5).finish()
    app.consumer._thread = Thread(GroupAuthorizationFailedError("app"))
    with pytest.raises(EngineError, match="refuses"):
        await app.consumer.force_commit()


async def test_t1_t2_faust_can_produce_nothing(app: Any) -> None:
    with pytest.raises(EngineError):
        app.producer.send_soon(object())
    with pytest.raises(EngineError):
        await app.producer.send("t", None, None, None, None, None)


async def test_the_producer_repeats_without_writing_twice(app: Any) -> None:
    producer = app.producer._new_producer()
    try:
        assert producer._txn_manager is not None
        assert producer._txn_manager.transactional_id is None
        assert producer._sender._acks == -1
    finally:
        await producer.stop()
