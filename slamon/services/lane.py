"""Serves one channel of a receiver for ever: notices, digests, living messages, in the order of their weight."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from slamon.notices.links import Links
from slamon.orders.event import SECOND, Instant
from slamon.services.attempts import Attempts
from slamon.services.channel import Channel
from slamon.services.digests import Digests
from slamon.services.gathering import Gathering
from slamon.services.offers import Address, lane_of
from slamon.services.refusals import Refusals
from slamon.services.stories import Stories
from slamon.services.storm import Storm
from slamon.services.way import Way
from slamon.sinks.message import LivingSink, Sink
from slamon.sinks.pacing import BURST, TokenBucket

_IDLE = 1.0
_BURST_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Receiver:
    """A sink, where its offers come in, how many calls may be under way, and its pace (None: unpaced).

    `route`: the channel there, None for the receiver's own; `living`: the sink again, where messages are edited;
    `digest_above`: more notices a minute become one digest (0: never).
    """

    sink: Sink
    address: Address
    concurrency: int = 1
    per_second: float | None = None
    route: str | None = None
    living: LivingSink | None = None
    digest_above: int = 0
    links: Links | None = None

    @property
    def lane(self) -> str:
        """The name of its queue."""
        return lane_of(self.sink.name, self.route)


@dataclass(frozen=True, slots=True)
class Hands:
    """Those who do the work of a lane."""

    attempts: Attempts
    stories: Stories
    refusals: Refusals


def bucket_of(per_second: float | None) -> TokenBucket | None:
    """The pace of a channel: with its bursts no minute has more than 60 times `per_second` calls."""
    if per_second is None:
        return None
    a_minute = per_second * _BURST_MINUTE
    return TokenBucket((a_minute - BURST) / _BURST_MINUTE if a_minute >= 10 * BURST else per_second)


class Lane:
    """One channel of a receiver, served while its partition of the outbox is ours."""

    def __init__(
        self,
        receiver: Receiver,
        hands: Hands,
        clock: Callable[[], Instant],
        *,
        stopping: Callable[[], bool],
        fallback: Address | None = None,
    ) -> None:
        """`stopping`: nothing is to be started; `fallback`: where notices go if the channel is not there."""
        self.receiver, self._hands, self._clock, self._stopping = receiver, hands, clock, stopping
        self.channel = Channel(receiver.sink.name, living=receiver.living is not None)
        self.way = Way(
            receiver.lane,
            receiver.sink,
            self.channel,
            clock,
            receiver.living,
            bucket_of(receiver.per_second),
            fallback,
            receiver.links,
            stopping,
        )
        self.storm = Storm(receiver.digest_above)
        self.digests = self._digests(receiver.living)
        self.wake = asyncio.Event()

    def _digests(self, living: LivingSink | None) -> Digests | None:
        if living is None:
            return None
        hands = self._hands
        reports, tally = hands.attempts.reports, hands.attempts.tally
        gathering = Gathering(self.way.lane, self.channel, self.storm)
        return Digests(self.way, living, gathering, reports, tally, self._clock, hands.refusals)

    def taken_over(self) -> None:
        """The channel was another worker's until now: it may have been called a moment ago."""
        if self.way.bucket is not None and self.receiver.per_second:
            now = self._clock()
            self.way.bucket.pause(now + round(BURST * SECOND / self.receiver.per_second), now)

    def clear(self) -> None:
        """It is another worker's."""
        self.channel.clear()
        self.way.digests_found.clear()
        if self.digests is not None:
            self.digests.gathering.clear()

    async def serve(self, start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]) -> None:
        """Work for ever; `start` runs one piece of work."""
        slots = asyncio.Semaphore(self.receiver.concurrency)
        while True:
            await slots.acquire()
            task = start(await self._next_work())
            task.add_done_callback(lambda _: slots.release())
            task.add_done_callback(lambda _: self.wake.set())

    async def _next_work(self) -> Coroutine[Any, Any, None]:
        while True:
            self.wake.clear()
            now = self._clock()
            if self.channel.refused is not None:
                await self._hands.refusals.pass_on_waiting(self.way)
            elif not self._stopping() and not self.channel.resting(now):
                work = self._work(now)
                if work is not None:
                    return work
            await _wait(self.wake, self._pause(now))

    def _work(self, now: Instant) -> Coroutine[Any, Any, None] | None:
        digests, living = self.digests, self.receiver.living
        if digests is not None and digests.gathering.is_due(now):
            digests.gathering.busy = True  # from now on, not only once the task runs
            return digests.tell()
        held = digests is not None and digests.gathering.holds_back(now)
        chosen = next((one for one in self.channel.ready(now) if one.unknown or not held), None)
        if chosen is not None:
            return self._hands.attempts.make(self.way, self.channel.take(chosen.offer.notice_id))
        update = None if living is None else self.channel.updates.next()
        if update is None or living is None:
            return None
        return self._hands.stories.tell(self.way, living, update)

    def _pause(self, now: Instant) -> float:
        rest = self.channel.resting(now)
        digest = None if self.digests is None else self.digests.gathering.wait(now)
        waits = [span / SECOND for span in (rest, digest) if span]
        return min([_IDLE, *waits]) if not rest else rest / SECOND


def lanes_of(
    receivers: Sequence[Receiver], hands: Hands, clock: Callable[[], Instant], stopping: Callable[[], bool]
) -> dict[str, Lane]:
    """A lane for every channel, by name; what finds its channel gone goes to the receiver's own."""
    own = {receiver.sink.name: receiver.address for receiver in receivers if receiver.route is None}
    return {
        receiver.lane: Lane(
            receiver,
            hands,
            clock,
            stopping=stopping,
            fallback=None if receiver.route is None else own.get(receiver.sink.name),
        )
        for receiver in receivers
    }


async def _wait(event: asyncio.Event, longest: float) -> None:
    # Not `wait_for`: on Python 3.11 that swallows a cancellation which comes together with the event.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(longest):
            await event.wait()
