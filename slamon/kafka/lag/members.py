"""Who reads for a group, and which topics: DescribeGroups, and ConsumerGroupDescribe for groups of KIP-848."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from slamon.kafka.lag.listing import state_of
from slamon.kafka.lag.wire import MALFORMED, TAGS, Answer, Api, Memory, Question, Reader, texts
from slamon.lag.observation import GroupState

_CLASSIC: Final = Api(key=15, oldest=0, newest=5, flexible=5)
_NEW: Final = Api(key=69, oldest=0, newest=1, flexible=0)
_THROTTLE_FROM: Final = 1
_RIGHTS_FROM: Final = 3
_INSTANCE_FROM: Final = 4
_KIND_FROM: Final = 1
_RIGHTS_BYTES: Final = 4
_TOPIC_ID: Final = 16


class Described(NamedTuple):
    """A group as its coordinator describes it: its state, how many members it has, and what they read."""

    error: int
    state: GroupState
    members: int
    assigned: frozenset[str]


def ask_for_classic(groups: Sequence[str]) -> Question:
    """Groups of the first protocol; it shows those of KIP-848 as dead."""

    def body(version: int) -> bytes:
        rights = b"\x00" if version >= _RIGHTS_FROM else b""
        flexible = version >= _CLASSIC.flexible
        return texts(groups, flexible=flexible) + rights + (TAGS if flexible else b"")

    return Question(_CLASSIC, body)


def ask_for_new(groups: Sequence[str]) -> Question:
    """Groups of KIP-848."""
    return Question(_NEW, lambda _: texts(groups, flexible=True) + b"\x00" + TAGS)


def read_classic(answer: Answer, memory: Memory[Described]) -> dict[str, Described]:
    """The answer to `ask_for_classic`."""
    reader = Reader(answer.data, flexible=answer.version >= _CLASSIC.flexible)
    if answer.version >= _THROTTLE_FROM:
        reader.int32()
    found: dict[str, Described] = {}
    for _ in range(reader.count()):
        begins = reader.at
        error, group = reader.int16(), reader.text() or ""
        key = ("classic", answer.version, group)
        known = memory.recall(key, reader, begins)
        found[group] = known or memory.keep(key, reader, begins, _classic(reader, answer.version, error))
    return found


def read_new(answer: Answer, memory: Memory[Described]) -> dict[str, Described]:
    """The answer to `ask_for_new`."""
    reader = Reader(answer.data, flexible=True, at=4)
    found: dict[str, Described] = {}
    for _ in range(reader.count()):
        begins = reader.at
        error = reader.int16()
        reader.text()
        group = reader.text() or ""
        key = ("new", answer.version, group)
        known = memory.recall(key, reader, begins)
        found[group] = known or memory.keep(key, reader, begins, _new(reader, answer.version, error))
    return found


def _classic(reader: Reader, version: int, error: int) -> Described:
    """The rest of a group's entry, from its state on."""
    state = state_of(reader.text())
    is_consumer = (reader.text() or "") == "consumer"
    reader.text()
    topics: set[str] = set()
    members = reader.count()
    for _ in range(members):
        reader.text()
        if version >= _INSTANCE_FROM:
            reader.text()
        reader.text()
        reader.text()
        subscription, assignment = reader.blob(), reader.blob()
        reader.tags()
        if is_consumer:
            topics |= _subscribed(subscription) | _assigned(assignment)
    if version >= _RIGHTS_FROM:
        reader.raw(_RIGHTS_BYTES)
    reader.tags()
    return Described(error, state, members, frozenset(topics))


def _subscribed(blob: bytes) -> set[str]:
    """Topics of a member's subscription, in the consumers' own format: version, topics, more."""
    reader = Reader(blob, flexible=False, at=2)
    try:
        return {reader.text() or "" for _ in range(reader.count())}
    except MALFORMED:
        return set()  # the members agree on the format, not the broker: another kind of client may write what it likes


def _assigned(blob: bytes) -> set[str]:
    """Topics of a member's assignment, in the consumers' own format: version, topics with partitions, more."""
    reader = Reader(blob, flexible=False, at=2)
    found: set[str] = set()
    try:
        for _ in range(reader.count()):
            found.add(reader.text() or "")
            reader.raw(4 * reader.count())
    except MALFORMED:
        return set()
    return found


def _new(reader: Reader, version: int, error: int) -> Described:
    """The rest of a group's entry, from its state on."""
    state = state_of(reader.text())
    reader.raw(8)
    reader.text()
    topics: set[str] = set()
    members = reader.count()
    for _ in range(members):
        topics |= _new_member(reader, version)
    reader.raw(_RIGHTS_BYTES)
    reader.tags()
    return Described(error, state, members, frozenset(topics))


def _new_member(reader: Reader, version: int) -> set[str]:
    for _ in range(3):  # ids of the member, its instance and its rack
        reader.text()
    reader.int32()
    reader.text()
    reader.text()
    topics = {reader.text() or "" for _ in range(reader.count())}
    reader.text()
    topics |= _new_assignment(reader)
    _new_assignment(reader)  # where the assignment is going to: nobody reads it yet
    if version >= _KIND_FROM:
        reader.byte()
    reader.tags()
    return topics


def _new_assignment(reader: Reader) -> set[str]:
    found: set[str] = set()
    for _ in range(reader.count()):
        reader.raw(_TOPIC_ID)
        found.add(reader.text() or "")
        reader.raw(4 * reader.count())
        reader.tags()
    reader.tags()
    return found
