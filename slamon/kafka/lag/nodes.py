"""Which nodes a cluster has and which are missing: a group that nobody lists may not be gone."""

from typing import Final

from slamon.kafka.cluster import NO_LEADER
from slamon.kafka.lag.metadata import Layout, TopicPlaces
from slamon.lag.observation import Reason, Unknown

COMMITS_TOPIC: Final = "__consumer_offsets"
"""Who leads its partitions coordinates the groups; only its metadata are asked for."""
_REFUSED: Final = 29
_LOOKS: Final = 240
"""So many looks a node that left counts as away where slamon may not see whose groups it took along."""
_NEW: Final = Unknown(Reason.DEADLINE, "seen in this cycle for the first time, asked from the next one on")


class Nodes:
    """The nodes as the last metadata named them, and those that were there before."""

    def __init__(self) -> None:
        self.present: dict[int, str] = {}
        """`host:port` by node id: whom to ask for groups."""
        self._names: dict[int, str] = {}
        self._last_seen: dict[int, int] = {}
        self._looks = 0

    def note(self, layout: Layout) -> None:
        """What a look at the metadata has shown."""
        self._looks += 1
        self.present = dict(layout.nodes)
        self._names |= layout.nodes
        self._last_seen |= dict.fromkeys(layout.nodes, self._looks)

    def forget(self) -> None:
        """Nobody has told: ask anew who there is."""
        self.present = {}

    def missing(self, layout: Layout, asked: frozenset[str]) -> dict[str, Unknown]:
        """Nodes that may coordinate groups and were not asked for them, by name."""
        names = {node: self._names.get(node, f"node {node}") for node in self._absent(layout)}
        found = {
            name: Unknown(Reason.BROKER_AWAY, "left the cluster; the groups that it coordinates are known to nobody")
            for name in names.values()
        }
        found |= dict.fromkeys(layout.nodes.values(), _NEW)
        return {name: why for name, why in found.items() if name not in asked}

    def _absent(self, layout: Layout) -> set[int]:
        commits = layout.topics.get(COMMITS_TOPIC)
        if commits is None or commits.error == _REFUSED:
            recent = {node for node, look in self._last_seen.items() if self._looks - look < _LOOKS}
            return recent - layout.nodes.keys()
        return _heirless(commits) - layout.nodes.keys()


def _heirless(commits: TopicPlaces) -> set[int]:
    """The nodes that have the partitions without a leader."""
    return {
        node
        for partition, leader in commits.leaders.items()
        if leader == NO_LEADER
        for node in commits.replicas[partition]
    }
