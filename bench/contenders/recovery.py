"""slamon's worker takes up a changelog: rows a second with the due-time index, and what it then holds in memory."""

import asyncio
import gc
import time
from pathlib import Path

import uvloop

from bench.contenders.job import Job, say, told, until
from bench.wiring import configuration, settings_of
from slamon.app.worker import Worker
from slamon.logs import configure_logs

_SETTLE = 5.0
"""Seconds until the first round of counts and gauges is over."""
_PAGE = 4096


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE


async def main(job: Job) -> None:
    """`job.events` is the number of rows that stand in the changelog; 0 measures an empty worker."""
    tree = configuration(bootstrap=job.bootstrap, topic=job.topic, app_id=job.run, folder=job.path)
    worker = Worker(settings_of(tree))
    parts = worker._parts  # noqa: SLF001 - measured from inside
    async with worker.running():
        progress = parts.engine.progress
        await until(lambda: bool(progress.replayed or parts.engine.partitions()))
        first, cpu, already = time.perf_counter(), time.process_time(), progress.replayed
        await until(lambda: len(parts.engine.partitions()) == job.partitions)
        seconds, cpu = time.perf_counter() - first, time.process_time() - cpu
        await asyncio.sleep(_SETTLE)
        gc.collect()
        rows = sum(len(parts.engine.rows(number) or ()) for number in range(job.partitions))
        due = sum(len(orders.due) for orders in parts.logic.partitions.values())
        replayed = progress.replayed - already
        say({"events": replayed, "seconds": seconds, "cpu": cpu, "rows": rows, "due": due, "rss": resident()})


if __name__ == "__main__":
    with (Path(told().folder) / "worker.log").open("a") as log:
        configure_logs(stream=log)
        uvloop.run(main(told()))
