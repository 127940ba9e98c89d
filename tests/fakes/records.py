"""Kafka records made by hand."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord

from slamon.stream.table import CLAIM_KEY, NO_REVISION, REVISION_HEADER


def record(
    key: bytes | None,
    value: bytes | None,
    *,
    offset: int = 0,
    headers: Sequence[tuple[str, bytes]] = (),
    topic: str = "topic",
) -> ConsumerRecord[bytes, bytes]:
    """A record as aiokafka delivers it."""
    return ConsumerRecord(topic, 0, offset, 0, 0, key, value, None, 0, 0, headers)


def row(key: bytes, payload: bytes, head: bytes) -> ConsumerRecord[bytes, bytes]:
    """A changelog record of a row."""
    return record(key, head + payload)


def tombstone(key: bytes, head: bytes) -> ConsumerRecord[bytes, bytes]:
    """A changelog record of a deleted row."""
    return record(key, None, headers=[(REVISION_HEADER, head)])


def claim(*, offset: int) -> ConsumerRecord[bytes, bytes]:
    """A worker's claim to the partition."""
    return record(CLAIM_KEY, NO_REVISION + b"{}", offset=offset)
