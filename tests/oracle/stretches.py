"""The life of an order as stretches: between two neighbouring events nothing is learnt, only time passes.

What a prefix of the events says is worked out once for its stretch. Within a stretch a condition can begin or
end to be true only at the stretch's own instants: its first one and the deadlines that its prefix knows of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tests.oracle.decoding import Event
from tests.oracle.divergence import Divergence, Reports, divergences, reports
from tests.oracle.history import Facts, facts
from tests.oracle.rules import Rules


@dataclass(frozen=True)
class Stretch:
    """The instants from `since` up to `until` (included), at which just the events of `prefix` have happened."""

    prefix: Sequence[Event]
    since: int
    until: int
    rules: Rules

    @cached_property
    def known(self) -> Facts:
        """What the prefix says."""
        return facts(self.prefix, self.rules)

    @cached_property
    def told(self) -> Reports:
        """Who said what by now."""
        return reports(self.prefix, self.known, self.rules)

    @cached_property
    def skews(self) -> list[int]:
        """The instants of the stretch at which a row of `divergences` can come or go."""
        reported = {event.occurred_at for event in self.known.cycle if event.system is not None}
        return self.near({when + self.rules.allowed_skew for when in reported})

    @cached_property
    def rows(self) -> list[tuple[int, list[Divergence]]]:
        """The rows of `divergences` at each of them."""
        return [(x, divergences(self.told, x)) for x in self.skews]

    def near(self, deadlines: Iterable[int]) -> list[int]:
        """The first and the last instant of the stretch and every deadline in it, each with the tick after it."""
        candidates = {self.since, self.until, *deadlines}
        return sorted(
            x for candidate in candidates for x in (candidate, candidate + 1) if self.since <= x <= self.until
        )


def stretches(events: Sequence[Event], now: int, rules: Rules) -> Iterator[Stretch]:
    """The stretches up to `now` of events that are in order; they leave no instant out from the first event on."""
    turns = sorted({event.occurred_at for event in events if event.occurred_at <= now})
    for since, following in pairwise([*turns, now + 1]):
        prefix = [event for event in events if event.occurred_at <= since]
        yield Stretch(prefix, since, following - 1, rules)
