"""The workload of the lag benchmark: topics, records, and groups that have committed, a third of them behind."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from confluent_kafka import Producer  # type: ignore[import-untyped]
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[import-untyped]

from slamon.orders.event import Instant, Span

_CHUNK = 50
_PATIENCE = 180.0
_EVERY_THIRD = 3
_MOST_BEHIND = 50


@dataclass(frozen=True, slots=True)
class Workload:
    """Sizes; every group has committed to `reads` whole topics, every third partition short of the end."""

    groups: int = 100
    topics: int = 100
    partitions: int = 10
    records: int = 300
    """In each partition."""
    reads: int = 10
    made_at: int = field(default_factory=lambda: int(time.time() * 1000))
    """When the newest record says that it was written, in milliseconds."""
    added: dict[str, list[int]] = field(default_factory=dict)
    """The timestamps of records that came later, one in each partition of a topic."""

    @property
    def pairs(self) -> int:
        """Groups times partitions."""
        return self.groups * self.reads * self.partitions

    def topic(self, number: int) -> str:
        """A topic's name."""
        return f"bench-lag-{number % self.topics:05d}"

    def group(self, number: int) -> str:
        """A group's name."""
        return f"bench-group-{number:05d}"

    def committed(self, group: int) -> dict[str, dict[int, int]]:
        """What a group has committed: lag 0, or 1 to 50 records on every third partition."""
        found: dict[str, dict[int, int]] = {}
        most = min(_MOST_BEHIND, self.records)
        for at in range(self.reads):
            number = group * self.reads + at
            behind = {p: 1 + (group * 7 + p) % most for p in range(self.partitions) if (number + p) % _EVERY_THIRD == 0}
            found[self.topic(number)] = {p: self.records - behind.get(p, 0) for p in range(self.partitions)}
        return found

    def stamp(self, topic: str, offset: int) -> int:
        """The timestamp of a record in milliseconds: they are a second apart."""
        if offset >= self.records:
            return self.added[topic][offset - self.records]
        return self.made_at - (self.records - 1 - offset) * 1000

    def age(self, topic: str, offset: int, lag: int, now: Instant) -> Span:
        """How old the first unread record is; 0 when all is read."""
        return max(0, now - self.stamp(topic, offset) * 1000) if lag else 0

    def lags(self) -> dict[str, int]:
        """The truth: the lag of each group in records."""
        return {
            self.group(number): sum(
                self.records - offset + len(self.added.get(topic, ()))
                for topic, offsets in self.committed(number).items()
                for offset in offsets.values()
            )
            for number in range(self.groups)
        }

    def __str__(self) -> str:
        return (
            f"{self.groups:,} groups, {self.topics * self.partitions:,} partitions, {self.pairs:,} pairs of both, "
            f"{self.records} records a partition"
        )


def make(bootstrap: str, load: Workload) -> None:
    """Topics and records through librdkafka, commits through aiokafka."""
    asyncio.run(_commit(bootstrap, Workload(groups=0)))  # makes the topic of the commits while the broker has time
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = [load.topic(number) for number in range(load.topics)]
    for start in range(0, len(names), _CHUNK):
        new = [NewTopic(name, load.partitions, 1) for name in names[start : start + _CHUNK]]
        for made in admin.create_topics(new, request_timeout=120).values():
            made.result(120)
    _wait_until_led(admin, load, names)
    _produce(bootstrap, load, names)
    asyncio.run(_commit(bootstrap, load))


def _wait_until_led(admin: AdminClient, load: Workload, names: list[str]) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        topics = admin.list_topics(timeout=60).topics
        if all(
            name in topics
            and len(topics[name].partitions) == load.partitions
            and all(partition.leader >= 0 for partition in topics[name].partitions.values())
            for name in names
        ):
            return
        time.sleep(1)
    raise RuntimeError("not every partition has a leader")


def _refused(error: object, _: object) -> None:
    """Librdkafka gives up on a record quietly unless one listens."""
    if error is not None:
        raise RuntimeError(f"a record was not written: {error}")


def _produce(bootstrap: str, load: Workload, names: list[str]) -> None:
    out = Producer({"bootstrap.servers": bootstrap, "linger.ms": 50, "queue.buffering.max.messages": 2_000_000})
    for name in names:
        for number in range(load.records):
            stamp = load.stamp(name, number)
            for partition in range(load.partitions):
                out.produce(name, b"x", partition=partition, timestamp=stamp, on_delivery=_refused)
        out.poll(0)
    if left := out.flush(300):
        raise RuntimeError(f"{left} records did not arrive")


def add(bootstrap: str, load: Workload, topics: int) -> None:
    """One record more in each partition of some topics."""
    out = Producer({"bootstrap.servers": bootstrap})
    now = int(time.time() * 1000)
    for number in range(topics):
        name = load.topic(number)
        load.added.setdefault(name, []).append(now)
        for partition in range(load.partitions):
            out.produce(name, b"x", partition=partition, timestamp=now, on_delivery=_refused)
    if left := out.flush(60):
        raise RuntimeError(f"{left} records did not arrive")


async def _commit(bootstrap: str, load: Workload) -> None:
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        node = await _coordinator(client, load.group(0))
        for number in range(load.groups):
            topics = [
                (topic, [(partition, offset, "") for partition, offset in offsets.items()])
                for topic, offsets in load.committed(number).items()
            ]
            await _commit_one(client, node, OffsetCommitRequest(load.group(number), -1, "", -1, topics))
    finally:
        await client.close()


async def _commit_one(client: Any, node: int, request: OffsetCommitRequest) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        answer = await client.send(node, request)
        errors = {error for _, partitions in answer.topics for _, error in partitions}
        if errors == {0}:
            return
        if time.monotonic() > give_up:
            raise RuntimeError(f"commits were refused: {errors}")
        await asyncio.sleep(0.2)


async def _coordinator(client: Any, group: str) -> int:
    """There is one node; Kafka makes the topic of the commits when it is first asked for."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        node: int = client.get_random_node()
        answer = await client.send(node, FindCoordinatorRequest(group, 0))
        if answer.error_code == 0:
            await asyncio.sleep(1)
            return int(answer.coordinator_id)
        await asyncio.sleep(0.2)
    raise RuntimeError("no coordinator")
