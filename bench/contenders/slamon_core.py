"""slamon's whole worker: engine, core, due times, outbox, metrics, logs, counts; nobody asks its web server."""

import asyncio
import os
import sys
from typing import Any

import uvloop

from bench.contenders.job import Job, Stopwatch, say, told
from bench.wiring import configuration, settings_of
from slamon.app.clock import wall_clock
from slamon.app.worker import Worker
from slamon.logs import configure_logs
from slamon.orders.event import Instant
from slamon.settings import Settings

_LOOK = 0.002


class SteadyWorker(Worker):
    """A worker that decides notices while it reads, as in steady state: catching up it would leave that for later."""

    def __init__(self, settings: Settings, watch: Stopwatch) -> None:
        super().__init__(settings)
        self._logic.batch = _begun(self._logic.batch, watch)  # type: ignore[method-assign]

    def now(self, partition: int) -> Instant | None:
        """The wall clock in place of the lag gate's word."""
        del partition
        return wall_clock()


def _begun(batch: Any, watch: Stopwatch) -> Any:
    def begun(*arguments: Any) -> None:
        watch.begin()
        batch(*arguments)

    return begun


async def main(job: Job) -> None:
    tree = configuration(bootstrap=job.bootstrap, topic=job.topic, app_id=job.run, folder=job.path)
    watch = Stopwatch(job.events)
    worker = SteadyWorker(settings_of(tree), watch)
    async with worker.running() as tasks:
        progress = worker.engine.progress
        while progress.records < job.events and not any(task.done() for task in tasks):
            await asyncio.sleep(_LOOK)
        watch.handle(progress.records)
        say(watch.result(changelog=worker.engine.options.changelog))


if __name__ == "__main__":
    with open(os.devnull, "w") as nowhere:  # lines are made as in the daemon; where they go costs others
        configure_logs(stream=nowhere if "--quiet" in sys.argv else None)
        uvloop.run(main(told()))
