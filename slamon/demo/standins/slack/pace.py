"""How often Slack lets itself be called: by channel for what writes, by method and minute for what reads."""

from collections import deque

SECOND = 1_000_000
MINUTE = 60 * SECOND


class Pace:
    """The limits of one app; None is no limit. Times and waits are in microseconds.

    All chat.* calls to a channel count together ("about one a second, short bursts"); each conversations.* method
    has its tier (50 a minute).
    """

    def __init__(self, per_second: float | None = None, burst: int = 3, reads_per_minute: int | None = None) -> None:
        """A limit that is reached is answered with 429 and counts no call that it refused."""
        self._interval = None if per_second is None else round(SECOND / per_second)
        self._burst = burst
        self._reads_per_minute = reads_per_minute
        self._next_at: dict[str, int] = {}
        self._reads: dict[str, deque[int]] = {}

    def wait(self, method: str, channel: str, now: int) -> int:
        """Take the call and return 0, or return the time after which it may come again."""
        if method.startswith("chat."):
            return self._wait_to_write(channel, now)
        if method.startswith("conversations."):
            return self._wait_to_read(method, now)
        return 0

    def _wait_to_write(self, channel: str, now: int) -> int:
        if self._interval is None:
            return 0
        next_at = max(self._next_at.get(channel, now), now)
        wait = next_at - now - (self._burst - 1) * self._interval
        if wait > 0:
            return wait
        self._next_at[channel] = next_at + self._interval
        return 0

    def _wait_to_read(self, method: str, now: int) -> int:
        if self._reads_per_minute is None:
            return 0
        reads = self._reads.setdefault(method, deque())
        while reads and reads[0] <= now - MINUTE:
            reads.popleft()
        if len(reads) >= self._reads_per_minute:
            return reads[0] + MINUTE - now
        reads.append(now)
        return 0
