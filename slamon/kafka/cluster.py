"""Questions to a Kafka cluster: each has a deadline, and none makes a topic by asking for it.

aiokafka's own admin client is not used: its metadata requests create the topics they name where the broker
allows that, it drops error codes, and it retries for 40 s.
"""

import asyncio
import contextlib
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self, TypeAlias

from aiokafka.admin.config_resource import ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError, for_code
from aiokafka.protocol.admin import CreateTopicsRequest, DescribeConfigsRequest
from aiokafka.protocol.metadata import MetadataRequest

from slamon.errors import SourceError

OK: Final = 0
_UNKNOWN_TOPIC: Final = 3
NO_LEADER: Final = -1
_EXISTS: Final = 36

NewTopic: TypeAlias = tuple[str, int, int, Mapping[str, str]]
"""Name, partitions, replicas, settings."""


class Partition(NamedTuple):
    """Who leads a partition (a node id, -1 for nobody) and how many copies there are."""

    leader: int
    replicas: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the cluster describes it; `error` is Kafka's code, 0 for none."""

    error: int
    partitions: Mapping[int, Partition]

    @property
    def is_missing(self) -> bool:
        """Whether the cluster does not know it."""
        return self.error == _UNKNOWN_TOPIC

    @property
    def is_led(self) -> bool:
        """Whether it is there and each partition has a leader."""
        return self.error == OK and all(one.leader != NO_LEADER for one in self.partitions.values())


@dataclass(frozen=True, slots=True)
class Description:
    """The nodes alive, the one that creates topics, and each topic that was asked for."""

    nodes: frozenset[int]
    controller: int
    topics: Mapping[str, Topic]


class Cluster:
    """Asks one cluster, over one connection per node, opened when first needed and again after a loss."""

    def __init__(self, bootstrap_servers: str, options: Mapping[str, Any], *, timeout: float = 5.0) -> None:
        """`options` are those of `security.client_options`; a question takes at most `timeout` seconds."""
        self.bootstrap_servers = bootstrap_servers
        self.options = dict(options)
        self.timeout = timeout
        self._client: Any = None
        self._tracked: frozenset[str] = frozenset()
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; a later question opens them again."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def ask(self, request: Any, *, node: int | None = None) -> Any:
        """The answer of one node, or of any that answers.

        Raises:
            SourceError: nobody answered in time. Error codes inside an answer are the caller's.
        """
        try:
            async with asyncio.timeout(self.timeout):
                client = await self._connected()
                return await (self._ask_any(client, request) if node is None else client.send(node, request))
        except TimeoutError:
            raise SourceError(f"{self.bootstrap_servers}: no answer within {self.timeout:g} s") from None
        except (KafkaError, OSError) as error:
            raise SourceError(f"{self.bootstrap_servers}: {_words(error)}") from error

    def track(self, topics: Collection[str]) -> None:
        """Which topics aiokafka itself looks at, every five minutes and after a lost connection.

        Else it looks at all, and takes them apart field by field: 70 ms of CPU for 10,000 partitions. Name only
        topics that exist, for such a look would make them.
        """
        self._tracked = frozenset(topics)
        if self._client is not None:
            self._client.set_topics(self._tracked)

    async def describe(self, topics: Collection[str]) -> Description:
        """The nodes and these topics; raises SourceError."""
        answer = await self.ask(MetadataRequest(list(topics), allow_auto_topic_creation=False))
        found = {
            name: Topic(error, {at: Partition(leader, len(replicas)) for _, at, leader, replicas, *_ in partitions})
            for error, name, _, partitions in answer.topics
        }
        nodes = frozenset(node for node, *_ in answer.brokers)
        return Description(nodes, answer.controller_id, {name: found[name] for name in topics})

    async def settings(self, topics: Iterable[str]) -> dict[str, dict[str, str]]:
        """All settings of topics in Kafka's words, defaults too; without those that may not be read."""
        resources = [(ConfigResourceType.TOPIC, name, None) for name in topics]
        if not resources:
            return {}
        answer = await self.ask(DescribeConfigsRequest(resources, include_synonyms=False))
        return {
            name: {key: value for key, value, *_ in entries if value is not None}
            for error, _, _, name, entries in answer.resources
            if error == OK
        }

    async def create(self, topics: Iterable[NewTopic]) -> dict[str, str]:
        """Make topics; returns those that were refused and why. One that exists meanwhile counts as made."""
        wanted: list[tuple[Any, ...]] = [
            (name, count, copies, [], list(config.items())) for name, count, copies, config in topics
        ]
        controller = (await self.describe([])).controller
        within_ms = int(self.timeout * 1000)
        request = CreateTopicsRequest(create_topic_requests=wanted, timeout=within_ms, validate_only=False)
        answer = await self.ask(request, node=controller)
        return {
            name: message or for_code(code).__name__
            for name, code, message in answer.topic_errors
            if code not in {OK, _EXISTS}
        }

    async def _connected(self) -> Any:
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
        return self._client

    async def _open(self) -> Any:
        # Half the time for one request: when a connection hangs, aiokafka has closed it before the deadline.
        client = AIOKafkaClient(
            bootstrap_servers=self.bootstrap_servers,
            client_id="slamon",
            request_timeout_ms=int(self.timeout * 500),
            **self.options,
        )
        try:
            await client.bootstrap()
        except BaseException:
            with contextlib.suppress(KafkaError, OSError):
                await client.close()
            raise
        if self._tracked:
            client.set_topics(self._tracked)
        return client

    async def _ask_any(self, client: Any, request: Any) -> Any:
        nodes = [broker.nodeId for broker in client.cluster.brokers()]
        random.shuffle(nodes)
        failure: Exception = KafkaError("no node is known")
        for node in nodes:
            try:
                return await client.send(node, request)
            except (KafkaError, OSError) as error:
                failure = error
        raise failure


def _words(error: Exception) -> str:
    """What went wrong, without the class names that aiokafka puts before its messages."""
    if isinstance(error, NodeNotReadyError):
        return "can't be reached"
    if isinstance(error, KafkaConnectionError) and "bootstrap" in str(error):
        return "can't be reached, or refuses the login"
    return str(error.args[0]) if error.args else type(error).__name__.removesuffix("Error")
