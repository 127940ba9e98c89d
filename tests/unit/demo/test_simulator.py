"""The simulator keeps to the script's times, and says so when it could not."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from slamon.demo.script import Episode
from slamon.demo.simulator import Simulator
from slamon.demo.story import Record
from slamon.demo.systems import CRM, MES, SHOP, System
from slamon.demo.tempo import LATEST
from slamon.demo.topics import Topics


class FakeProducer:
    """Takes records; acknowledges each at once, or as it was told."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes | None, bytes | None]] = []
        self.asked: list[str] = []
        self.failure: Exception | None = None

    async def partitions_for(self, topic: str) -> set[int]:
        self.asked.append(topic)
        return {0}

    async def send(self, topic: str, value: bytes | None, key: bytes | None) -> "asyncio.Future[Any]":
        self.records.append((topic, value, key))
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.failure is None:
            done.set_result(None)
        else:
            done.set_exception(self.failure)
        return done

    async def flush(self) -> None:
        """Nothing waits."""


class Clock:
    """Stands still unless it is set."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


def record(at: int, value: bytes, system: System = SHOP, *, timely: bool = True) -> Record:
    return Record(at, system, b"A-1", value, "A-1", timely)


def episode(starts_at: int, *records: Record) -> Episode:
    return Episode(starts_at, "any", "A-1", records)


async def played(episodes: Iterator[Episode], *, late: int = 0) -> tuple[Simulator, FakeProducer]:
    producer, clock = FakeProducer(), Clock()
    clock.now += late
    simulator = Simulator(producer, Topics("demo-1."), clock)
    await simulator.play(episodes, lambda _: None)
    return simulator, producer


async def test_records_of_all_episodes_go_out_in_the_order_of_their_times() -> None:
    first = episode(100, record(100, b"1"), record(900, b"4"))
    second = episode(300, record(300, b"2", CRM), record(500, b"3", MES))
    simulator, producer = await played(iter([first, second]))
    assert [(topic, value) for topic, value, _ in producer.records] == [
        ("demo-1.shop.orders", b"1"),
        ("demo-1.crm.orders", b"2"),
        ("demo-1.mes.orders", b"3"),
        ("demo-1.shop.orders", b"4"),
    ]
    assert (simulator.sent, simulator.void) == (4, set())


async def test_a_record_that_is_acknowledged_late_voids_its_order() -> None:
    on_time, _ = await played(iter([episode(0, record(1_000, b"1"))]), late=LATEST)
    late, _ = await played(iter([episode(0, record(1_000, b"1"))]), late=LATEST + 1)
    assert (on_time.void, late.void) == (set(), {"A-1"})
    assert late.slowest == LATEST + 1


async def test_repeats_and_stuck_messages_may_be_late() -> None:
    simulator, _ = await played(iter([episode(0, record(0, b"1", timely=False))]), late=2 * LATEST)
    assert simulator.void == set()


async def test_what_kafka_refuses_is_raised() -> None:
    producer, clock = FakeProducer(), Clock()
    producer.failure = ConnectionError("the broker is gone")
    simulator = Simulator(producer, Topics(), clock)
    with pytest.raises(ConnectionError, match="the broker is gone"):
        await simulator.play(iter([episode(0, record(0, b"1"))]), lambda _: None)


async def test_episodes_are_announced_as_they_begin() -> None:
    begun: list[int] = []
    simulator = Simulator(FakeProducer(), Topics(), Clock())
    episodes = (episode(at, record(at, b"1")) for at in (10, 20, 30))
    await simulator.play(episodes, lambda one: begun.append(one.starts_at))
    assert begun == [10, 20, 30]


async def test_it_learns_the_topics_before_the_first_record() -> None:
    producer = FakeProducer()
    await Simulator(producer, Topics(), Clock()).prepare()
    assert producer.asked == ["shop.orders", "crm.orders", "mes.orders"]
