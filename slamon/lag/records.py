"""Lag in records: what a group has yet to read of a partition, what it has lost, and whether its log is another one."""

from enum import StrEnum

import msgspec


class Rewind(StrEnum):
    """Why a commit is not where it was."""

    BEYOND_END = "beyond_end"
    """The log ends before the commit: it was truncated, or made anew."""
    RECREATED = "recreated"
    """The topic was deleted and made anew: what was committed belongs to the old one."""
    BACK = "back"
    """Somebody set the commit back, and what was read then is read again."""


class Lag(msgspec.Struct, frozen=True, gc=False):
    """One partition for one group. `x` is the offset from which nothing is read, `lag` = `end` - `x`, never negative.

    `committed` None: nothing was committed, everything from the log's start on is unread. `lost`: records that were
    deleted before they were read; they are no lag. `is_beyond`: the commit lies behind the end.
    """

    committed: int | None
    start: int
    end: int
    x: int
    lag: int
    lost: int
    is_beyond: bool


def lag_of(committed: int | None, start: int, end: int, high_watermark: int | None = None) -> Lag:
    """CONTRACT §5: `lag` = end - max(committed, log start); 0 for a commit beyond the end.

    `high_watermark`, where known, is the end of the log: a group that reads uncommitted records may stand before it and
    behind the last stable offset. The start is asked at the same time as the end but not in the same instant: one
    behind the end counts as the end.
    """
    end = max(0, end)
    log_end = end if high_watermark is None else max(end, high_watermark)
    start = min(max(0, start), end)
    if committed is None:
        return Lag(None, start, end, start, end - start, 0, is_beyond=False)
    x = max(committed, start)
    return Lag(committed, start, end, x, max(0, end - x), max(0, start - committed), is_beyond=committed > log_end)


def is_another_log(before: Lag, after: Lag) -> bool:
    """Whether the topic was made anew, as its offsets tell: it begins at 0 again, and ends before where it ended."""
    return after.start == 0 and after.end < before.end and (before.start > 0 or after.end < before.x)
