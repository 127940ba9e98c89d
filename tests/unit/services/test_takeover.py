"""What counts after an outbox partition changed hands."""

import asyncio

import pytest

from slamon.services import takeover as takeover_module
from slamon.services.offers import Drop, OutboxRecord
from slamon.services.takeover import Takeover
from slamon.stream import TopicPartition
from tests.fakes.stream import FakeOffsets, until

TP = TopicPartition("outbox", 4)


def _record(name: str) -> OutboxRecord:
    return OutboxRecord(drop=Drop(notice_id=name, receiver="slack"))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover_module, "_PAUSE", 0)


async def test_only_what_was_written_since_counts() -> None:
    """Older records are void; the rows offer again what they still owe."""
    takeover = Takeover(FakeOffsets({TP: 7}), "outbox")
    takeover.begin(4)
    assert takeover.owns(4)
    assert not takeover.counts(4, 5, _record("old"))
    assert not takeover.counts(4, 7, _record("early"))
    assert await takeover.complete(4) == [_record("early")]
    assert [takeover.counts(4, offset, _record("?")) for offset in (6, 7, 8)] == [False, True, True]


async def test_records_of_partitions_that_are_not_ours_do_not_count() -> None:
    """Nor are they kept for later."""
    takeover = Takeover(FakeOffsets(), "outbox")
    assert not takeover.counts(4, 1, _record("?"))
    assert await takeover.complete(4) is None
    assert not takeover.owns(4)


async def test_a_silent_broker_is_asked_until_it_answers() -> None:
    """Whatever the fault: nothing is lost meanwhile."""
    offsets = FakeOffsets({TP: 1}, away=True)
    takeover = Takeover(offsets, "outbox")
    takeover.begin(4)
    completing = asyncio.create_task(takeover.complete(4))
    await until(lambda: len(offsets.asked) > 3)
    takeover.counts(4, 1, _record("early"))
    offsets.away = False
    assert await completing == [_record("early")]


async def test_a_partition_given_up_meanwhile_is_not_taken() -> None:
    """Nor by a takeover that began before it was given up and taken again."""
    offsets = FakeOffsets({TP: 1}, away=True)
    takeover = Takeover(offsets, "outbox")
    takeover.begin(4)
    first = asyncio.create_task(takeover.complete(4))
    await until(lambda: len(offsets.asked) > 1)
    takeover.end(4)
    takeover.begin(4)
    takeover.counts(4, 1, _record("early"))
    second = asyncio.create_task(takeover.complete(4))
    offsets.away = False
    assert await first is None
    assert await second == [_record("early")]


async def test_a_partition_given_up_while_the_broker_answers_is_not_taken() -> None:
    """The answer comes too late."""
    takeover = Takeover(FakeOffsets({TP: 1}), "outbox")

    class Late(FakeOffsets):
        async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
            takeover.end(4)
            return {TP: 1}

    takeover.offsets = Late()
    takeover.begin(4)
    assert await takeover.complete(4) is None
