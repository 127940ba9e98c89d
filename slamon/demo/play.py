"""One play: the simulator sends, what comes out is gathered, and in the end the two are held side by side."""

import asyncio
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slamon.demo.compare import Comparison, Counts, Evidence, Letter, Sent, compare, delays, dues_of
from slamon.demo.screen import Progress, Screen
from slamon.demo.script import Episode
from slamon.demo.tempo import SECOND, Micros, Tempo

_QUIET: Micros = 2 * SECOND
"""All is there when nothing more has come for so long."""
_PATIENCE: Micros = 20 * SECOND
"""What has not come so long after the last notice was due does not come."""
_ASKED = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a play ended; `delays` in seconds, `words` are what slamon says about orders that differ."""

    comparison: Comparison
    delays: Sequence[float]
    words: Sequence[str] = ()


class Plays(Protocol):
    """The simulator, as a play needs it."""

    sent: int
    void: set[str]

    async def play(self, episodes: Iterator[Episode], begins: Callable[[Episode], None]) -> None:
        """Plays episodes, which come in the order of their start; returns when all is acknowledged."""


class Gathers(Protocol):
    """What came out, as a play needs it."""

    @property
    def sent(self) -> Mapping[str, Sequence[Sent]]:
        """What each receiver accepted."""

    @property
    def digests(self) -> Mapping[str, Counts]:
        """Of each digest, what it says and what is in it."""

    @property
    def letters(self) -> Sequence[Letter]:
        """The dead letters."""

    @property
    def texts(self) -> Sequence[str]:
        """The first lines of the newest messages, newest last."""

    async def look(self) -> None:
        """Takes what is new."""

    async def unknown_statuses(self) -> int:
        """How many events with a status that it does not know slamon has counted."""

    async def word_on(self, order_id: str) -> str:
        """What slamon itself says about an order's notices."""


class Play:
    """Plays episodes and watches what comes of them. `clock` gives microseconds since the epoch."""

    def __init__(
        self,
        simulator: Plays,
        received: Gathers,
        tempo: Tempo,
        screen: Screen,
        *,
        clock: Callable[[], Micros],
        look_every: float = 0.5,
    ) -> None:
        """`look_every`: seconds between two looks at what came out."""
        self._simulator, self._received, self._look_every = simulator, received, look_every
        self._tempo, self._screen, self._clock = tempo, screen, clock
        self._starts_at = 0
        self._orders, self._due = 0, 0
        self._coming: list[Micros] = []

    async def run(self, episodes: Iterable[Episode], starts_at: Micros, *, seconds: float | None = None) -> None:
        """Plays to the end; returns when Kafka has acknowledged the last record."""
        self._starts_at = starts_at
        playing = asyncio.create_task(self._simulator.play(iter(episodes), self._begins))
        try:
            while not playing.done():
                await self._received.look()
                self._show(seconds)
                await asyncio.wait([playing], timeout=self._look_every)
            await playing
        finally:
            playing.cancel()

    async def settle(self, episodes: Sequence[Episode], *, seconds: float) -> Outcome:
        """Waits until all that was due has come and nothing more comes, or until waiting is of no use."""
        last_due = max(due.at for episode in episodes for due in episode.dues)
        amount, changed_at = -1, self._clock()
        while True:
            await self._received.look()
            now = self._clock()
            self._show(seconds)
            there = len(self._received.letters) + sum(map(len, self._received.sent.values()))
            if there != amount:
                amount, changed_at = there, now
            comparison = await self._compare(episodes)
            give_up = now > last_due + _PATIENCE
            if now > last_due and now - changed_at > _QUIET and (comparison.complete or give_up):
                return await self._outcome(comparison, episodes)
            await asyncio.sleep(self._look_every)

    async def _compare(self, episodes: Sequence[Episode]) -> Comparison:
        received = self._received
        evidence = Evidence(
            received.sent,
            received.letters,
            await received.unknown_statuses(),
            frozenset(self._simulator.void),
            received.digests,
        )
        return compare(episodes, evidence)

    async def _outcome(self, comparison: Comparison, episodes: Sequence[Episode]) -> Outcome:
        waited = [delay / SECOND for delay in delays(dues_of(episodes), self._received.sent["Slack"])]
        orders = {episode.order_id for episode in episodes if episode.order_id}
        asked = sorted(orders & comparison.named)[:_ASKED]
        lives = {episode.order_id: episode.life for episode in episodes}
        words = [f"{lives[order_id]}, {await self._received.word_on(order_id)}" for order_id in asked]
        return Outcome(comparison, waited, words)

    def _begins(self, episode: Episode) -> None:
        self._orders += episode.order_id is not None
        for due in episode.dues:
            heapq.heappush(self._coming, due.at)

    def _show(self, seconds: float | None) -> None:
        now = self._clock()
        while self._coming and self._coming[0] <= now:
            heapq.heappop(self._coming)
            self._due += 1
        self._screen.progress(
            Progress(
                seconds=(now - self._starts_at) / SECOND,
                day=max(0.0, (now - self._starts_at) / self._tempo.day),
                days=None if seconds is None else seconds * SECOND / self._tempo.day,
                orders=self._orders,
                records=self._simulator.sent,
                due=self._due,
                sent=len(self._received.sent["Slack"]),
                dead_letters=len(self._received.letters),
                latest=self._received.texts,
            )
        )
