"""The small job as a hand-written aiokafka loop."""

from collections.abc import Sequence
from typing import Any

import uvloop

from bench.contenders.job import Job, decode_small, told
from bench.contenders.loop import Change, poll_and_write
from bench.topics import make_topic


async def main(job: Job) -> None:
    changelog = f"{job.run}-changelog"
    make_topic(job.bootstrap, changelog)
    tables: list[dict[bytes, bytes]] = [{} for _ in range(job.partitions)]

    def handle(partition: int, records: Sequence[Any]) -> list[Change]:
        table, changes = tables[partition], []
        for record in records:
            key = decode_small(record.value).order_id.encode()
            table.get(key)
            table[key] = record.value
            changes.append((key, record.value))
        return changes

    await poll_and_write(job, changelog, handle)


if __name__ == "__main__":
    uvloop.run(main(told()))
