"""The way to one channel of a receiver: its sink, its queue, its pace."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from slamon.errors import SinkError
from slamon.notices.links import Links
from slamon.orders.event import SECOND, Instant
from slamon.services.channel import Channel
from slamon.services.offers import Address
from slamon.sinks.message import Found, LivingSink, Sink
from slamon.sinks.pacing import TokenBucket
from slamon.sinks.retry import RetryPolicy


class NotNow(Exception):  # noqa: N818 - no error: what was about to be sent waits
    """Nothing more is to be started: partitions are about to be handed over."""


@dataclass(slots=True)
class Way:
    """Where and how fast one channel is called; `living`: the sink again, where its messages live."""

    lane: str
    sink: Sink
    channel: Channel
    clock: Callable[[], Instant]
    living: LivingSink | None = None
    bucket: TokenBucket | None = None
    fallback: Address | None = None
    """Where notices go if the channel is not there."""
    links: Links | None = None
    """Where slamon's pages are."""
    stopping: Callable[[], bool] = lambda: False
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    unknown_lines: set[str] = field(default_factory=set)
    """Lines of threads that may have been posted."""
    digests_found: dict[str, Found | None] = field(default_factory=dict)
    """Digests of an earlier life that were looked for."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pace(self) -> None:
        """Wait until the next call may be made. Raises NotNow when none may be any more."""
        async with self._turn:
            while True:
                if self.stopping() or self.channel.refused is not None:
                    raise NotNow
                now = self.clock()
                pause = self.channel.resting(now)
                if not pause and self.bucket is not None:
                    pause = self.bucket.take(now)
                if not pause:
                    return
                await asyncio.sleep(min(pause / SECOND, 1.0))

    def rest_after(self, fault: SinkError) -> Instant:
        """When to try again after a failed call."""
        jitter = random.random()  # noqa: S311  # spreads load, guards nothing
        return self.clock() + self.retry.delay(self.channel.failures + 1, fault.retry_after, jitter)
