"""What the lag benchmark compares with: lag by plain aiokafka, eight requests in flight, no time, no verdict."""

import asyncio
from collections import defaultdict
from typing import Any

from aiokafka.protocol.admin import ListGroupsRequest
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.structs import TopicPartition

_IN_FLIGHT = 8


class PlainScript:
    """One node's groups: list, commits one group a request, ends of all partitions in one request."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def lags(self) -> dict[str, int]:
        """The lag of each group, in records."""
        node = self._client.get_random_node()
        listed = await self._client.send(node, ListGroupsRequest())
        groups = [group for group, protocol in listed.groups]
        commits = await self._commits(node, groups)
        ends = await self._ends({place for offsets in commits.values() for place in offsets})
        return {
            group: sum(max(0, ends[place] - offset) for place, offset in offsets.items())
            for group, offsets in commits.items()
        }

    async def _commits(self, node: int, groups: list[str]) -> dict[str, dict[tuple[str, int], int]]:
        slots = asyncio.Semaphore(_IN_FLIGHT)

        async def one(group: str) -> dict[tuple[str, int], int]:
            async with slots:
                answer = await self._client.send(node, OffsetFetchRequest(group, None))
            return {
                (topic, partition): offset
                for topic, partitions in answer.topics
                for partition, offset, _, error in partitions
                if error == 0 and offset >= 0
            }

        return dict(zip(groups, await asyncio.gather(*(one(group) for group in groups)), strict=True))

    async def _ends(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        wanted: defaultdict[int, defaultdict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for topic, partition in places:
            leader = self._client.cluster.leader_for_partition(TopicPartition(topic, partition))
            wanted[leader][topic].append((partition, -1))
        requests = [(node, OffsetRequest(-1, 1, list(topics.items()))) for node, topics in wanted.items()]
        answers = await asyncio.gather(*(self._client.send(node, request) for node, request in requests))
        return {
            (topic, partition): offset
            for answer in answers
            for topic, partitions in answer.topics
            for partition, _, _, offset in partitions
        }


async def learn_topics(client: Any, topics: list[str]) -> None:
    """Leaders of all topics at once: a fresh client would learn one unknown topic per 100 ms."""
    client.cluster.update_metadata(await client.send(client.get_random_node(), MetadataRequest(topics)))
