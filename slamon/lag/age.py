"""How old the first unread record is: a search over time by `ListOffsets(timestamp)`, without reading a record.

Asked for T, a broker names the first record stamped T or later. Let x be the offset from which nothing is read:

1. it is x itself: that is the stamp, exactly;
2. it lies behind x, or there is none: the record at x is older than T, whatever the order of the stamps;
3. it lies before x: the record at x is no older than that one, where stamps do not decrease.

The bounds close in until they meet. The stamp does not change while x stays, so a group that stands still costs
nothing. Where x is no record (a gap that compaction left, a transaction's marker), only a bounded read can tell
(`slamon.lag.lookups`); its answer is final.
"""

from collections.abc import Iterable

import msgspec

from slamon.lag.observation import Found
from slamon.orders.event import Instant, Span

MILLISECOND: Span = 1_000
NEAR: Span = 10 * MILLISECOND
"""Bounds that are as near as this are near enough."""
MOST_ASKED = 64
_FIRST_REACH: Span = 60_000 * MILLISECOND
_BATCH = 500


class Age(msgspec.Struct, frozen=True, gc=False):
    """How old the first unread record is: at least so much, at most so much; None: not known. Exact when equal."""

    at_least: Span | None = None
    at_most: Span | None = None

    @property
    def is_exact(self) -> bool:
        """Whether both bounds are one."""
        return self.at_least is not None and self.at_least == self.at_most


NO_AGE = Age()
NOTHING_UNREAD = Age(0, 0)


class Search(msgspec.Struct):
    """The search for the stamp of the first record at or after `x`: what is known, what to ask next.

    It lies in [`low`, `high`] (None: open); `low` holds where stamps do not decrease. `low_at` and `high_at` are the
    nearest records on either side, `high_stamp` is the stamp of the latter. `is_sure`: the first record at or after x
    is known. `is_stuck`: the stamps are such that no more can be learnt (one in the future, or out of order).
    `is_following`: `low` is where the group stood before, and x is likely to be near. `before_high`: everything before
    `high_at` is stamped so or earlier.
    """

    x: int
    low: Instant | None = None
    high: Instant | None = None
    low_at: int | None = None
    high_at: int | None = None
    high_stamp: Instant | None = None
    stamp: Instant | None = None
    asked: int = 0
    is_sure: bool = False
    is_stuck: bool = False
    is_following: bool = False
    before_high: Instant | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to ask."""
        if self.stamp is not None or self.is_stuck or self.asked >= MOST_ASKED:
            return True
        return self.low is not None and self.high is not None and self.high - self.low <= NEAR

    def learn(self, stamp: Instant) -> None:
        """Take a stamp that is known from elsewhere: the record was read, or stands in slamon's own index."""
        self.stamp = self.low = self.high = stamp
        self.is_sure = True

    def take(self, asked_at: Instant, found: Found, now: Instant) -> None:
        """Take the answer to one question; what was asked for another x of the same partition teaches as much."""
        if self.is_sure:
            return
        offset, stamp = found.offset, found.stamped_at
        if offset == self.x and stamp is not None:
            self.learn(stamp)
        elif offset is None or offset > self.x:
            self._older_than(asked_at, offset, stamp)
        else:
            self._no_older_than(asked_at if stamp is None else max(asked_at, stamp), offset, now)

    def question(self, now: Instant, start: int, thresholds: Iterable[Span]) -> Instant | None:
        """Which timestamp to ask next, in whole milliseconds; None when it is over.

        The thresholds first, since verdicts hang on them; then back in ever longer steps; then between the bounds.
        """
        if self.is_over:
            return None
        if not self.asked and self.x <= start:
            return 0  # the first record of the log is asked for at once
        for threshold in thresholds:
            at = _whole(now - threshold)
            if at > 0 and self._tells(at):
                return at
        if self.high is None:
            at = _whole(now)
            return at if self._tells(at) else None
        if self.low is None:
            return max(0, self.high - (_FIRST_REACH << 2 * min(self.asked, 24)))
        return _between(self, self.low, self.high)

    def age(self, now: Instant, *, is_record: bool = False) -> Age:
        """The age of the first unread record by what is known so far.

        Unless x is known (or taken) to be a record, the nearest one after it may be the first: only its age is proven.
        """
        high, low = self.high, None if self.is_stuck else self.low
        if not (self.is_sure or is_record) and high is not None:
            high = None if self.high_stamp is None else max(high, self.high_stamp)
        at_least = None if high is None else max(0, now - high)
        at_most = None if low is None else max(0, now - low)
        return Age(at_least, at_most)

    def _tells(self, at: Instant) -> bool:
        """Whether the answer is not known yet."""
        return (self.low is None or at > self.low) and (self.high is None or at <= self.high)

    def _older_than(self, asked_at: Instant, offset: int | None, stamp: Instant | None) -> None:
        if offset is not None and (self.high_at is None or offset <= self.high_at):
            self.high_at, self.high_stamp = offset, stamp
        if asked_at <= 0:  # of the whole log nothing stands before it: it is the first unread record
            if stamp is not None:
                self.learn(stamp)
            else:
                self.is_stuck = True
            return
        high = asked_at - MILLISECOND
        if offset is not None and offset == self.high_at:
            self.before_high = high if self.before_high is None else min(high, self.before_high)
        if self.high is None or high < self.high:
            self.high = high
        self._meet()

    def _no_older_than(self, low: Instant, offset: int, now: Instant) -> None:
        if low > now:
            self.is_stuck = True  # stamped in the future: it hides every record behind it
        elif self.low is None or low > self.low:
            self.low, self.low_at = low, offset
            self._meet()

    def _meet(self) -> None:
        if self.low is None or self.high is None:
            return
        if self.low == self.high:
            self.stamp = self.high
        elif self.low > self.high:
            self.is_stuck = True  # stamps are out of order: only what is proven counts


def following(before: Search, x: int) -> Search:
    """The search for a later offset: what is read now is no older than what was read before."""
    low = before.stamp if before.stamp is not None else before.low
    if low is None or x < before.x or before.is_stuck:
        return Search(x)
    low_at = before.x if before.stamp is not None else before.low_at
    found = Search(x, low=low, low_at=low_at, is_following=True)
    high, high_at = before.before_high, before.high_at
    if high is not None and high_at is not None and high_at > x and high >= low:
        found.high, found.high_at, found.high_stamp, found.before_high = high, high_at, before.high_stamp, high
    return found


def _between(search: Search, low: Instant, high: Instant) -> Instant:
    """A timestamp in (low, high]: where a steady flow would have it, in turn with the middle."""
    before = None if search.low_at is None else search.x - search.low_at
    if before == 1 or (before is not None and before <= _BATCH and search.asked % 3 == 0):
        return min(high, low + MILLISECOND)  # records of one batch often share their stamp
    middle = low + max(MILLISECOND, (high - low) // 2)
    if search.is_following and search.high_stamp is None:
        middle = min(middle, low + (NEAR << 2 * min(search.asked, 24)))
    if search.asked % 2 and search.low_at is not None and search.high_at is not None and search.high_stamp is not None:
        part = (search.high_stamp - low) * (search.x - search.low_at) // (search.high_at - search.low_at)
        middle = low + part
    return min(high, max(low + MILLISECOND, _whole(middle)))


def _whole(at: Instant) -> Instant:
    return at - at % MILLISECOND
