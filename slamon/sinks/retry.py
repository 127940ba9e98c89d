"""When to try again: backoff to 30 s at most, or as Retry-After says, without end. Pure."""

import datetime as dt
import email.utils
import re
from dataclasses import dataclass

from slamon.orders.event import SECOND, Instant, Span, instant


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Doubling waits between attempts; there is no last attempt."""

    first: Span = SECOND
    longest: Span = 30 * SECOND
    longest_asked: Span = 3_600 * SECOND
    """A receiver may ask for a longer wait than `longest`, but not for one that loses the notice."""

    def delay(self, attempt: int, retry_after: float | None, jitter: float) -> Span:
        """Microseconds to wait after attempt number `attempt` (from 1) failed.

        `retry_after` is in seconds, from the receiver; `jitter` in [0, 1] takes up to half of the backoff.
        """
        if retry_after is not None:
            asked = min(max(retry_after, 0.0), self.longest_asked / SECOND)
            return max(round(asked * SECOND), self.first)
        doublings = min(max(attempt, 1) - 1, 62)
        step = min(self.first << doublings, self.longest)
        return step - round(step / 2 * min(max(jitter, 0.0), 1.0))


def retry_after_seconds(header: str | None, now: Instant) -> float | None:
    """Read a Retry-After header: whole seconds or an HTTP date, never negative; None for anything else."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:  # the asctime form names no zone and means GMT (RFC 9110)
        moment = moment.replace(tzinfo=dt.UTC)
    return max(instant(moment) - now, 0) / SECOND
