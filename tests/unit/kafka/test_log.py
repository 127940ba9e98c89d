"""A log whose broker is away; what it does with a broker is in tests/integration/kafka/test_log.py."""

import pytest

from slamon.demo.ports import LOOPBACK, free_port
from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.kafka.log import TopicLog


async def test_nobody_there() -> None:
    async with Cluster(f"{LOOPBACK}:{free_port()}", {}, timeout=0.5) as cluster:
        log = TopicLog(cluster, "shop.policies")
        with pytest.raises(SourceError, match=r"shop\.policies"):
            await log.read()
        with pytest.raises(SourceError, match=r"shop\.policies"):
            await log.append(b"key", b"value")
