"""Which nodes and topics there are, topics' ids, and who leads their partitions: Metadata, taken apart by hand."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from slamon.kafka.cluster import NO_LEADER
from slamon.kafka.lag.wire import TAGS, Answer, Api, Memory, Question, Reader, count, nothing, text

_API: Final = Api(key=3, oldest=4, newest=12, flexible=9)
_THROTTLE_FROM: Final = 3
_OFFLINE_FROM: Final = 5
_EPOCH_FROM: Final = 7
_RIGHTS_FROM: Final = 8
_CLUSTER_RIGHTS_TO: Final = 10
_ID_FROM: Final = 10
_NO_ID: Final = bytes(16)


@dataclass(frozen=True, slots=True, eq=False)
class TopicPlaces:
    """A topic as a node knows it; the same object as long as nothing about it changes.

    `leaders[partition]` is a node id, -1 for nobody. `error` is Kafka's code, 0 for none.
    """

    error: int
    topic_id: str | None
    is_internal: bool
    leaders: Mapping[int, int]
    replicas: Mapping[int, tuple[int, ...]]
    shares: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The partitions that each node leads."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The nodes alive (`host:port` by id) and the topics that were asked for."""

    nodes: Mapping[int, str]
    topics: Mapping[str, TopicPlaces]


def ask_for_topics(names: Collection[str] | None) -> Question:
    """These topics, or all; makes none."""

    def body(version: int) -> bytes:
        flexible = version >= _API.flexible
        if names is None:
            topics = nothing(flexible=flexible)
        else:
            before = _NO_ID if version >= _ID_FROM else b""
            after = TAGS if flexible else b""
            each = (before + text(name, flexible=flexible) + after for name in names)
            topics = count(len(names), flexible=flexible) + b"".join(each)
        rights = (version >= _RIGHTS_FROM) + (_RIGHTS_FROM <= version <= _CLUSTER_RIGHTS_TO)
        return topics + b"\x00" + b"\x00" * rights + (TAGS if flexible else b"")

    return Question(_API, body)


def read_topics(answer: Answer, memory: Memory[TopicPlaces]) -> Layout:
    """Nodes and topics; a topic that stands in the answer as it did before gives the same object again."""
    version = answer.version
    reader = Reader(answer.data, flexible=version >= _API.flexible)
    if version >= _THROTTLE_FROM:
        reader.int32()
    nodes = {}
    for _ in range(reader.count()):
        node, host, port = reader.int32(), reader.text(), reader.int32()
        reader.text()
        reader.tags()
        nodes[node] = f"{host}:{port}"
    reader.text()
    reader.int32()
    topics: dict[str, TopicPlaces] = {}
    for _ in range(reader.count()):
        begins = reader.at
        error, name = reader.int16(), reader.text() or ""
        known = memory.recall((version, name), reader, begins)
        topics[name] = known or memory.keep((version, name), reader, begins, _topic(reader, version, error))
    return Layout(nodes, topics)


def _topic(reader: Reader, version: int, error: int) -> TopicPlaces:
    """The rest of a topic's entry, from its id on."""
    raw_id = reader.raw(len(_NO_ID)) if version >= _ID_FROM else _NO_ID
    is_internal = bool(reader.byte())
    leaders: dict[int, int] = {}
    replicas: dict[int, tuple[int, ...]] = {}
    for _ in range(reader.count()):
        partition, leader, copies = _partition(reader, version)
        leaders[partition], replicas[partition] = leader, copies
    if version >= _RIGHTS_FROM:
        reader.int32()
    reader.tags()
    topic_id = None if raw_id == _NO_ID else str(uuid.UUID(bytes=raw_id))
    places = TopicPlaces(error, topic_id, is_internal, leaders, replicas)
    for partition, leader in leaders.items():
        if leader != NO_LEADER:
            places.shares[leader] = (*places.shares.get(leader, ()), partition)
    return places


def _partition(reader: Reader, version: int) -> tuple[int, int, tuple[int, ...]]:
    """A partition, its leader and its replicas."""
    reader.int16()  # told by the leader being -1, or of no matter: a replica that is away
    partition, leader = reader.int32(), reader.int32()
    if version >= _EPOCH_FROM:
        reader.int32()
    replicas = tuple(reader.int32() for _ in range(reader.count()))
    for _ in range(1 + (version >= _OFFLINE_FROM)):
        reader.raw(4 * reader.count())
    reader.tags()
    return partition, leader, replicas
