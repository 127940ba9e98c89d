"""A partition's log as a broker answers for it, and observations with everything given that a test does not care for."""

from collections.abc import Sequence

from slamon.lag.observation import Found, Scan
from slamon.orders.event import Instant


class FakeLog:
    """Records by their stamps from offset `start`; `unreadable` offsets are markers or aborted, `gaps` were compacted."""

    def __init__(
        self,
        stamps: Sequence[Instant],
        start: int = 0,
        *,
        unreadable: frozenset[int] = frozenset(),
        gaps: frozenset[int] = frozenset(),
    ) -> None:
        self.stamps = list(stamps)
        self.start = start
        self.unreadable = unreadable
        self.gaps = gaps

    @property
    def end(self) -> int:
        return self.start + len(self.stamps)

    def first_since(self, at: Instant) -> Found:
        """`ListOffsets(timestamp)`: it knows of milliseconds only."""
        for number, stamp in enumerate(self.stamps):
            offset = self.start + number
            if stamp - stamp % 1000 >= at and offset not in self.gaps:
                return Found(offset, stamp - stamp % 1000)
        return Found()

    def scan(self, since: int, until: int, at_most: int = 1000) -> Scan:
        """A bounded read: the first record that is readable."""
        stop = min(until, since + at_most)
        for offset in range(max(since, self.start), stop):
            if offset not in self.unreadable and offset not in self.gaps:
                return Scan(offset, offset, self.stamps[offset - self.start])
        return Scan(stop)
