"""Whether more notices come in for a channel than people can read one by one (CONTRACT §4 "digest"). Pure."""

from collections import deque
from dataclasses import dataclass, field

from slamon.orders.event import SECOND, Instant, Span

WINDOW: Span = 60 * SECOND


@dataclass(slots=True)
class Storm:
    """The arrivals of the last minute; more than `above` are a storm, 0: never."""

    above: int
    _arrivals: deque[Instant] = field(default_factory=deque)

    def arrived(self, now: Instant) -> None:
        """A notice came in that was not there before."""
        if self.above:
            self._arrivals.append(now)
            while len(self._arrivals) > self.above + 1:  # older ones decide nothing
                self._arrivals.popleft()

    def rages(self, now: Instant) -> bool:
        """Whether more than `above` came in within the last minute."""
        return bool(self.above) and len(self._arrivals) > self.above and now - self._arrivals[0] < WINDOW
