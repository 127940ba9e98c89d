"""The play: orders, bad records and their times from a seed, with all that has to come out of them. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle

from slamon.demo.blunders import BLUNDERS, Blunder, system_for
from slamon.demo.cast import LIVES, OUTAGE, Life
from slamon.demo.passage import Passage
from slamon.demo.people import MARKETPLACE
from slamon.demo.story import Due, Record, Story
from slamon.demo.tempo import SECOND, USUAL_PLAY, Micros, Tempo

_ORDERS_PER_SECOND = 2
_ORDERS_PER_BLUNDER = 10
_ORDERS_PER_STORM = 400
STORM = 80
"""So many orders wait at once when the CRM is down."""
_STORM_AFTER: Micros = 8 * SECOND
_LAST_WORDS: Micros = SECOND
"""A play ends so long before its time: the last notices need a moment to come out."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that has to come out on the dead-letter topic, with its bytes."""

    topic: str
    value: bytes | None
    what: str


@dataclass(frozen=True, slots=True)
class Episode:
    """What one order, or one bad record, brings into the play."""

    starts_at: Micros
    life: str
    order_id: str | None
    records: tuple[Record, ...]
    dues: tuple[Due, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    unknown_statuses: int = 0


class Script:
    """Writes episodes; the same seed and times give the same play."""

    def __init__(self, seed: int, tempo: Tempo) -> None:
        self._rng = random.Random(seed)
        self._tempo = tempo
        self._numbers = count(self._rng.randrange(10_000, 90_000))

    def play(self, seconds: float, starts_at: Micros) -> tuple[Episode, ...]:
        """A play of this length: every kind of life at least once; all that is owed falls due within it.

        From the usual length on there is time for a storm, too.
        """
        length = round(seconds * SECOND) - _LAST_WORDS
        orders = max(len(LIVES), round(seconds * _ORDERS_PER_SECOND))
        lives = [*LIVES, *self._chosen(orders - len(LIVES))]
        episodes = [self._order(life, starts_at, length) for life in lives]
        if seconds >= USUAL_PLAY:
            episodes += self._storm(starts_at + _STORM_AFTER)
        for number in range(max(len(BLUNDERS), orders // _ORDERS_PER_BLUNDER)):
            blunder = BLUNDERS[number % len(BLUNDERS)]
            episodes.append(self._blunder(blunder, starts_at + self._rng.randrange(length)))
        return tuple(sorted(episodes, key=lambda episode: episode.starts_at))

    def endless(self, starts_at: Micros) -> Iterator[Episode]:
        """Episodes for ever, in the order of their start."""
        blunders = cycle(self._rng.sample(BLUNDERS, len(BLUNDERS)))
        for number in count(1):
            at = starts_at + number * SECOND // _ORDERS_PER_SECOND
            yield self._order(self._chosen(1)[0], at)
            if number % _ORDERS_PER_BLUNDER == 0:
                yield self._blunder(next(blunders), at)
            if number % _ORDERS_PER_STORM == _ORDERS_PER_STORM // 8:
                yield from self._storm(at)

    def _chosen(self, number: int) -> list[Life]:
        return self._rng.choices(LIVES, [life.weight for life in LIVES], k=number)

    def _order(self, life: Life, at: Micros, length: Micros | None = None) -> Episode:
        """An order whose story starts at `at`, or somewhere so that it ends within `length` from there."""
        b2b = life.entry.is_b2b(self._rng)
        order_id = f"{'B' if b2b else 'A'}-{next(self._numbers)}"
        story = Story(order_id, self._tempo, self._rng, b2b=b2b)
        life.tell(Passage(story))
        if length is not None:
            at += self._rng.randrange(max(length - story.length, 1))
        return _episode(life, story, at)

    def _storm(self, at: Micros) -> list[Episode]:
        """Many orders of one client that come in together while the CRM is down."""
        stories = [Story(f"M-{next(self._numbers)}", self._tempo, self._rng, client=MARKETPLACE) for _ in range(STORM)]
        for story in stories:
            OUTAGE.tell(Passage(story))
        return [_episode(OUTAGE, story, at) for story in stories]

    def _blunder(self, blunder: Blunder, at: Micros) -> Episode:
        name, system = f"X-{next(self._numbers)}", system_for(blunder, self._rng)
        value = blunder.make(name, system, at)
        record = Record(at, system, name.encode() if system.keyed else None, value, timely=False)
        letter = DeadLetter(system.topic, value, blunder.what)
        return Episode(at, f"bad record: {blunder.what}", None, (record,), dead_letters=(letter,))


def _episode(life: Life, story: Story, at: Micros) -> Episode:
    told = story.told(at)
    return Episode(at, life.name, story.order_id, told.records, told.dues, unknown_statuses=story.unknown_statuses)
