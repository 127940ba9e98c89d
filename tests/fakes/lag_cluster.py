"""A cluster in memory that answers the lag collector's questions in bytes, as Kafka 4 writes them."""

import struct
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiokafka.protocol.coordination import FindCoordinatorRequest, FindCoordinatorResponse_v1

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.lag.wire import TAGS, Answer, Question, Reader, count, text

LIST_GROUPS, DESCRIBE_GROUPS, OFFSET_FETCH, METADATA, LIST_OFFSETS = 16, 15, 9, 3, 2
_VERSIONS = {LIST_GROUPS: 5, DESCRIBE_GROUPS: 5, OFFSET_FETCH: 8, METADATA: 12, LIST_OFFSETS: 7}


def _text(value: str) -> bytes:
    return text(value, flexible=True)


def _count(number: int) -> bytes:
    return count(number, flexible=True)


@dataclass
class FakeGroup:
    """A group at its coordinator; `error` is what OffsetFetch says of it there."""

    node: int
    commits: dict[str, dict[int, int]] = field(default_factory=dict)
    state: str = "Empty"
    members: int = 0
    error: int = 0
    is_listed_by: set[int] = field(default_factory=set)
    """Nodes that list it besides its coordinator."""


@dataclass
class FakeLog:
    """A partition; `stamps` are the timestamps (ms) of its records from `start` on."""

    leader: int = 1
    start: int = 0
    end: int = 0
    error: int = 0
    stamps: tuple[int, ...] = ()
    replicas: tuple[int, ...] = (1,)


class FakeLagCluster(Cluster):
    """Change its public fields between cycles."""

    def __init__(self, nodes: int = 1) -> None:
        super().__init__("fake:9092", {})
        self.nodes = {number: f"node-{number}:9092" for number in range(1, nodes + 1)}
        self.groups: dict[str, FakeGroup] = {}
        self.topics: dict[str, dict[int, FakeLog]] = {}
        self.ids: dict[str, int] = {}
        self.silent: set[int] = set()
        self.list_errors: dict[int, list[int]] = {}
        """Error codes with which a node answers ListGroups, one after the other."""
        self.unsupported: set[int] = set()
        self.asked: list[tuple[int, int | None]] = []
        self.closed = 0
        self.extra: dict[type, Any] = {}
        """Answers to aiokafka's own requests, by their class."""

    async def close(self) -> None:
        self.closed += 1

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        key = request.api.key if isinstance(request, Question) else request.API_KEY
        self.asked.append((key, node))
        if node in self.silent or self.silent >= self.nodes.keys():
            raise SourceError("fake: can't be reached")
        if isinstance(request, FindCoordinatorRequest):
            return self._coordinator(request)
        if not isinstance(request, Question):
            return self.extra[type(request)]
        if key in self.unsupported and request.api.newest >= _VERSIONS[key]:
            request.is_unsupported = True
            raise SourceError("fake: unsupported")
        version = min(request.api.newest, _VERSIONS[key])
        flexible = version >= request.api.flexible
        asked = Reader(request.body(version), flexible=flexible)
        answer = {
            LIST_GROUPS: self._list_groups,
            DESCRIBE_GROUPS: self._describe_groups,
            OFFSET_FETCH: self._offset_fetch if version >= 8 else self._offset_fetch_of_one,
            METADATA: self._metadata,
            LIST_OFFSETS: self._list_offsets,
        }[key]
        return Answer(version, answer(asked, node or 1))

    def _coordinator(self, request: FindCoordinatorRequest) -> Any:
        group = self.groups.get(request._coordinator_key)
        return FindCoordinatorResponse_v1(0, 15 if group is None else 0, "", group.node if group else -1, "", 0)

    def _list_groups(self, _: Reader, node: int) -> bytes:
        errors = self.list_errors.get(node, [])
        error = errors.pop(0) if errors else 0
        listed = {n: g for n, g in self.groups.items() if node in {g.node, *g.is_listed_by}} if not error else {}
        each = [_text(n) + _text("consumer") + _text(g.state) + _text("classic") + TAGS for n, g in listed.items()]
        return struct.pack(">ih", 0, error) + _count(len(each)) + b"".join(each) + TAGS

    def _describe_groups(self, asked: Reader, _: int) -> bytes:
        names = [asked.text() or "" for _ in range(asked.count())]
        each = []
        for name in names:
            group = self.groups[name]
            member = _text("m") + b"\x00" + _text("c") + _text("h") + b"\x01\x01" + TAGS
            each.append(
                struct.pack(">h", 0) + _text(name) + _text(group.state) + _text("consumer") + _text("range")
                + _count(group.members) + member * group.members + struct.pack(">i", 0) + TAGS
            )  # fmt: skip
        return struct.pack(">i", 0) + _count(len(each)) + b"".join(each) + TAGS

    def _offset_fetch(self, asked: Reader, node: int) -> bytes:
        names = []
        for _ in range(asked.count()):
            names.append(asked.text() or "")
            asked.count()
            asked.tags()
        each = [_text(name) + self._commits(name, node) + TAGS for name in names]
        return struct.pack(">i", 0) + _count(len(each)) + b"".join(each) + TAGS

    def _offset_fetch_of_one(self, asked: Reader, node: int) -> bytes:
        return struct.pack(">i", 0) + self._commits(asked.text() or "", node) + TAGS

    def _commits(self, name: str, node: int) -> bytes:
        group = self.groups.get(name)
        if group is None or group.node != node or group.error:
            return _count(0) + struct.pack(">h", 69 if group is None else group.error or 16)
        topics = b"".join(
            _text(topic)
            + _count(len(offsets))
            + b"".join(struct.pack(">iqiBhB", number, offset, -1, 1, 0, 0) for number, offset in offsets.items())
            + TAGS
            for topic, offsets in group.commits.items()
        )
        return _count(len(group.commits)) + topics + struct.pack(">h", 0)

    def _metadata(self, asked: Reader, _: int) -> bytes:
        names = []
        for _ in range(asked.count()):
            asked.raw(16)
            names.append(asked.text() or "")
            asked.tags()
        names = names or list(self.topics)
        brokers = b"".join(
            struct.pack(">i", node) + _text(name.split(":")[0]) + struct.pack(">i", 9092) + b"\x00" + TAGS
            for node, name in self.nodes.items()
        )
        topics = b"".join(self._topic(name) for name in names)
        head = struct.pack(">i", 0) + _count(len(self.nodes)) + brokers + _text("id") + struct.pack(">i", 1)
        return head + _count(len(names)) + topics + TAGS

    def _topic(self, name: str) -> bytes:
        logs = self.topics.get(name)
        head = struct.pack(">h", 3 if logs is None else 0) + _text(name)
        head += (0 if logs is None else self.ids.get(name, 1)).to_bytes(16) + bytes([name.startswith("__")])
        partitions = b"".join(
            struct.pack(">hiii", 0, number, log.leader, 0)
            + _count(len(log.replicas))
            + struct.pack(f">{len(log.replicas)}i", *log.replicas)
            + _count(0) * 2
            + TAGS
            for number, log in (logs or {}).items()
        )
        return head + _count(len(logs or {})) + partitions + struct.pack(">i", 0) + TAGS

    def _list_offsets(self, asked: Reader, node: int) -> bytes:
        asked.raw(5)
        found: defaultdict[str, list[bytes]] = defaultdict(list)
        for _ in range(asked.count()):
            topic = asked.text() or ""
            for _ in range(asked.count()):
                number, _, at = asked.int32(), asked.int32(), asked.int64()
                asked.tags()
                found[topic].append(self._bound(topic, number, at, node))
            asked.tags()
        topics = b"".join(_text(topic) + _count(len(each)) + b"".join(each) + TAGS for topic, each in found.items())
        return struct.pack(">i", 0) + _count(len(found)) + topics + TAGS

    def _bound(self, topic: str, number: int, at: int, node: int) -> bytes:
        log = self.topics.get(topic, {}).get(number)
        error = 3 if log is None else log.error or (0 if log.leader == node else 6)
        if error or log is None:
            return struct.pack(">ihqqiB", number, error, -1, -1, -1, 0)
        offset, stamp = {-2: (log.start, -1), -1: (log.end, -1)}.get(at) or next(
            ((log.start + i, stamp) for i, stamp in enumerate(log.stamps) if stamp >= at), (-1, -1)
        )
        return struct.pack(">ihqqiB", number, 0, stamp, offset, 5, 0)
