"""The hand-written loop itself: poll, handle, write the changelog in batches, wait for the broker, commit.

What somebody writes who knows aiokafka well and needs nothing else: no rebalances, no recovery, no timers.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.contenders.job import Job, Stopwatch, say

Change = tuple[bytes, bytes]
Handle = Callable[[int, Sequence[Any]], Iterable[Change]]
"""From a partition's records to the rows to write, one per record that changed something."""

_POLL_RECORDS = 5_000
_BATCH_BYTES = 512 * 1024


async def poll_and_write(job: Job, changelog: str, handle: Handle) -> None:
    """Do the job and say the result."""
    consumer = AIOKafkaConsumer(
        job.topic,
        bootstrap_servers=job.bootstrap,
        group_id=job.run,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=_POLL_RECORDS,
    )
    producer = AIOKafkaProducer(bootstrap_servers=job.bootstrap, linger_ms=5, max_batch_size=_BATCH_BYTES)
    await consumer.start()
    await producer.start()
    watch, done = Stopwatch(job.events), False
    while not done:
        polled = await consumer.getmany(timeout_ms=500, max_records=_POLL_RECORDS)
        watch.begin() if polled else None
        sent: list[Any] = []
        for tp, records in polled.items():
            sent += await _write(producer, changelog, tp.partition, handle(tp.partition, records))
            done = watch.handle(len(records))
        await asyncio.gather(*sent)
        await consumer.commit()
    say(watch.result(changelog=changelog))
    await consumer.stop()
    await producer.stop()


async def _write(producer: Any, topic: str, partition: int, changes: Iterable[Change]) -> list[Any]:
    sent, batch = [], producer.create_batch()
    for key, value in changes:
        if batch.append(key=key, value=value, timestamp=None) is None:
            batch.close()
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None)
    if batch.record_count():
        batch.close()
        sent.append(await producer.send_batch(batch, topic, partition=partition))
    return sent
