"""What the engine asks of the group's aiokafka consumer beyond its public calls; runs in the consumer's thread."""
# ruff: noqa: SLF001 - aiokafka keeps positions, end offsets and the coordinator's errors to itself

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slamon.stream.contract import Record
    from slamon.stream.options import EngineOptions

log = logging.getLogger(__name__)


class Fetched(NamedTuple):
    """What one look into the fetcher found."""

    records: dict[TopicPartition, list[Record]]
    positions: dict[TopicPartition, int]
    """Where the consumer stands after these records, gaps and transaction markers included."""
    highwaters: dict[TopicPartition, int]


def new_consumer(options: EngineOptions, assignor: Any) -> AIOKafkaConsumer:
    """The group's consumer, not started."""
    return AIOKafkaConsumer(
        client_id=options.client_id,
        bootstrap_servers=options.bootstrap,
        group_id=options.app_id,
        group_instance_id=options.instance_id,
        partition_assignment_strategy=[assignor],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=options.partition_fetch_bytes,
        request_timeout_ms=int(options.request_timeout * 1000),
        session_timeout_ms=int(options.session_timeout * 1000),
        heartbeat_interval_ms=int(options.heartbeat_interval * 1000),
        rebalance_timeout_ms=int(options.rebalance_timeout * 1000),
        **options.security,
    )


def check(consumer: AIOKafkaConsumer) -> None:
    """Raise what the coordinator found wrong. Stock Faust never asks; the group then stands still for ever."""
    consumer._coordinator.check_errors()


def show_life(consumer: AIOKafkaConsumer) -> None:
    """Count as a poll for `max_poll_interval`."""
    with consumer._subscription.fetch_context():
        pass


async def fetch(consumer: AIOKafkaConsumer, active: set[TopicPartition], wait: float, limit: int) -> Fetched:
    """What was fetched for the active partitions; waits up to `wait` seconds for something."""
    fetcher = consumer._fetcher
    if consumer._closed or fetcher._closed:
        raise ConsumerStoppedError
    check(consumer)
    records: dict[TopicPartition, list[Record]] = {}
    with consumer._subscription.fetch_context():
        if active:
            records = await fetcher.fetched_records(active, timeout=wait, max_records=limit)
        else:
            await asyncio.sleep(wait)
    return Fetched(records, *_positions(consumer))


def _positions(consumer: AIOKafkaConsumer) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None or consumer._subscription.reassignment_in_progress:
        return {}, {}
    states = {tp: assignment.state_value(tp) for tp in assignment.tps}
    positions = {tp: state.position for tp, state in states.items() if state.has_valid_position}
    ends = {tp: state.lso for tp, state in states.items() if state.lso is not None}
    return positions, ends


async def seek_to_committed(
    consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]
) -> dict[TopicPartition, int | None]:
    """Go to the group's committed offsets, or to the beginning where there is none.

    aiokafka's own `seek_to_committed` leaves partitions without a committed offset where they stand, even
    when they have moved already.
    """
    committed = {tp: await consumer.committed(tp) for tp in tps}
    for tp, offset in committed.items():
        if offset is not None:
            consumer.seek(tp, offset)
    fresh = [tp for tp, offset in committed.items() if offset is None]
    if fresh:
        await consumer.seek_to_beginning(*fresh)
    return committed


async def commit(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int], patience: float) -> bool:
    """Commit; False when the group has moved on. Raises KafkaError, or TimeoutError after `patience` seconds."""
    assigned = consumer.assignment()
    wanted = {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items() if tp in assigned}
    try:
        await asyncio.wait_for(consumer.commit(wanted), patience)
    except (CommitFailedError, IllegalStateError) as error:
        log.info("offsets not committed, the group has moved on: %s", error)
        return False
    return True


def partition_counts(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has, as far as the client knows."""
    cluster = consumer._client.cluster
    return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in topics}
