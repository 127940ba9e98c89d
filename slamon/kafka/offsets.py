"""Where partitions start and end, and how far a group has read, in as few requests as Kafka allows.

Made to be asked several times a second: leaders and coordinators are remembered until an answer shows that
they have moved, and all partitions of one leader go into one request.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine
from typing import Any, Final, TypeAlias

from aiokafka.errors import for_code
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.structs import TopicPartition

from slamon.errors import SourceError
from slamon.kafka.cluster import NO_LEADER, OK, Cluster

OffsetMap: TypeAlias = dict[TopicPartition, int]

_NO_REPLICA: Final = -1
_GROUP: Final = 0
_NOT_YET: Final = frozenset({14, 15, 16})
"""The group's coordinator is loading, not chosen yet, or another node by now."""
_RETRY_SECONDS: Final = 0.1
_PAUSES: Final = (0.0, 0.05, 0.1, 0.2, 0.4)
"""Seconds before a leader is looked for anew: one just elected, or made with its topic, takes a moment."""

_Wanted: TypeAlias = tuple[int, int]
"""Isolation level and point in time as ListOffsets has them."""
_START: Final[_Wanted] = (0, -2)
_END: Final[_Wanted] = (0, -1)
_STABLE_END: Final[_Wanted] = (1, -1)


class Offsets:
    """Reads offsets of one cluster; a call ends within `timeout` seconds in an answer or a `SourceError`."""

    def __init__(self, cluster: Cluster, *, timeout: float = 5.0) -> None:
        self._cluster = cluster
        self._timeout = timeout
        self._leaders: dict[TopicPartition, int] = {}
        self._coordinators: dict[str, int] = {}

    async def ends(self, partitions: Collection[TopicPartition], *, stable: bool = False) -> OffsetMap:
        """The offset after the last record; `stable`: after the last one before any open transaction.

        Raises:
            SourceError: for all partitions when one of them can't be told.
        """
        return await self._in_time(self._list(set(partitions), _STABLE_END if stable else _END))

    async def starts(self, partitions: Collection[TopicPartition]) -> OffsetMap:
        """The offset of the first record that is still there; raises SourceError as `ends` does."""
        return await self._in_time(self._list(set(partitions), _START))

    async def committed(self, group: str) -> OffsetMap:
        """What a group has committed, without partitions that it has not; raises SourceError."""
        return await self._in_time(self._committed(group))

    async def _in_time(self, question: Coroutine[Any, Any, OffsetMap]) -> OffsetMap:
        try:
            async with asyncio.timeout(self._timeout):
                return await question
        except TimeoutError:
            servers = self._cluster.bootstrap_servers
            raise SourceError(f"{servers}: no offsets within {self._timeout:g} s") from None

    async def _list(self, partitions: set[TopicPartition], wanted: _Wanted) -> OffsetMap:
        found = await self._ask_leaders(partitions, wanted)
        for pause in _PAUSES:
            unanswered = partitions - found.keys()
            if not unanswered:
                return found
            await asyncio.sleep(pause)
            await self._find_leaders(unanswered)
            found |= await self._ask_leaders(unanswered, wanted)
        for topic, number in sorted(partitions - found.keys()):
            raise SourceError(f"{topic}, partition {number}: no leader tells its offsets")
        return found

    async def _ask_leaders(self, partitions: set[TopicPartition], wanted: _Wanted) -> OffsetMap:
        by_leader: defaultdict[int, list[TopicPartition]] = defaultdict(list)
        for partition in partitions:
            if (leader := self._leaders.get(partition)) is not None:
                by_leader[leader].append(partition)
        answers = await asyncio.gather(*(self._ask(*share, wanted) for share in by_leader.items()))
        return {partition: offset for answer in answers for partition, offset in answer.items()}

    async def _ask(self, leader: int, partitions: list[TopicPartition], wanted: _Wanted) -> OffsetMap:
        """What one node tells; nothing when it does not answer, for then another may lead by now."""
        isolation, moment = wanted
        by_topic: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for topic, number in partitions:
            by_topic[topic].append((number, moment))
        try:
            answer = await self._cluster.ask(OffsetRequest(_NO_REPLICA, isolation, list(by_topic.items())), node=leader)
        except SourceError:
            return {}
        return {
            TopicPartition(topic, number): offset
            for topic, numbers in answer.topics
            for number, error, _, offset in numbers
            if error == OK
        }

    async def _find_leaders(self, partitions: set[TopicPartition]) -> None:
        """Forget the leaders of these partitions and learn the present ones."""
        described = await self._cluster.describe({topic for topic, _ in partitions})
        for place in partitions:
            self._leaders.pop(place, None)
            topic = described.topics[place.topic]
            if topic.is_missing or (topic.error == OK and place.partition not in topic.partitions):
                raise SourceError(f"{place.topic}, partition {place.partition}: does not exist")
            led_by = topic.partitions[place.partition].leader if topic.error == OK else NO_LEADER
            if led_by != NO_LEADER:
                self._leaders[place] = led_by

    async def _committed(self, group: str) -> OffsetMap:
        while True:
            answer = await self._cluster.ask(OffsetFetchRequest(group, None), node=await self._coordinator(group))
            if answer.error_code not in _NOT_YET:
                break
            self._coordinators.pop(group, None)
            await asyncio.sleep(_RETRY_SECONDS)
        errors = {error for _, numbers in answer.topics for _, _, _, error in numbers} | {answer.error_code}
        for error in errors - {OK}:
            raise SourceError(f"group {group}: {for_code(error).__name__}")
        return {
            TopicPartition(topic, number): offset
            for topic, numbers in answer.topics
            for number, offset, _, _ in numbers
            if offset >= 0
        }

    async def _coordinator(self, group: str) -> int:
        while (known := self._coordinators.get(group)) is None:
            answer = await self._cluster.ask(FindCoordinatorRequest(group, _GROUP))
            if answer.error_code == OK:
                self._coordinators[group] = answer.coordinator_id
            elif answer.error_code in _NOT_YET:
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                raise SourceError(f"group {group}: {for_code(answer.error_code).__name__}")
        return known
