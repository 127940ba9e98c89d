"""The thresholds by which lag is judged, for all groups and for some; frozen, from the configuration (CONTRACT §8)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from slamon.lag.observation import Isolation
from slamon.orders.event import DAY, SECOND, Span

MINUTE: Span = 60 * SECOND


@dataclass(frozen=True, slots=True)
class LagPolicy:
    """How one group is judged. Every threshold is a time, none a number of cycles or of commits.

    `warn_after`, `critical_after`: how old the first unread record may be. `still_after`: so long without a move a
    commit stands still (None: half of `warn_after`). `leave_below`: an alarm about age ends below this part
    of `warn_after`. `clear_after`: an incident closes when all was well for so long. `window`: over how long rates are
    told. `unknown_after`: how old a reading may be. `rewind_tolerance`: so many records back are no rewind.
    `offset_adjust`: added to every commit, for consumers that commit the last offset instead of the next.
    """

    warn_after: Span = 5 * MINUTE
    critical_after: Span = 15 * MINUTE
    still_after: Span | None = None
    leave_below: float = 0.8
    clear_after: Span = MINUTE
    window: Span = 10 * MINUTE
    unknown_after: Span = MINUTE
    rewind_tolerance: int = 0
    isolation: Isolation = Isolation.READ_COMMITTED
    offset_adjust: int = 0

    @property
    def still(self) -> Span:
        """So long without a move, a commit stands still."""
        return self.warn_after // 2 if self.still_after is None else self.still_after


@dataclass(frozen=True, slots=True)
class SlackPolicy:
    """When orders behind a queue make its lag urgent: what is left of a promise once the queue has cleared."""

    warn_below: Span = 3 * DAY
    critical_below: Span = DAY


@dataclass(frozen=True)
class LagRules:
    """All of it: the default, the groups with thresholds of their own, and what has to be there.

    `groups`: (pattern, policy); the first pattern that matches the whole name counts. `expected` groups turn MISSING
    where others are forgotten. `silent_after`: (pattern, span) of topics that have to grow at least so often.
    `dead_letters`: what the names of dead-letter topics look like. `gone_after`: a group is forgotten when complete
    listings were without it for so long.
    """

    default: LagPolicy = field(default_factory=LagPolicy)
    groups: Sequence[tuple[str, LagPolicy]] = ()
    expected: frozenset[str] = frozenset()
    silent_after: Sequence[tuple[str, Span]] = ()
    dead_letters: str = r".*(\.dead-letters|[.-]dlq|[.-]dlt|-dead-letter)"
    gone_after: Span = 5 * SECOND
    slack: SlackPolicy = field(default_factory=SlackPolicy)

    @cached_property
    def _groups(self) -> list[tuple[re.Pattern[str], LagPolicy]]:
        return [(re.compile(pattern), policy) for pattern, policy in self.groups]

    @cached_property
    def _silent(self) -> list[tuple[re.Pattern[str], Span]]:
        return [(re.compile(pattern), span) for pattern, span in self.silent_after]

    @cached_property
    def _dead_letters(self) -> re.Pattern[str]:
        return re.compile(self.dead_letters)

    def policy(self, group: str) -> LagPolicy:
        """The policy that a group is under."""
        return next((policy for pattern, policy in self._groups if pattern.fullmatch(group)), self.default)

    def silence(self, topic: str) -> Span | None:
        """How long a topic may stay without a new record; None: for ever."""
        return next((span for pattern, span in self._silent if pattern.fullmatch(topic)), None)

    def is_dead_letters(self, topic: str) -> bool:
        """Whether a topic holds records that somebody could not use."""
        return self._dead_letters.fullmatch(topic) is not None
