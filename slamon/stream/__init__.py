"""The stream engine: a Faust app with micro-batches, acknowledged changelogs and partitions of rows as bytes.

It knows nothing of orders. `Engine(options, logic)` joins the consumer group `options.app_id`, brings the
assigned partitions of the table up to date from the changelog, and calls `logic` (a `PartitionLogic`)
synchronously: `opened` per partition, then `batch` per fetched batch of records, `closed` when a partition
goes to another worker.

Public names::

    Engine          start, stop, write, send, rows, partitions, before_revoke,
                    processed, owned_sources, owners, progress, ready
    EngineOptions   how it is set up (frozen, keyword-only)
    PartitionLogic  what you implement: batch, opened, closed
    Rows            get, put, delete, len, items of one partition
    Effects         before, after: records to produce with a step
    Outgoing        one record to produce
    Record          a record as aiokafka delivers it
    Step            a synchronous change for `Engine.write`
    TopicPartition  topic, partition
    PartitionLostError  the step was not done here: the partition went elsewhere

Start it inside a running event loop (asyncio or uvloop); `start` returns at once and `ready()` tells what is
waited for. It ends the process (`die`, by default `os._exit(1)`) rather than run past something that it can't
mend; the state is safe, a supervisor restarts it.
"""

from slamon.stream.contract import (
    Effects,
    Outgoing,
    PartitionLogic,
    PartitionLostError,
    Record,
    Rows,
    Step,
    TopicPartition,
)
from slamon.stream.engine import Engine
from slamon.stream.ground import Progress
from slamon.stream.options import EngineOptions

__all__ = [
    "Effects",
    "Engine",
    "EngineOptions",
    "Outgoing",
    "PartitionLogic",
    "PartitionLostError",
    "Progress",
    "Record",
    "Rows",
    "Step",
    "TopicPartition",
]
