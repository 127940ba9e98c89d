"""What a report adds up for one group of orders: promises, lead times, overdue, stages, causes.

Exact lists of numbers in arrays: eight bytes a lead time or stage, so that quantiles are no estimates.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

from slamon.reports.order import ReportedOrder, Visit
from slamon.sla.verdict import Verdict

_DAY = 86_400
BUCKET_DAYS = (1, 3, 7, 14, 30)
"""Upper ends of the buckets of overdue, in days, each included; the last bucket has none."""


class Numbers:
    """Exact numbers and their quantiles."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers = array("d")

    def __len__(self) -> int:
        """How many there are."""
        return len(self._numbers)

    def add(self, number: float) -> None:
        """Take one more."""
        self._numbers.append(number)

    def quantiles(self, *percents: int) -> list[float | None]:
        """Quantiles by nearest rank: the smallest number that so many percent do not exceed; None of nothing."""
        ordered = sorted(self._numbers)
        return [ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None for percent in percents]


class Promises:
    """How many orders kept their promise, and how the others stand."""

    def __init__(self) -> None:
        """Start with none."""
        self.verdicts: Counter[Verdict] = Counter()
        self.after_extension = 0
        self.original = 0

    def add(self, order: ReportedOrder) -> None:
        """Count an order."""
        self.verdicts[order.verdict] += 1
        self.original += order.kept_original is True
        self.after_extension += order.verdict is Verdict.KEPT and order.kept_original is False

    @property
    def finished(self) -> int:
        """Orders of which it is known whether they kept their promise."""
        return self.verdicts[Verdict.KEPT] + self.verdicts[Verdict.BROKEN]

    @property
    def late(self) -> int:
        """Orders that finished late or are open and late."""
        return self.verdicts[Verdict.BROKEN] + self.verdicts[Verdict.BREACHED]


class Stage:
    """How long a stage took, and who still waits in it."""

    def __init__(self) -> None:
        """Start with no visits."""
        self.system: str | None = None
        self.taken = Numbers()
        self.visits = 0
        self.overdue = 0
        self.open = 0
        self.oldest: float | None = None

    def add(self, visit: Visit) -> None:
        """Count a visit; those that are not over only by their age."""
        self.system = visit.system or self.system
        self.visits += 1
        self.overdue += visit.overdue
        if visit.left_at is not None:
            self.taken.add(visit.seconds)
        else:
            self.open += 1
            self.oldest = visit.seconds if self.oldest is None else max(self.oldest, visit.seconds)


class Figures:
    """Everything about one group of orders; cancelled ones are counted and in nothing else."""

    def __init__(self) -> None:
        """Start with no orders."""
        self.promises = Promises()
        self.lead_times = Numbers()
        self.overdue = [0] * (len(BUCKET_DAYS) + 1)
        self.stages: dict[tuple[str, str], Stage] = {}
        self.late_causes: dict[str, float] = {}
        self.late_orders_by_cause: Counter[str] = Counter()

    def add(self, order: ReportedOrder, causes: Mapping[str, float]) -> None:
        """Add an order and the seconds that each cause took of it."""
        self.promises.add(order)
        if order.verdict is Verdict.CANCELLED:
            return
        if order.lead_time_seconds is not None:
            self.lead_times.add(order.lead_time_seconds)
        for visit in order.stages:
            self.stages.setdefault(visit.stage, Stage()).add(visit)
        if order.is_late:
            self.overdue[bisect_left(BUCKET_DAYS, (order.overdue_seconds or 0) / _DAY)] += 1
            for cause, seconds in causes.items():
                self.late_causes[cause] = self.late_causes.get(cause, 0) + seconds
                self.late_orders_by_cause[cause] += 1
