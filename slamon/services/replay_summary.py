"""The summary of a replay: counts and ratios over all orders, by their clocks alone (CONTRACT §5)."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from slamon.orders.event import Span, seconds
from slamon.sla.clock import Clock
from slamon.sla.rules import ClockRules
from slamon.sla.standing import clock_status
from slamon.sla.verdict import Verdict

UNKNOWN_STATUS = "null"
"""The key of `by_status` for orders of which no known status was heard."""


def summarised(orders: Iterable[tuple[Clock, ClockRules, Verdict]], after_at: int) -> dict[str, object]:
    """Count orders by (clocks, rules, verdict); null where there is nothing to say.

    `after_at`: how many events were left out. No event lies after the time of the verdicts, so the clocks say what a
    report would.
    """
    verdicts: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    lead_times: list[Span] = []
    for clock, rules, verdict in orders:
        verdicts[str(verdict)] += 1
        statuses[clock_status(clock, rules) or UNKNOWN_STATUS] += 1
        if clock.ended_at is not None and not clock.cancelled and clock.started_at is not None:
            lead_times.append(clock.ended_at - clock.started_at)
    lead_times.sort()
    kept, broken = verdicts[Verdict.KEPT], verdicts[Verdict.BROKEN]
    return {
        "orders": verdicts.total(),
        "after_at": after_at,
        "by_verdict": dict(sorted(verdicts.items())),
        "by_status": dict(sorted(statuses.items())),
        "promise_kept_ratio": kept / (kept + broken) if kept + broken else None,
        "lead_time_p50_seconds": quantile(lead_times, 0.5),
        "lead_time_p95_seconds": quantile(lead_times, 0.95),
    }


def quantile(ordered: Sequence[Span], share: float) -> float | int | None:
    """The quantile of sorted spans in seconds by nearest rank, as the API tells it; None without spans."""
    return seconds(ordered[math.ceil(len(ordered) * share) - 1]) if ordered else None
