"""The loop that knows which sources are silent: it looks at the ends of their topics, no record is read for it.

Every worker looks at all sources, so each can tell without asking another. A broker that does not answer makes
nothing silent: the time without an answer is left out (`slamon.sla.silence`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from slamon.errors import SourceError
from slamon.orders.event import SECOND, Instant, rfc3339
from slamon.services.gate import Offsets
from slamon.services.layout import Counts
from slamon.sla.silence import Expectation, Heard, Look, Silent, SourceState, adopt, growth, look, silent
from slamon.stream import TopicPartition

_log = structlog.get_logger("slamon.silence")
_USUAL_INTERVAL = 5.0
_SHORTEST_INTERVAL = 0.5
_LOOKS_A_GAP = 5
_COUNTS_KEPT = 30 * SECOND


@dataclass(frozen=True, slots=True)
class Watched:
    """A source as its silence is told: where its records come in, who speaks there, how often."""

    topics: tuple[str, ...]
    system: str | None = None
    expected: Expectation = field(default_factory=Expectation)


Changed = Callable[[str, SourceState, Heard], None]
"""Called with a source, its state before and what is known of it now, whenever the state has changed."""


def interval_for(sources: Mapping[str, Watched]) -> float:
    """Seconds between two looks: 5; down to half a second where a source is to speak more often than every 25."""
    spans = [source.expected.every.span / SECOND for source in sources.values() if source.expected.every is not None]
    return max(min([_USUAL_INTERVAL, *(span / _LOOKS_A_GAP for span in spans)]), _SHORTEST_INTERVAL)


def _ignore(source: str, before: SourceState, heard: Heard) -> None:
    """Nobody wants to be told."""


@dataclass(slots=True)
class _Place:
    """One source as this worker last saw it."""

    counts: Mapping[str, int] = field(default_factory=dict)
    counted_at: Instant | None = None
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)


@dataclass(slots=True)
class SilenceWatch:
    """Looks at every source in turn and keeps what it knows of each; `faults` says which can't be told about."""

    sources: Mapping[str, Watched]
    offsets: Offsets
    counts: Counts
    clock: Callable[[], Instant]
    changed: Changed = _ignore
    heard: dict[str, Heard] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a state has changed."""
    _over: dict[str, tuple[Silent, Instant]] = field(default_factory=dict)
    _present: tuple[Silent, ...] = ()
    _places: dict[str, _Place] = field(default_factory=dict)

    def silent(self, source: str) -> Silent | None:
        """The silence of a source; None while it is flowing, unknown or not configured."""
        watched = self.sources.get(source)
        return None if watched is None else silent(source, self.heard.get(source), watched.system)

    def silences(self) -> tuple[Silent, ...]:
        """Every silence, by source."""
        found = (self.silent(source) for source in self.sources)
        return tuple(silence for silence in found if silence is not None)

    def as_of(self, now: Instant) -> tuple[Silent, ...]:
        """Every silence that was not known to be over at `now`, by source.

        Up to `now` records are read. The one that ended a silence may stand behind it: until it is surely read too,
        the silence counts.
        """
        found = {source: silence for source, (silence, ended_at) in self._over.items() if ended_at > now}
        if not found:
            return self._present
        found |= {silence.source: silence for silence in self._present}
        return tuple(found[source] for source in sorted(found))

    def state(self, source: str) -> SourceState:
        """What is known about a source."""
        heard = self.heard.get(source)
        return SourceState.UNKNOWN if heard is None else SourceState(heard.state)

    def take(self, kept: Mapping[str, Heard]) -> None:
        """Take up what was kept, by an earlier run or by another worker; sources no more configured are left out."""
        for source, heard in kept.items():
            if source in self.sources:
                self._set(source, adopt(self.heard.get(source), heard))

    async def run(self) -> None:
        """Look for ever."""
        interval = interval_for(self.sources)
        while True:
            await self.step()
            await asyncio.sleep(interval)

    async def step(self) -> None:
        """Look at every source once, each by itself: one that can't be asked hides no other."""
        await asyncio.gather(*(self._look(source, watched) for source, watched in self.sources.items()))

    async def _look(self, source: str, watched: Watched) -> None:
        place, at = self._places.setdefault(source, _Place()), self.clock()
        try:
            ends = await self._ends(place, watched, at)
        except SourceError as fault:
            place.counted_at = None  # perhaps the topics changed: count their partitions anew
            if source not in self.faults:
                _log.warning("source.not_told", source=source, error=str(fault))
            self.faults[source] = str(fault)
            return
        self.faults.pop(source, None)
        before = self.heard.get(source)
        known = growth(place.ends, ends) if place.ends or before is None else _growth_since(before, ends)
        place.ends = ends
        seen = Look(sum(ends.values()), known, at)
        self._set(source, look(before, seen, watched.expected))

    async def _ends(self, place: _Place, watched: Watched, at: Instant) -> Mapping[TopicPartition, int]:
        if place.counted_at is None or not 0 <= at - place.counted_at < _COUNTS_KEPT:
            place.counts, place.counted_at = await self.counts(watched.topics), at
        everywhere = [TopicPartition(topic, number) for topic, count in place.counts.items() for number in range(count)]
        return await self.offsets.end_offsets(everywhere) if everywhere else {}

    def _set(self, source: str, heard: Heard) -> None:
        before, silence = self.state(source), self.silent(source)
        self.heard[source] = heard
        self._present = tuple(sorted(self.silences(), key=lambda silence: silence.source))
        now = SourceState(heard.state)
        if now is before:
            return
        if silence is not None:
            self._over[source] = silence, self.clock()
        self.stirred.set()
        tell = _log.warning if now is SourceState.SILENT else _log.info
        tell("source.changed", source=source, before=str(before), state=str(now), heard_at=rfc3339(heard.heard_at))
        self.changed(source, before, heard)


def _growth_since(before: Heard, ends: Mapping[TopicPartition, int]) -> int:
    """What came since an earlier run: only the sum of the ends was kept."""
    return growth({0: before.total}, {0: sum(ends.values())})
