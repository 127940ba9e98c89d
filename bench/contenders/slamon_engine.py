"""The small job on slamon's engine: a logic of a few lines, everything else as in the daemon."""

from collections.abc import Sequence

import uvloop

from bench.contenders.job import Job, Stopwatch, decode_small, say, told, until
from bench.topics import make_topic
from slamon.kafka.topics import own_topic_specs
from slamon.stream import Effects, Engine, EngineOptions, Record, Rows


class SmallLogic:
    """Decode, get the row, put the row."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def batch(self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects) -> None:
        del topic, partition, effects
        self._watch.begin()
        if rows is None:
            raise RuntimeError("the topic has not the table's partitions")
        for record in records:
            value = record.value or b""
            key = decode_small(value).order_id.encode()
            rows.get(key)
            rows.put(key, value)

    def opened(self, partition: int, rows: Rows) -> None:
        """Nothing to build."""

    def closed(self, partition: int) -> None:
        """Nothing to drop."""


async def main(job: Job) -> None:
    spec = own_topic_specs(job.run, partitions=job.partitions, replication=1)[0]
    make_topic(job.bootstrap, spec.name, spec.config)
    watch = Stopwatch(job.events)
    options = EngineOptions(
        bootstrap=job.bootstrap,
        app_id=job.run,
        partitions=job.partitions,
        sources=(job.topic,),
        data_dir=job.path,
        instance_id=job.run,
    )
    engine = Engine(options, SmallLogic(watch))
    await engine.start()
    await until(lambda: engine.progress.records >= job.events)
    watch.handle(engine.progress.records)
    say(watch.result(changelog=options.changelog))
    await engine.stop()


if __name__ == "__main__":
    uvloop.run(main(told()))
