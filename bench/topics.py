"""Topics of the benchmark and what stands in them, through librdkafka: loading is not what is measured."""

from collections.abc import Iterable, Mapping

from confluent_kafka import Consumer, Producer, TopicPartition  # type: ignore[import-untyped]
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[import-untyped]

from bench.mixture import Arrival

PARTITIONS = 8
_POLL_EVERY = 5_000
_MILLISECOND = 1_000


def make_topic(bootstrap: str, name: str, config: Mapping[str, str] | None = None) -> None:
    """Make a topic with the table's partitions; raises when that fails."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics([NewTopic(name, PARTITIONS, 1, config=dict(config or {}))]).values():
        made.result(30)


def producer(bootstrap: str) -> Producer:
    """A quick producer with Java's partitioner, so that records land where slamon expects the order."""
    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "linger.ms": 20,
            "compression.type": "lz4",
            "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 2_000_000,
        }
    )


def load(bootstrap: str, topic: str, arrivals: Iterable[Arrival]) -> int:
    """Produce events stamped with their arrival; returns how many, once all are acknowledged."""
    out, count = producer(bootstrap), 0
    for at, key, value in arrivals:
        out.produce(topic, value, key, timestamp=at // _MILLISECOND)
        count += 1
        if count % _POLL_EVERY == 0:
            out.poll(0)
    left = out.flush(120)
    if left:
        raise RuntimeError(f"{left} of {count} records did not reach {topic}")
    return count


def written(bootstrap: str, topic: str) -> int:
    """How many offsets a topic has given away: records, and the few markers of transactions."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-ends"})
    try:
        marks = (reader.get_watermark_offsets(TopicPartition(topic, p), timeout=30) for p in range(PARTITIONS))
        return sum(high for _, high in marks)
    finally:
        reader.close()
