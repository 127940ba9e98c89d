import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from slamon.demo.ports import LOOPBACK, free_port
from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster, Partition, Topic


@pytest.mark.parametrize(
    ("topic", "is_missing", "is_led"),
    [
        (Topic(0, {0: Partition(1, 1)}), False, True),
        (Topic(0, {0: Partition(1, 1), 1: Partition(-1, 1)}), False, False),
        (Topic(3, {}), True, False),
        (Topic(29, {}), False, False),
    ],
)
def test_topics(topic: Topic, is_missing: bool, is_led: bool) -> None:
    assert (topic.is_missing, topic.is_led) == (is_missing, is_led)


async def test_nobody_there() -> None:
    address = f"{LOOPBACK}:{free_port()}"
    async with Cluster(address, {}) as cluster:
        for _ in range(2):
            with pytest.raises(SourceError, match=f"{address}: can't be reached, or refuses the login"):
                await cluster.describe(["orders.events"])


@pytest.fixture
async def mute() -> AsyncIterator[str]:
    """A server that takes connections and never says a word."""
    listening = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(0), LOOPBACK, 0)
    async with listening:
        yield f"{LOOPBACK}:{listening.sockets[0].getsockname()[1]}"


async def test_a_server_that_never_answers(mute: str) -> None:
    async with Cluster(mute, {}, timeout=0.2) as cluster:
        with pytest.raises(SourceError, match=mute):
            await cluster.describe([])


async def test_closing_twice_and_unopened() -> None:
    cluster = Cluster("localhost:1", {})
    await cluster.close()
    await cluster.close()


async def test_no_question_about_no_topics() -> None:
    assert await Cluster("localhost:1", {}).settings([]) == {}


async def test_which_topics_aiokafka_looks_at_holds_for_later_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []

    class Client:
        """As far as a cluster opens and closes it."""

        def __init__(self, **_: object) -> None:
            self.tracked: list[set[str]] = []
            made.append(self)

        async def bootstrap(self) -> None: ...

        async def close(self) -> None: ...

        async def send(self, *_: object) -> str:
            return "an answer"

        def set_topics(self, topics: frozenset[str]) -> None:
            self.tracked.append(set(topics))

    monkeypatch.setattr("slamon.kafka.cluster.AIOKafkaClient", Client)
    cluster = Cluster("localhost:1", {})
    assert await cluster.ask("a question", node=1) == "an answer"
    assert made[0].tracked == [], "all, as long as nothing else is said"
    cluster.track(["a"])
    await cluster.close()
    await cluster.ask("a question", node=1)
    assert [client.tracked for client in made] == [[{"a"}], [{"a"}]]
