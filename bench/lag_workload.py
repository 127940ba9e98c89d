"""The workload of the lag benchmark: topics, records, and groups that have committed, a third of them behind."""

import asyncio
import time
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from confluent_kafka import Producer  # type: ignore[import-untyped]
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[import-untyped]

from bench.lag_sizes import Workload

_CHUNK = 50
_PATIENCE = 180.0


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
