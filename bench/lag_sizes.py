"""The sizes of the lag benchmark's workload, and what is true of it: ends, commits, ages. Needs nothing installed."""

import time
from dataclasses import dataclass, field

from slamon.orders.event import Instant, Span

_EVERY_THIRD = 3
_MOST_BEHIND = 50


@dataclass(frozen=True, slots=True)
class Workload:
    """Sizes; every group has committed to `reads` whole topics, every third partition short of the end."""

    groups: int = 100
    topics: int = 100
    partitions: int = 10
    records: int = 300
    """In each partition."""
    reads: int = 10
    made_at: int = field(default_factory=lambda: int(time.time() * 1000))
    """When the newest record says that it was written, in milliseconds."""
    added: dict[str, list[int]] = field(default_factory=dict)
    """The timestamps of records that came later, one in each partition of a topic."""

    @property
    def pairs(self) -> int:
        """Groups times partitions."""
        return self.groups * self.reads * self.partitions

    def topic(self, number: int) -> str:
        """A topic's name."""
        return f"bench-lag-{number % self.topics:05d}"

    def group(self, number: int) -> str:
        """A group's name."""
        return f"bench-group-{number:05d}"

    def committed(self, group: int) -> dict[str, dict[int, int]]:
        """What a group has committed: lag 0, or 1 to 50 records on every third partition."""
        found: dict[str, dict[int, int]] = {}
        most = min(_MOST_BEHIND, self.records)
        for at in range(self.reads):
            number = group * self.reads + at
            behind = {p: 1 + (group * 7 + p) % most for p in range(self.partitions) if (number + p) % _EVERY_THIRD == 0}
            found[self.topic(number)] = {p: self.records - behind.get(p, 0) for p in range(self.partitions)}
        return found

    def stamp(self, topic: str, offset: int) -> int:
        """The timestamp of a record in milliseconds: they are a second apart."""
        if offset >= self.records:
            return self.added[topic][offset - self.records]
        return self.made_at - (self.records - 1 - offset) * 1000

    def age(self, topic: str, offset: int, lag: int, now: Instant) -> Span:
        """How old the first unread record is; 0 when all is read."""
        return max(0, now - self.stamp(topic, offset) * 1000) if lag else 0

    def lags(self) -> dict[str, int]:
        """The truth: the lag of each group in records."""
        return {
            self.group(number): sum(
                self.records - offset + len(self.added.get(topic, ()))
                for topic, offsets in self.committed(number).items()
                for offset in offsets.values()
            )
            for number in range(self.groups)
        }

    def __str__(self) -> str:
        return (
            f"{self.groups:,} groups, {self.topics * self.partitions:,} partitions, {self.pairs:,} pairs of both, "
            f"{self.records} records a partition"
        )
