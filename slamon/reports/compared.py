"""Two policies compared over all orders: verdicts, notices a day and a manager, how early and right warnings are."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from slamon.orders.event import DAY, Instant, rfc3339, seconds
from slamon.reports.compare import Change, Difference, Judged, kind_of
from slamon.reports.figures import Numbers
from slamon.sla.clock import Due
from slamon.sla.conditions import Condition
from slamon.sla.verdict import Verdict

AT_RISK = (Due.AT_RISK,)
EARLY = (Due.AT_RISK, Due.STAGE_OVERDUE, Due.DIVERGENCE)
"""The kinds of notices that can come before a promise is broken."""

Shape = dict[str, Any]


class Warnings:
    """How good notices of some kinds were at telling that an order will be late."""

    def __init__(self, kinds: Sequence[Due]) -> None:
        """Start with no orders."""
        self._kinds = frozenset(kinds)
        self.warned = self.rightly = self.wrongly = self.late = 0
        self._leads = Numbers()

    def add(self, order: Judged) -> None:
        """Count an order: late ones as warned only by what came before they were late."""
        breached_at = late_since(order)
        warned_at = min((c.at for c in order.notices if c.kind in self._kinds), default=None)
        if breached_at is not None:
            self.late += 1
            if warned_at is None or warned_at >= breached_at:
                return
            self.rightly += 1
            self._leads.add(seconds(breached_at - warned_at))
        elif warned_at is None:
            return
        elif order.verdict is Verdict.KEPT:
            self.wrongly += 1
        self.warned += 1

    def shape(self) -> Shape:
        """Write them; `undecided` are open in time, or cancelled."""
        low, half = self._leads.quantiles(10, 50)
        decided = self.rightly + self.wrongly
        return {
            "warned": self.warned,
            "late": self.rightly,
            "in_time": self.wrongly,
            "undecided": self.warned - decided,
            "precision": self.rightly / decided if decided else None,
            "late_unwarned": self.late - self.rightly,
            "recall": self.rightly / self.late if self.late else None,
            "lead_p50_seconds": half,
            "lead_p10_seconds": low,
        }


def late_since(order: Judged) -> Instant | None:
    """The instant from which an order was late for the first time; None when it never was.

    Orders from before `enforce_from` have no notices: theirs is the date in force.
    """
    breached = min((c.at for c in order.notices if c.kind is Due.BREACHED), default=None)
    if breached is not None or order.verdict not in (Verdict.BROKEN, Verdict.BREACHED):
        return breached
    return order.due_at


class Side:
    """What one policy makes of all orders."""

    def __init__(self) -> None:
        """Start with no orders."""
        self.verdicts: Counter[Verdict] = Counter()
        self.kinds: Counter[str] = Counter()
        self.days: Counter[int] = Counter()
        self.managers: Counter[str | None] = Counter()
        self._at_risk, self._early = Warnings(AT_RISK), Warnings(EARLY)

    def add(self, order: Judged) -> None:
        """Count an order and its notices."""
        self.verdicts[order.verdict] += 1
        self.kinds.update(map(kind_of, order.notices))
        self.days.update(map(_day, order.notices))
        self.managers[order.manager_id] += len(order.notices)
        self._at_risk.add(order)
        self._early.add(order)

    def shape(self, days: int) -> Shape:
        """Write it; `days` is how many days the events lie on."""
        kept, broken = self.verdicts[Verdict.KEPT], self.verdicts[Verdict.BROKEN]
        total = self.kinds.total()
        return {
            "by_verdict": {str(verdict): count for verdict, count in sorted(self.verdicts.items())},
            "promise_kept_ratio": kept / (kept + broken) if kept + broken else None,
            "notices": {
                "total": total,
                "by_kind": dict(sorted(self.kinds.items())),
                "per_day": total / days if days else None,
                "most_a_day": max(self.days.values(), default=None),
            },
            "warnings": {"at_risk": self._at_risk.shape(), "any": self._early.shape()},
        }


class Comparison:
    """Adds up orders in any order."""

    def __init__(self) -> None:
        """Start with none."""
        self.old, self.new = Side(), Side()
        self.orders = self.changed = self.moved = 0
        self.flips: Counter[tuple[str | None, str | None]] = Counter()
        self.notices: Counter[Change] = Counter()

    def add(self, old: Judged | None, new: Judged | None, found: Difference | None) -> None:
        """Count an order under both, and what differs."""
        self.orders += 1
        for side, judged in ((self.old, old), (self.new, new)):
            if judged is not None:
                side.add(judged)
        if found is None:
            return
        self.changed += 1
        self.moved += found.is_moved
        if found.is_flip:
            verdicts = (None if judged is None else str(judged.verdict) for judged in (old, new))
            self.flips[next(verdicts), next(verdicts)] += 1
        self.notices.update(changed.change for changed in found.notices)

    def shape(self, period: tuple[Instant, Instant] | None) -> Shape:
        """Write the summary; `period` is from the first event to the time of the verdicts."""
        days = 0 if period is None else period[1] // DAY - period[0] // DAY + 1
        return {
            "orders": self.orders,
            "changed": self.changed,
            "verdict_flips": self.flips.total(),
            "due_moved": self.moved,
            "flips": [
                {"old": old, "new": new, "orders": count}
                for (old, new), count in sorted(self.flips.items(), key=lambda item: (-item[1], str(item[0])))
            ],
            "notices": {str(change): self.notices[change] for change in Change},
            "days": self._days(),
            "managers": self._managers(days),
            "old": self.old.shape(days),
            "new": self.new.shape(days),
        }

    def _days(self) -> list[Shape]:
        """Notices by day in UTC; days without any under either policy are left out."""
        return [
            {"day": rfc3339(day * DAY)[:10], "old": self.old.days[day], "new": self.new.days[day]}
            for day in sorted(self.old.days.keys() | self.new.days.keys())
        ]

    def _managers(self, days: int) -> list[Shape]:
        """Notices by manager, those with the most under the new policy first; orders without one last."""
        old, new = self.old.managers, self.new.managers
        names = sorted(old.keys() | new.keys(), key=lambda name: (name is None, -new[name], -old[name], name or ""))
        return [
            {
                "manager_id": name,
                "old": old[name],
                "new": new[name],
                "old_per_day": old[name] / days if days else None,
                "new_per_day": new[name] / days if days else None,
            }
            for name in names
        ]


def _day(condition: Condition) -> int:
    return condition.at // DAY
