"""How far the broker's clock is from ours, told by the time that the broker gives to one harmless record.

Kafka's protocol has no question for the time, but a record on a topic with LogAppendTime is acknowledged with
it. `<app_id>.deliveries` is set so, and who reads it passes over records of type `probe`.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from slamon.errors import SourceError
from slamon.kafka.cluster import Cluster
from slamon.orders.event import Instant, Span

PROBE: Final = b'{"type":"probe"}'
_LOG_APPEND_TIME: Final = 1
_MICROSECONDS: Final = 1000


class Skew(NamedTuple):
    """The broker's clock minus ours, in microseconds, exact to `tolerance`."""

    ahead: Span
    tolerance: Span

    @property
    def at_least(self) -> Span:
        """The smallest difference, either way, that the measurement allows."""
        return max(0, abs(self.ahead) - self.tolerance)


async def measure_skew(cluster: Cluster, topic: str, *, clock: Callable[[], Instant]) -> Skew | None:
    """Write a probe to partition 0 of `topic` and compare clocks; None if it takes the producer's time.

    Raises:
        SourceError: the probe was not acknowledged within the cluster's timeout.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap_servers,
        client_id="slamon-clock",
        acks="all",
        request_timeout_ms=int(cluster.timeout * 500),
        **cluster.options,
    )
    try:
        async with asyncio.timeout(cluster.timeout):
            await producer.start()
            return await _probe(producer, topic, clock)
    except TimeoutError:
        raise SourceError(f"{topic}: no acknowledgement within {cluster.timeout:g} s") from None
    except (KafkaError, OSError) as error:
        raise SourceError(f"{topic}: {type(error).__name__}") from error
    finally:
        await producer.stop()


async def _probe(producer: AIOKafkaProducer, topic: str, clock: Callable[[], Instant]) -> Skew | None:
    await producer.partitions_for(topic)  # connects first: the way there and back should be short
    before = clock()
    written = await producer.send_and_wait(topic, PROBE, partition=0)
    after = clock()
    if written.timestamp_type != _LOG_APPEND_TIME:
        return None
    trip = after - before
    # The broker's time is cut to whole milliseconds.
    middle = before + trip // 2
    return Skew(written.timestamp * _MICROSECONDS + _MICROSECONDS // 2 - middle, trip // 2 + _MICROSECONDS)
