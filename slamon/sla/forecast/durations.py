"""What was learnt: per channel, how long orders stay at a step and where they go next. Bounded and mergeable.

A step's sketches, one for each step that followed, are both: their lengths, and by their weights how often each
follows. Learning the same spell twice counts it twice; whoever learns sees to it that each is learnt once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from slamon.orders.event import DAY, Instant, Span
from slamon.sla.forecast.sketch import Sketch

if TYPE_CHECKING:
    from slamon.sla.forecast.spells import Spell

HALF_LIFE: Final = 60 * DAY
"""After this long an observation counts half."""

MOST_CHANNELS: Final = 16
"""Channels that are learnt apart; the spells of all further ones count together."""

LONGEST_CHANNEL: Final = 64
"""A channel with a longer name is never learnt apart."""

MOST_WAYS: Final = 64
"""Ways from one step to another that are learnt of one channel, more than ten steps have; further ones are left out."""


class StepTimes(msgspec.Struct, array_like=True):
    """The sketches of some orders: step → next step → how long it took."""

    steps: dict[str, dict[str, Sketch]] = {}
    learnt: int = 0
    """How many spells went in, whatever became of their weights."""
    since: Instant | None = None
    """When the first of them finished."""

    def learn(self, spell: Spell, half_life: Span) -> None:
        """Count one finished spell."""
        if spell.to not in self.steps.get(spell.step, ()) and sum(map(len, self.steps.values())) >= MOST_WAYS:
            return
        self.learnt += 1
        if self.since is None or spell.finished_at < self.since:
            self.since = spell.finished_at
        self._sketch(spell.step, spell.to, half_life).add(spell.span, spell.finished_at)

    def merge(self, other: StepTimes) -> None:
        """Add what another learnt."""
        self.learnt += other.learnt
        self.since = min((at for at in (self.since, other.since) if at is not None), default=None)
        for step, nexts in other.steps.items():
            for to, sketch in nexts.items():
                self._sketch(step, to, sketch.half_life).merge(sketch)

    def _sketch(self, step: str, to: str, half_life: Span) -> Sketch:
        nexts = self.steps.get(step)
        if nexts is None:
            nexts = self.steps[step] = {}
        sketch = nexts.get(to)
        if sketch is None:
            sketch = nexts[to] = Sketch(half_life)
        return sketch


class Durations(msgspec.Struct, array_like=True):
    """Everything learnt: over all channels, per channel, and for the rest of the channels together.

    Merging is exact and in any order the same up to `MOST_CHANNELS` distinct channels; of more, those with the fewest
    spells join the rest for good, and `overall` stays exact all the same.
    """

    half_life: Span = HALF_LIFE
    overall: StepTimes = msgspec.field(default_factory=StepTimes)
    rest: StepTimes = msgspec.field(default_factory=StepTimes)
    channels: dict[str, StepTimes] = {}

    def learn(self, channel: str | None, spell: Spell) -> None:
        """Count one finished spell of an order of a channel (None: it has none)."""
        self.overall.learn(spell, self.half_life)
        self.of(self.place(channel)).learn(spell, self.half_life)

    def merge(self, other: Durations) -> None:
        """Add what another worker learnt."""
        self.overall.merge(other.overall)
        self.rest.merge(other.rest)
        for channel, times in other.channels.items():
            self.channels.setdefault(channel, StepTimes()).merge(times)
        by_spells = sorted(self.channels, key=lambda channel: (-self.channels[channel].learnt, channel))
        for channel in by_spells[MOST_CHANNELS:]:
            self.rest.merge(self.channels.pop(channel))

    def of(self, channel: str | None) -> StepTimes:
        """What was learnt of a channel, be it with the rest of them."""
        return self.rest if channel is None else self.channels.get(channel, self.rest)

    def place(self, channel: str | None) -> str | None:
        """The channel under which another spell of a channel counts, learnt apart from now on; None: with the rest."""
        if channel is None or channel in self.channels:
            return channel
        if len(channel) > LONGEST_CHANNEL or len(self.channels) >= MOST_CHANNELS:
            return None
        self.channels[channel] = StepTimes()
        return channel


encode_durations = msgspec.msgpack.Encoder().encode
decode_durations = msgspec.msgpack.Decoder(Durations).decode
