"""How fast a channel may be called: a token bucket in integer microseconds. Pure; `now` is an argument."""

from slamon.orders.event import SECOND, Instant, Span

BURST = 3
"""So many calls may follow one another without a pause (CONTRACT §4)."""


class TokenBucket:
    """The pace of one channel: `per_second` calls, `burst` at once after a rest."""

    __slots__ = ("_free_at", "_interval", "_now", "_slack")

    def __init__(self, per_second: float, *, burst: int = BURST) -> None:
        """Start full. Raises ValueError for a rate that is not positive or a burst below 1."""
        if not per_second > 0 or burst < 1:
            raise ValueError("per_second must be above 0 and burst at least 1")
        self._interval: Span = max(round(SECOND / per_second), 1)
        self._slack: Span = (burst - 1) * self._interval
        self._free_at: Instant | None = None
        self._now: Instant | None = None

    def take(self, now: Instant) -> Span:
        """Take a token and return 0, or take none and return the microseconds after which to ask again."""
        free_at = self._seen(now)
        wait = free_at - self._slack - now
        if wait > 0:
            return wait
        self._free_at = max(free_at, now) + self._interval
        return 0

    def pause(self, until: Instant, now: Instant) -> None:
        """Give no token before `until` (the receiver asked for rest), and one at a time right after."""
        self._free_at = max(self._seen(now), until + self._slack)

    def _seen(self, now: Instant) -> Instant:
        if self._now is None or self._free_at is None:
            self._free_at = now
        elif now < self._now:  # the clock was set back: what was to be waited for stays that far away
            self._free_at -= self._now - now
        self._now = now
        return self._free_at
