"""Lag joined to orders: a consumer that is frozen on one record is told of with its order; released, all is over."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from slamon.kafka.partitioner import partition_of
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import PARTITIONS, SECOND, Plan, World, event, now, promise
from tests.kafkas import unique

pytestmark = pytest.mark.kafka

Json = dict[str, Any]
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
STUCK = "o-stuck"
PLACE = partition_of(STUCK.encode(), PARTITIONS)
BEHIND = [f"o-{n}" for n in range(200) if partition_of(f"o-{n}".encode(), PARTITIONS) == PLACE][:3]


def _plan(group: str) -> Plan:
    lag = {
        "interval": "PT1S",
        "groups": {"include": [re.escape(group)]},
        "warn_after": "PT4S",
        "critical_after": "PT1H",
        "still_after": "PT2S",
        "clear_after": "PT0S",
    }
    return Plan(promise("P10D", "P1D"), receivers=("slack",), more={"lag": lag})


async def _lag_notice(worker: Daemon, *, standing: bool = True, like: str = "") -> Json:
    async def asked() -> list[Json]:
        found = await worker.notices(kind="lag")
        return [one for one in found if one["standing"] is standing and re.search(like, one["text"])]

    return (await until(asked, bool, what=f"a lag notice, standing: {standing}, like {like}"))[0]


def _cause(explained: Json) -> str | None:
    """What the order waits for now; None where that is not known."""
    return (explained.get("blocked") or {}).get("cause")


@asynccontextmanager
async def _frozen(world: World, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that is a member of its group, has committed the beginning, and goes no further."""
    topic = world.topics["orders"]
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=world.bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        while len(consumer.assignment()) < PARTITIONS:
            await consumer.getmany(timeout_ms=100)
        await consumer.commit({TopicPartition(topic, number): 0 for number in range(PARTITIONS)})
        yield consumer
    finally:
        await consumer.stop()


async def _told(world: World) -> None:
    """One order that the group stands on, three that wait behind it, the second with the nearest promise."""
    at = now() - MINUTE
    said = [event(STUCK, "SUBMITTED", at)]
    said += [event(order_id, "SUBMITTED", at + 1 + number) for number, order_id in enumerate(BEHIND)]
    said[2]["promised_at"] = event("x", None, now() + 2 * DAY)["occurred_at"]
    await world.tell(said)


def _checked(notice: Json, group: str, topic: str) -> None:
    text = notice["text"]
    assert notice["subject"] == group
    assert f"Group {group} is stuck on" in text
    assert topic in text
    assert f"partition {PLACE}, offset 0, order {STUCK}" in text
    assert "4 orders wait behind it" in text
    assert f"First promise in danger: order {BEHIND[1]}" in text


async def test_a_consumer_frozen_on_one_record(bootstrap: str, tmp_path: Path) -> None:
    """The notice names everything; the order's page says what it waits behind; released, the message says so."""
    group = unique("crm-sync")
    async with World(bootstrap, tmp_path, _plan(group)) as world, _frozen(world, group) as consumer:
        worker = await world.worker()
        topic = world.topics["orders"]
        await _told(world)
        notice = await _lag_notice(worker, like="is stuck.*First promise in danger")
        _checked(notice, group, topic)

        async def explained() -> Json:
            _, found = await worker.get(f"/api/v1/orders/{BEHIND[0]}/explain")
            return dict(found)

        said = await until(
            explained, lambda found: (found["blocked"] or {}).get("cause") == "queue", what="it is blocked"
        )
        assert said["blocked"]["who"] == group
        assert f"Waiting behind group {group}" in said["blocked"]["text"]
        queued = 'slamon_orders_blocked{cause="queue"}'
        await until(lambda: worker.gauge(queued), lambda n: n == 4, what="four orders are blocked")

        await consumer.commit({TopicPartition(topic, PLACE): 4})
        over = await _lag_notice(worker, standing=False)
        assert over["notice_id"] == notice["notice_id"]
        assert "Over since" in over["text"]

        async def edited() -> list[str]:
            roots = world.slack.workspace().channel("late-orders").roots
            return [root["text"] for root in roots if "Over since" in root["text"]]

        assert await until(edited, bool, what="the message in Slack says that it is over")
        said = await until(explained, lambda found: _cause(found) not in {None, "queue"}, what="it goes on")
        assert "No queue holds it" in said["blocked"]["text"]
        assert group in {cause["who"] for cause in said["causes"] if cause["cause"] == "queue"}


async def test_two_workers_and_a_restart(bootstrap: str, tmp_path: Path) -> None:
    """Whoever watches joins the orders of both; what was read before the restart is read again for the index."""
    group = unique("mes")
    async with World(bootstrap, tmp_path, _plan(group)) as world, _frozen(world, group):
        first, second = await world.worker(), await world.worker()
        await _told(world)
        notice = await _lag_notice(first, like="is stuck.*First promise in danger")
        _checked(notice, group, world.topics["orders"])

        async def explained() -> Json:
            _, found = await second.get(f"/api/v1/orders/{STUCK}/explain")
            return dict(found)

        said = await until(
            explained, lambda found: (found["blocked"] or {}).get("cause") == "queue", what="it is blocked"
        )
        assert said["blocked"]["queues"][0]["offset"] == 0
        await first.stopped()
        await second.stopped()
        third = await world.worker()

        async def waiting() -> Any:
            code, found = await third.get(f"/api/v1/lag/{group}")
            return found.get("orders") if code == 200 else None

        found = await until(waiting, lambda orders: orders is not None and not orders["at_least"], what="all are known")
        assert (found["waiting"], found["soonest"], found["oldest"]) == (4, BEHIND[1], STUCK)
        [again] = await third.notices(kind="lag")
        assert (again["notice_id"], again["standing"]) == (notice["notice_id"], True)
