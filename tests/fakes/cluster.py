"""A Kafka cluster in memory, as far as `slamon.kafka` asks it questions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.offset import OffsetRequest

from slamon.errors import SourceError
from slamon.kafka.cluster import OK, Cluster, Description, NewTopic, Partition, Topic

_DEFAULTS = {"cleanup.policy": "delete", "retention.ms": "604800000", "message.timestamp.type": "CreateTime"}
_DEFAULTS |= {"max.message.bytes": "1048588", "min.compaction.lag.ms": "0", "min.insync.replicas": "1"}
_MISSING = Topic(3, {})
_NOT_LEADER = 6


@dataclass
class FakeCluster(Cluster):
    """Topics with leaders, settings and offsets that a test may change between two questions."""

    nodes: set[int] = field(default_factory=lambda: {1})
    topics: dict[str, Topic] = field(default_factory=dict)
    configs: dict[str, dict[str, str]] = field(default_factory=dict)
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)
    commits: dict[str, dict[tuple[str, int], tuple[int, int]]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    group_errors: list[int] = field(default_factory=list)
    silent: set[int] = field(default_factory=set)
    asked: list[tuple[str, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__("fake:9092", {})

    def lead(self, topic: str, *leaders: int, copies: int = 1) -> None:
        """Gives a topic one partition for each leader."""
        self.topics[topic] = Topic(OK, {at: Partition(leader, copies) for at, leader in enumerate(leaders)})
        self.configs.setdefault(topic, dict(_DEFAULTS))

    async def describe(self, topics: Collection[str]) -> Description:
        self._answering(None)
        self.asked.append(("describe", None))
        found = {name: self.topics.get(name, _MISSING) for name in topics}
        return Description(frozenset(self.nodes), min(self.nodes), found)

    async def settings(self, topics: Iterable[str]) -> dict[str, dict[str, str]]:
        self._answering(None)
        return {name: self.configs[name] for name in topics if name in self.configs}

    async def create(self, topics: Iterable[NewTopic]) -> dict[str, str]:
        self._answering(None)
        wanted = [topic for topic in topics if topic[0] not in self.refusals]
        for name, partitions, copies, config in wanted:
            self.lead(name, *[min(self.nodes)] * partitions, copies=copies)
            self.configs[name] |= config
        return dict(self.refusals)

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        self._answering(node)
        self.asked.append((type(request).__name__, node))
        if isinstance(request, OffsetRequest):
            return SimpleNamespace(topics=[self._offsets(name, wanted, node) for name, wanted in request._topics])
        if isinstance(request, FindCoordinatorRequest):
            return SimpleNamespace(error_code=self._next_group_error(), coordinator_id=min(self.nodes))
        assert isinstance(request, OffsetFetchRequest)
        commits: Mapping[tuple[str, int], tuple[int, int]] = self.commits.get(request._consumer_group, {})
        topics = [(topic, [(at, offset, "", error)]) for (topic, at), (offset, error) in commits.items()]
        return SimpleNamespace(error_code=self._next_group_error(), topics=topics)

    def _next_group_error(self) -> int:
        return self.group_errors.pop(0) if self.group_errors else OK

    def _offsets(
        self, topic: str, partitions: list[tuple[int, int]], node: int | None
    ) -> tuple[str, list[tuple[int, int, int, int]]]:
        led = self.topics[topic].partitions
        return topic, [
            (
                at,
                OK if led[at].leader == node else _NOT_LEADER,
                -1,
                self.offsets.get((topic, at), 0) if moment == -1 else 0,
            )
            for at, moment in partitions
        ]

    def _answering(self, node: int | None) -> None:
        if node in self.silent or not self.nodes - self.silent:
            raise SourceError("fake:9092: can't be reached")
