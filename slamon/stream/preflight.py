"""Before the engine starts: wait for a broker and for the sources, refuse topics that don't fit."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from slamon.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slamon.stream.options import EngineOptions

log = logging.getLogger(__name__)

_BACKOFF = 1.0


async def wait_for_topics(options: EngineOptions, tell: Callable[[str], None]) -> None:
    """Return when every topic is there; `tell` hears what is waited for.

    EngineError when one of our own topics has the wrong number of partitions.
    """
    while True:
        counts = await _partition_counts(options)
        if counts is None:
            tell(f"waiting for a Kafka broker at {options.bootstrap}")
        else:
            check_own_topics(options, counts)
            missing = {options.changelog, *options.topics} - set(counts)
            if not missing:
                return
            tell(f"waiting for the topics {', '.join(sorted(missing))}")
        await asyncio.sleep(_BACKOFF)


def check_own_topics(options: EngineOptions, counts: dict[str, int]) -> None:
    """EngineError when the changelog or an internal topic has not the table's partition count (T19)."""
    for topic in (options.changelog, *options.internal):
        found = counts.get(topic, options.partitions)
        if found != options.partitions:
            raise EngineError(
                f"topic {topic} has {found} partitions, but kafka.partitions is {options.partitions}: "
                "they can't be changed once there are orders"
            )


async def _partition_counts(options: EngineOptions) -> dict[str, int] | None:
    """Every topic with its number of partitions; None when no broker answers. Creates nothing."""
    client = AIOKafkaClient(
        client_id=options.client_id,
        bootstrap_servers=options.bootstrap,
        request_timeout_ms=int(options.request_timeout * 1000),
        **options.security,
    )
    try:
        await client.bootstrap()
        cluster = await client.fetch_all_metadata()
    except (KafkaError, OSError) as error:
        log.warning("no broker at %s yet: %s", options.bootstrap, error)
        return None
    finally:
        await client.close()
    return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}
