"""The small job on Faust as it comes: an agent and a table in memory, with its changelog."""

import os
import sys
from typing import Any

import uvloop

uvloop.install()  # before Faust binds a loop

import faust  # noqa: E402

from bench.contenders.job import Stopwatch, decode_small, say, told  # noqa: E402

job = told()
watch = Stopwatch(job.events)
app = faust.App(
    job.run,
    broker=f"kafka://{job.bootstrap}",
    store="memory://",
    web_enabled=False,
    topic_partitions=job.partitions,
    datadir=job.folder,
    consumer_auto_offset_reset="earliest",
    broker_max_poll_records=5_000,
    topic_disable_leader=True,
    producer_linger=0.02,
)
source = app.topic(job.topic, value_type=bytes, value_serializer="raw", key_serializer="raw")
table = app.Table("st", default=None, partitions=job.partitions, key_type=str, value_type=bytes)


@app.agent(source)
async def orders(stream: Any) -> None:
    """Decode, get the row, put the row; the end waits for what Faust itself does not wait for."""
    async for value in stream:
        watch.begin()
        order_id = decode_small(value).order_id
        table.get(order_id)
        table[order_id] = value
        if watch.handle(1):
            producer: Any = app.producer
            await producer._producer.flush()  # noqa: SLF001 - Faust's own flush gives up after 0.1 s
            await app.consumer.commit()
            say(watch.result(changelog=table.changelog_topic.get_topic_name()))
            os._exit(0)


if __name__ == "__main__":
    sys.argv = ["faust", "worker", "--without-web", "-l", "error"]
    app.main()
