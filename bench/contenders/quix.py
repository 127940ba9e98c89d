"""The small job on Quix Streams with state (RocksDB and its changelog), in the best settings its documentation has.

Tried, against its defaults (commit_interval 5, 63,000 events/s where these settings gave 77,000): commit_interval 1
and 15 s, commit_every 50,000, RocksDB without fsync and without compression, librdkafka with larger queues, with
linger and lz4. Rows go in as bytes: its own JSON would cost more. `settings` of the job change each.
"""

import os
from typing import Any

from quixstreams import Application
from quixstreams.state.rocksdb import RocksDBOptions

from bench.contenders.job import Job, Stopwatch, decode_small, say, told

_ROW = "row"


def application(job: Job) -> Application:
    """As its documentation tells who wants throughput."""
    settings = job.settings
    return Application(
        broker_address=job.bootstrap,
        consumer_group=job.run,
        auto_offset_reset="earliest",
        state_dir=job.path,
        loglevel="ERROR",
        commit_interval=float(settings.get("commit_interval", 15.0)),
        commit_every=int(settings.get("commit_every", 0)),
        consumer_extra_config=settings.get("consumer", {}),
        producer_extra_config=settings.get("producer", {"linger.ms": 50}),
        rocksdb_options=RocksDBOptions(**settings.get("rocksdb", {"use_fsync": False})),
    )


def main(job: Job) -> None:
    app = application(job)
    watch = Stopwatch(job.events)

    def put(value: bytes, state: Any) -> None:
        watch.begin()
        decode_small(value)
        state.get_bytes(_ROW)
        state.set_bytes(_ROW, value)
        if watch.handle(1):
            app.stop()

    topic = app.topic(job.topic, value_deserializer="bytes", key_deserializer="bytes")
    app.dataframe(topic).update(put, stateful=True)
    _say_after_last_commit(app, watch, f"changelog__{job.run}--{job.topic}--default")
    app.run()


def _say_after_last_commit(app: Application, watch: Stopwatch, changelog: str) -> None:
    """The last checkpoint is forced when the application stops: with it everything is flushed and committed."""
    context: Any = app._processing_context  # noqa: SLF001 - there is no public sign of a commit
    commit = context.commit_checkpoint

    def told_commit(*arguments: Any, **named: Any) -> None:
        commit(*arguments, **named)
        if named.get("force"):
            say(watch.result(changelog=changelog))
            os._exit(0)

    context.commit_checkpoint = told_commit


if __name__ == "__main__":
    main(told())
