"""slamon's whole worker: engine, core, due times, outbox, metrics, logs, counts; nobody asks its web server."""

from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.contenders.job import Job, Stopwatch, say, told, until
from bench.wiring import configuration, settings_of
from slamon.app.worker import Worker
from slamon.logs import configure_logs
from slamon.services.logic import OrderLogic
from slamon.stream import Effects, Record, Rows

_MILLISECOND = 1_000


class Steady:
    """Has a worker decide notices at the time at which records arrived, as in steady state.

    The lag gate, whose word this replaces, would have it read the whole backlog first.
    """

    def __init__(self, logic: OrderLogic, watch: Stopwatch) -> None:
        self._arrived: dict[int, int] = {}
        self._watch = watch
        self._apply = logic.batch
        logic.batch = self._batch  # type: ignore[method-assign]
        logic._now = self._arrived.get  # noqa: SLF001 - the benchmark's own word in place of the gate's

    def _batch(
        self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects
    ) -> None:
        self._watch.begin()
        self._arrived[partition] = records[-1].timestamp * _MILLISECOND
        self._apply(topic, partition, records, rows, effects)


async def main(job: Job) -> None:
    tree = configuration(bootstrap=job.bootstrap, topic=job.topic, app_id=job.run, folder=job.path)
    watch = Stopwatch(job.events)
    worker = Worker(settings_of(tree))
    engine = worker._parts.engine  # noqa: SLF001 - measured from inside
    Steady(worker._parts.logic, watch)  # noqa: SLF001
    async with worker.running() as tasks:
        progress = engine.progress
        await until(lambda: progress.records >= job.events or any(task.done() for task in tasks))
        watch.handle(progress.records)
        say(watch.result(changelog=engine.options.changelog))


if __name__ == "__main__":
    with (Path(told().folder) / "worker.log").open("w") as log:
        configure_logs(stream=log)
        uvloop.run(main(told()))
