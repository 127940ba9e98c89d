"""How the stream engine is set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineOptions:
    """Everything the engine must know; times in seconds, sizes in bytes."""

    bootstrap: str
    """Comma-separated `host:port`."""
    app_id: str
    """Names the consumer group and the changelog `<app_id>-<table>-changelog`."""
    partitions: int
    """Partitions of the table; topics with this count are joined with it."""
    sources: tuple[str, ...]
    """Topics that others produce; waited for when they do not exist yet."""
    internal: tuple[str, ...] = ()
    """Topics of our own that are consumed; must exist with `partitions` partitions."""
    table: str = "orders"
    data_dir: Path
    """Faust wants a folder; nothing of value is kept there."""
    instance_id: str | None = None
    """For static membership: a restart shorter than the session timeout moves no partitions."""
    advertised_url: str | None = None
    """Where other workers reach this one's API; spread with the assignment (`Engine.owners`)."""
    security: Mapping[str, Any] = field(default_factory=dict)
    """Passed to every aiokafka client: security_protocol, ssl_context, sasl_*."""
    client_id: str = "slamon"
    compression: str | None = None
    """Of what is produced: gzip, snappy, lz4, zstd or None."""

    session_timeout: float = 30.0
    heartbeat_interval: float = 3.0
    rebalance_timeout: float = 60.0
    request_timeout: float = 40.0
    """Of one request to the broker; at least the session timeout."""
    drain_timeout: float = 30.0
    """How long a rebalance waits for writes in flight; shorter than the rebalance timeout."""
    commit_interval: float = 1.0
    stall_timeout: float = 120.0
    """No progress for so long while the broker answers ends the process."""
    audit_interval: float = 30.0
    """How often the changelog is searched for records of another writer."""

    batch_records: int = 2_000
    """At most so many records reach `PartitionLogic.batch` at once; between batches the event loop breathes."""
    poll_records: int = 20_000
    partition_fetch_bytes: int = 1_048_576
    produce_batch_bytes: int = 900_000
    """Of one produced batch before compression; below the broker's and the topics' `max.message.bytes`."""

    @property
    def changelog(self) -> str:
        """The name of the table's changelog topic."""
        return f"{self.app_id}-{self.table}-changelog"

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics that are consumed."""
        return (*self.sources, *self.internal)

    def __post_init__(self) -> None:
        """Refuse times that defeat each other."""
        if self.request_timeout < self.session_timeout:
            raise ValueError("request_timeout must be at least session_timeout")
        if self.drain_timeout >= self.rebalance_timeout:
            raise ValueError("drain_timeout must be below rebalance_timeout")
        if self.heartbeat_interval * 2 > self.session_timeout:
            raise ValueError("heartbeat_interval must be at most half of session_timeout")
