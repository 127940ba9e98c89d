"""Questions to a broker that dies, freezes and comes back: each ends, and later ones are answered again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from aiokafka.structs import TopicPartition

from slamon.demo.kafka.broker import Broker
from slamon.errors import SourceError
from slamon.kafka.clock import measure_skew
from slamon.kafka.cluster import Cluster
from slamon.kafka.finding import Check, Severity
from slamon.kafka.offsets import Offsets
from slamon.kafka.preflight import Surroundings, preflight
from tests.kafkas import new_topic, put

pytestmark = [pytest.mark.kafka, pytest.mark.fault]
NOTHING = Surroundings((), (), 0)


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    with Broker(heap="384m") as broker:
        yield broker


async def answered(offsets: Offsets, place: TopicPartition) -> dict[TopicPartition, int]:
    """Polls, as the engine does, until there is an answer."""
    while True:
        try:
            return await offsets.ends([place])
        except SourceError:
            await asyncio.sleep(0.1)


async def unanswered(offsets: Offsets, place: TopicPartition) -> None:
    """Polls until there is no answer: a process that was told to stop may still say a last word."""
    while True:
        try:
            await offsets.ends([place])
        except SourceError:
            return


async def refusals(cluster: Cluster, offsets: Offsets, place: TopicPartition) -> None:
    """Every kind of question ends in a SourceError; the limit is the test's, far above the questions' own."""
    questions: list[Callable[[], Awaitable[object]]] = [
        lambda: offsets.ends([place]),
        lambda: offsets.starts([place]),
        lambda: offsets.committed("group"),
        lambda: cluster.describe([place.topic]),
        lambda: measure_skew(cluster, place.topic, clock=lambda: 0),
    ]
    async with asyncio.timeout(60):
        for question in questions:
            with pytest.raises(SourceError):
                await question()
        [finding] = await preflight(cluster, NOTHING, clock=lambda: 0)
    assert (finding.severity, finding.check) == (Severity.WAIT, Check.BROKER)


async def test_dead_frozen_and_back(own_broker: Broker) -> None:
    place = TopicPartition(await new_topic(own_broker.bootstrap), 0)
    await put(own_broker.bootstrap, place.topic, [(None, b"x")] * 3)
    async with Cluster(own_broker.bootstrap, {}, timeout=1.0) as cluster:
        offsets = Offsets(cluster, timeout=2.0)
        assert await offsets.ends([place]) == {place: 3}
        await offsets.committed("group")

        own_broker.pause()
        await unanswered(offsets, place)
        await refusals(cluster, offsets, place)
        own_broker.resume()
        assert await answered(offsets, place) == {place: 3}

        own_broker.kill()
        await refusals(cluster, offsets, place)
        await asyncio.to_thread(own_broker.start)
        assert await answered(offsets, place) == {place: 3}
        assert await offsets.committed("group") == {}
        assert await preflight(cluster, NOTHING, clock=lambda: 0) == []


async def test_a_broker_that_comes_after_us(own_broker: Broker) -> None:
    place = TopicPartition(await new_topic(own_broker.bootstrap), 0)
    own_broker.kill()
    async with Cluster(own_broker.bootstrap, {}, timeout=1.0) as cluster:
        offsets = Offsets(cluster, timeout=2.0)
        await refusals(cluster, offsets, place)
        await asyncio.to_thread(own_broker.start)
        assert await answered(offsets, place) == {place: 0}
