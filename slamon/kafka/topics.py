"""slamon's own topics: what they are called, how they are set up, and how the missing ones are made."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.finding import Check, Finding, Severity

_DAY_MS: Final = 86_400_000
_MIB: Final = 1 << 20
LARGEST_RECORD: Final = 16 * _MIB
_IN_SYNC_FROM: Final = 3
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic as it should be; `config` in Kafka's own words."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str] = field(default_factory=dict)
    is_log: bool = False
    """One partition whatever `kafka.partitions` is: its records need one order."""


@dataclass(frozen=True, slots=True)
class OwnTopics:
    """The names of slamon's own topics for one `kafka.app_id`."""

    app_id: str

    @property
    def changelog(self) -> str:
        """Rows of the orders table, latest per order."""
        return f"{self.app_id}-orders-changelog"

    @property
    def repartition(self) -> str:
        """Source records on their way to the order's partition."""
        return f"{self.app_id}.repartition"

    @property
    def deliveries(self) -> str:
        """Marks of deliveries and control records, on the order's partition."""
        return f"{self.app_id}.deliveries"

    @property
    def outbox(self) -> str:
        """Notices offered to the senders."""
        return f"{self.app_id}.outbox"

    @property
    def dead_letters(self) -> str:
        """Records that can't be used, as they were."""
        return f"{self.app_id}.dead-letters"

    @property
    def policies(self) -> str:
        """Which policies have held since when."""
        return f"{self.app_id}.policies"

    @property
    def answers(self) -> str:
        """What people answered to notices, each answer a record."""
        return f"{self.app_id}.answers"


def own_topic_specs(app_id: str, *, partitions: int, replication: int) -> tuple[TopicSpec, ...]:
    """Every topic that slamon keeps for itself.

    All take the broker's clock, since the broker refuses a record of a host whose clock is fast, and large
    records, since dead letters and re-routed records are as large as a source allows.
    """
    names = OwnTopics(app_id)
    shared = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": str(LARGEST_RECORD)}
    if replication >= _IN_SYNC_FROM:
        shared["min.insync.replicas"] = "2"

    def kept(name: str, days: int | None) -> TopicSpec:
        retention = -1 if days is None else days * _DAY_MS
        config = shared | {"cleanup.policy": "delete", "retention.ms": str(retention)}
        return TopicSpec(name, partitions, replication, config)

    compacted = shared | {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": str(_DAY_MS),
        "segment.bytes": str(64 * _MIB),
        "min.cleanable.dirty.ratio": "0.1",
    }
    return (
        TopicSpec(names.changelog, partitions, replication, compacted),
        kept(names.repartition, 30),
        kept(names.deliveries, 7),
        kept(names.outbox, 7),
        kept(names.dead_letters, 30),
        kept(names.answers, None),
        TopicSpec(names.policies, 1, replication, shared | {"cleanup.policy": "compact"}, is_log=True),
    )


async def ensure_topics(cluster: Cluster, specs: Iterable[TopicSpec], *, within: float = 30.0) -> list[Finding]:
    """Make the topics that are missing and return when each partition of theirs has a leader; alter none.

    Returns:
        What keeps a topic from being made. How the existing ones are set up is `preflight`'s business.

    Raises:
        SourceError: the cluster does not answer, or the new topics have no leaders `within` so many seconds.
    """
    wanted = {spec.name: spec for spec in specs}
    there = await cluster.describe(wanted)
    missing = [spec for name, spec in wanted.items() if there.topics[name].is_missing]
    if not missing:
        return []
    refused = await cluster.create([(spec.name, spec.partitions, spec.replication, spec.config) for spec in missing])
    await _wait_for_leaders(cluster, [spec.name for spec in missing if spec.name not in refused], within)
    return [_refusal(wanted[name], why) for name, why in refused.items()]


async def _wait_for_leaders(cluster: Cluster, names: list[str], within: float) -> None:
    try:
        async with asyncio.timeout(within):
            while not await _are_led(cluster, names):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise SourceError(f"the new topics {', '.join(names)} have no leaders after {within:g} s") from None


async def _are_led(cluster: Cluster, names: list[str]) -> bool:
    return all(topic.is_led for topic in (await cluster.describe(names)).topics.values())


def _refusal(spec: TopicSpec, why: str) -> Finding:
    settings = ", ".join(f"{key}={value}" for key, value in spec.config.items())
    return Finding(
        Severity.REFUSE,
        Check.OWN_TOPIC,
        spec.name,
        f"does not exist and can't be made: {why}",
        f"let slamon create it (ACL Create) or create it with {spec.partitions} partitions, "
        f"{spec.replication} replicas and {settings}",
    )
