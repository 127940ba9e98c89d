"""A stretch is read to its end, or as far as it goes; after a fault the next read connects anew."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError

from slamon.errors import SourceError
from slamon.kafka import stretch
from slamon.kafka.cluster import Cluster
from slamon.kafka.stretch import StretchReader


class FakeConsumer:
    """A partition with records 0…9, given two at a time."""

    made = 0
    fault: KafkaError | None = None
    is_slow = False

    def __init__(self, **_: Any) -> None:
        FakeConsumer.made += 1
        self.at = 0
        self.stopped = 0

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped += 1

    def assign(self, places: list[Any]) -> None:
        self.places = places

    def seek(self, _: Any, offset: int) -> None:
        self.at = offset

    async def getmany(self, place: Any, timeout_ms: int) -> dict[Any, list[Any]]:
        assert timeout_ms > 0
        if FakeConsumer.fault is not None:
            raise FakeConsumer.fault
        step = 0 if FakeConsumer.is_slow else 2
        found = [SimpleNamespace(offset=n) for n in range(self.at, min(10, self.at + step))]
        self.at += len(found)
        return {place: found}

    async def position(self, _: Any) -> int:
        return self.at


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> StretchReader:
    monkeypatch.setattr(stretch, "AIOKafkaConsumer", FakeConsumer)
    FakeConsumer.made, FakeConsumer.fault, FakeConsumer.is_slow = 0, None, False
    return StretchReader(Cluster("broker:9092", {}), seconds=0.2)


async def test_a_stretch_is_read_to_its_end(reader: StretchReader) -> None:
    found = await reader.read("a", 0, 3, 8, 100)
    assert (found.reached, [record.offset for record in found.records]) == (8, [3, 4, 5, 6, 7])
    await reader.read("a", 0, 0, 2, 100)
    assert FakeConsumer.made == 1
    await reader.close()
    await reader.read("a", 0, 0, 2, 100)
    assert FakeConsumer.made == 2


async def test_no_more_is_read_than_wanted(reader: StretchReader) -> None:
    found = await reader.read("a", 0, 0, 10, 3)
    assert (found.reached, len(found.records)) == (4, 4)


async def test_what_does_not_come_in_time_is_left(reader: StretchReader) -> None:
    FakeConsumer.is_slow = True
    assert (await reader.read("a", 0, 3, 8, 100)).reached == 3


async def test_after_a_fault_it_connects_anew(reader: StretchReader) -> None:
    FakeConsumer.fault = KafkaConnectionError("gone")
    with pytest.raises(SourceError, match="a: gone"):
        await reader.read("a", 0, 3, 8, 100)
    FakeConsumer.fault = None
    await reader.read("a", 0, 3, 8, 100)
    assert FakeConsumer.made == 2
