"""The verdict about a promise (CONTRACT §3 `verdict`)."""

from enum import StrEnum

from slamon.orders.event import Instant


class Verdict(StrEnum):
    """How an order stands to its promise; the words are used unchanged everywhere."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """True while the order has neither finished nor been cancelled."""
        return self not in (Verdict.KEPT, Verdict.BROKEN, Verdict.CANCELLED)


def verdict(
    due_at: Instant | None,
    now: Instant,
    *,
    finished_at: Instant | None,
    cancelled: bool,
    warn_at: Instant | None,
) -> Verdict:
    """Judge a promise at `now`; at the very instant of a deadline the order is still in time.

    `warn_at`: from when an open order is at risk; only asked of those.
    """
    if cancelled:
        return Verdict.CANCELLED
    if due_at is None:
        return Verdict.NOT_STARTED
    if finished_at is not None:
        return Verdict.KEPT if finished_at <= due_at else Verdict.BROKEN
    if now > due_at:
        return Verdict.BREACHED
    return Verdict.AT_RISK if warn_at is not None and now >= warn_at else Verdict.ON_TRACK
