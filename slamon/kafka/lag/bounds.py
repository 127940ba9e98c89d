"""Where logs start and end, and which record is the first of a time: ListOffsets, one question per leader."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from slamon.kafka.lag.wire import TAGS, Answer, Api, Memory, Question, Reader, count, text

_API: Final = Api(key=2, oldest=2, newest=7, flexible=6)
_EPOCH_FROM: Final = 4
_CONSUMER: Final = struct.Struct(">ib").pack
_NO_EPOCH: Final = -1
_ASKED: Final = struct.Struct(">iiqB")
"""Partition, leader epoch, timestamp, tags."""
_ASKED_WITH_EPOCH: Final = struct.Struct(">iiq")
_ASKED_PLAINLY: Final = struct.Struct(">iq")
_FOUND: Final = struct.Struct(">ihqqiB")
"""Partition, error, timestamp, offset, leader epoch, tags."""
_FOUND_WITH_EPOCH: Final = struct.Struct(">ihqqi")
_FOUND_PLAINLY: Final = struct.Struct(">ihqq")


class Bound(Enum):
    """An end of a log that is asked for; the value is (isolation level, timestamp) as Kafka has them."""

    START = (0, -2)
    STABLE_END = (1, -1)
    END = (0, -1)


class Stood(NamedTuple):
    """What a leader tells of one partition; offset, timestamp and epoch -1 for none."""

    error: int
    timestamp: int
    offset: int
    epoch: int


Share: TypeAlias = Mapping[str, Sequence[int]]
"""Partitions by topic."""
Moments: TypeAlias = Mapping[str, Iterable[tuple[int, int]]]
"""Partitions and timestamps in milliseconds, by topic."""


def ask_for_bound(bound: Bound, share: Share) -> Question:
    """One end of the logs of these partitions, all led by the node that is asked."""
    isolation, moment = bound.value
    return _question(isolation, {topic: [(number, moment) for number in numbers] for topic, numbers in share.items()})


def ask_for_moments(moments: Moments) -> Question:
    """The first record of each partition with that timestamp or a later one, up to the high watermark."""
    return _question(0, moments)


def read_bound(answer: Answer, memory: Memory[dict[int, Stood]], key: object) -> dict[str, dict[int, Stood]]:
    """What a leader tells, by topic and partition; topics told as before give the same objects again.

    `key` names the question: the same bytes mean something else in the answer to another.
    """
    reader = _reader(answer)
    found: dict[str, dict[int, Stood]] = {}
    for _ in range(reader.count()):
        begins = reader.at
        topic = reader.text() or ""
        place = (key, answer.version, topic)
        known = memory.recall(place, reader, begins)
        if known is None:
            known = memory.keep(place, reader, begins, _partitions(reader, answer.version))
        found[topic] = known
    return found


def read_moments(answer: Answer) -> dict[str, dict[int, Stood]]:
    """What a leader tells, by topic and partition."""
    reader = _reader(answer)
    return {reader.text() or "": _partitions(reader, answer.version) for _ in range(reader.count())}


def _question(isolation: int, moments: Moments) -> Question:
    def body(version: int) -> bytes:
        flexible = version >= _API.flexible
        after = TAGS if flexible else b""
        parts = [_CONSUMER(-1, isolation), count(len(moments), flexible=flexible)]
        for topic, wanted in moments.items():
            entries = _entries(version, wanted)
            parts += (text(topic, flexible=flexible), count(len(entries), flexible=flexible), *entries, after)
        return b"".join(parts) + after

    return Question(_API, body)


def _entries(version: int, wanted: Iterable[tuple[int, int]]) -> list[bytes]:
    if version >= _API.flexible:
        return [_ASKED.pack(number, _NO_EPOCH, moment, 0) for number, moment in wanted]
    if version >= _EPOCH_FROM:
        return [_ASKED_WITH_EPOCH.pack(number, _NO_EPOCH, moment) for number, moment in wanted]
    return [_ASKED_PLAINLY.pack(number, moment) for number, moment in wanted]


def _reader(answer: Answer) -> Reader:
    return Reader(answer.data, flexible=answer.version >= _API.flexible, at=4)


def _partitions(reader: Reader, version: int) -> dict[int, Stood]:
    """The rest of a topic's entry."""
    entries = reader.count()
    entry = _FOUND if version >= _API.flexible else _FOUND_WITH_EPOCH if version >= _EPOCH_FROM else _FOUND_PLAINLY
    run = reader.raw(entries * entry.size)
    if entry is _FOUND and run[entry.size - 1 :: entry.size].strip(TAGS):
        raise IndexError("tagged fields where Kafka has none")
    reader.tags()
    if entry is _FOUND_PLAINLY:
        return {number: Stood(error, at, offset, -1) for number, error, at, offset in entry.iter_unpack(run)}
    return {number: Stood(error, at, offset, epoch) for number, error, at, offset, epoch, *_ in entry.iter_unpack(run)}
