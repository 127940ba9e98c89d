"""What groups have committed: OffsetFetch, many groups in one question from Kafka 3.0 on, else one group each."""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from slamon.kafka.lag.faults import OK, unknown
from slamon.kafka.lag.wire import TAGS, Answer, Api, Memory, Question, Reader, count, nothing, text
from slamon.lag.observation import Place, Unknown

_MANY: Final = Api(key=9, oldest=8, newest=8, flexible=6)
_ONE: Final = Api(key=9, oldest=2, newest=7, flexible=6)
_THROTTLE_FROM: Final = 3
_EPOCH_FROM: Final = 5
_STABLE_FROM: Final = 7
_ENTRY: Final = struct.Struct(">iqiBhB")
"""Partition, offset, leader epoch, length of the metadata, error, tags: 20 bytes when nothing is written beside."""
_METADATA, _ERROR, _TAGS = 16, 17, 19


class Committed(NamedTuple):
    """What one group has committed; `error` is Kafka's code for the whole group."""

    commits: dict[str, dict[int, int]]
    unknown: dict[Place, Unknown]
    metadata: dict[Place, str]
    error: int


def ask_for_many(groups: Sequence[str]) -> Question:
    """The commits of several groups of one coordinator; unsupported before Kafka 3.0."""

    def body(version: int) -> bytes:
        flexible = version >= _MANY.flexible
        each = (text(group, flexible=flexible) + nothing(flexible=flexible) + TAGS for group in groups)
        # Not `require_stable`: an offset that a transaction is about to move is still what is committed now.
        return count(len(groups), flexible=flexible) + b"".join(each) + b"\x00" + TAGS

    return Question(_MANY, body)


def ask_for_one(group: str) -> Question:
    """The commits of one group."""

    def body(version: int) -> bytes:
        flexible = version >= _ONE.flexible
        stable = b"\x00" if version >= _STABLE_FROM else b""
        return text(group, flexible=flexible) + nothing(flexible=flexible) + stable + (TAGS if flexible else b"")

    return Question(_ONE, body)


def read_many(answer: Answer, memory: Memory[Committed]) -> dict[str, Committed]:
    """The answer to `ask_for_many`; groups that stand in it as they did before give the same objects again."""
    reader = Reader(answer.data, flexible=True, at=4)
    found: dict[str, Committed] = {}
    for _ in range(reader.count()):
        begins = reader.at
        group = reader.text() or ""
        key = (answer.version, group)
        known = memory.recall(key, reader, begins)
        if known is None:
            topics = _topics(reader, answer.version)
            error = reader.int16()
            reader.tags()
            known = memory.keep(key, reader, begins, Committed(*topics, error))
        found[group] = known
    return found


def read_one(answer: Answer) -> Committed:
    """The answer to `ask_for_one`."""
    reader = Reader(answer.data, flexible=answer.version >= _ONE.flexible)
    if answer.version >= _THROTTLE_FROM:
        reader.int32()
    return Committed(*_topics(reader, answer.version), reader.int16())


def _topics(reader: Reader, version: int) -> tuple[dict[str, dict[int, int]], dict[Place, Unknown], dict[Place, str]]:
    commits: dict[str, dict[int, int]] = {}
    faults: dict[Place, Unknown] = {}
    metadata: dict[Place, str] = {}
    for _ in range(reader.count()):
        topic = reader.text() or ""
        entries = reader.count()
        found = _run(reader, entries) if reader.flexible else None
        if found is None:
            found = {}
            for _ in range(entries):
                partition, offset, beside, error = _entry(reader, version)
                if error != OK:
                    faults[Place(topic, partition)] = unknown(error)
                elif offset >= 0:
                    found[partition] = offset
                    if beside:
                        metadata[Place(topic, partition)] = beside
        reader.tags()
        if found:
            commits[topic] = found
    return commits, faults, metadata


def _run(reader: Reader, entries: int) -> dict[int, int] | None:
    """Entries that are all of the same size and without errors, in one go; None when one of them is not so."""
    run = reader.data[reader.at : reader.at + entries * _ENTRY.size]
    step = _ENTRY.size
    plain = (
        len(run) == entries * step
        and not run[_METADATA::step].strip(b"\x00\x01")
        and not run[_TAGS::step].strip(b"\x00")
        and not run[_ERROR::step].strip(b"\x00")
        and not run[_ERROR + 1 :: step].strip(b"\x00")
    )
    if not plain:
        return None
    reader.at += len(run)
    return {partition: offset for partition, offset, _, _, _, _ in _ENTRY.iter_unpack(run) if offset >= 0}


def _entry(reader: Reader, version: int) -> tuple[int, int, str | None, int]:
    """Partition, offset, what is written beside it, error."""
    partition, offset = reader.int32(), reader.int64()
    if version >= _EPOCH_FROM:
        reader.int32()
    beside, error = reader.text(), reader.int16()
    reader.tags()
    return partition, offset, beside, error
