"""The broker's offsets as the gate and the outbox ask for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slamon.kafka.offsets import Offsets
from slamon.stream import TopicPartition


@dataclass(frozen=True, slots=True)
class GroupOffsets:
    """End offsets as our consumer sees them (read_committed), and what our group has committed."""

    offsets: Offsets
    group: str

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offset after the last readable record of each partition. Raises SourceError."""
        return await self.offsets.ends(list(partitions), stable=True)

    async def committed(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int | None]:
        """The group's committed offset of each partition. Raises SourceError."""
        found = await self.offsets.committed(self.group)
        return {partition: found.get(partition) for partition in partitions}
