"""What is known of the records of a partition from one offset on; shared by all groups that stand there."""

import msgspec

from slamon.lag.age import Search
from slamon.lag.observation import Scan, Unknown
from slamon.orders.event import Span


class Unread(msgspec.Struct):
    """What is known of the records from offset `x` on; `users` groups stand there.

    Nothing is readable in [x, `clear_to`); `first` is the first readable record, None while no read has found one.
    """

    x: int
    start: int
    end: int
    thresholds: tuple[Span, ...]
    search: Search
    clear_to: int
    first: int | None = None
    users: int = 0
    scans: int = 0
    fault: Unknown | None = None
    """Why its age could not be asked."""
    is_void: bool = False
    """What was learnt is of a log that is no more."""

    @property
    def is_phantom(self) -> bool:
        """Whether it is proven that nothing is readable up to the end."""
        return self.clear_to >= self.end

    def take_scan(self, scan: Scan, until: int) -> None:
        """What a read up to `until` found; a record behind that came later: up to there nothing is readable."""
        if scan.first is None or scan.first >= until:
            self.clear_to = max(self.clear_to, min(scan.up_to, until) if scan.first is None else until)
            return
        self.clear_to, self.first = scan.first, scan.first
        if scan.stamped_at is not None:
            self.search.learn(scan.stamped_at)
