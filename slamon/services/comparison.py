"""Two configurations side by side: the same recorded events, judged twice, order by order (CONTRACT §1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slamon.notices.notice import notice_id
from slamon.notices.record import KIND_OF
from slamon.notices.row import OrderRules, entries_of
from slamon.orders.entry import MANAGER_ID
from slamon.orders.event import Instant
from slamon.orders.facts import last_stated
from slamon.reports.compare import Judged, Namer, difference, difference_json
from slamon.reports.compared import Comparison
from slamon.services.replay import Replay, ReplayRules, read_into
from slamon.sla.book import RuleBook
from slamon.sla.clock import due_with_holds
from slamon.sla.conditions import Condition
from slamon.sla.policy import SlaTerms
from slamon.sources.recorded import Progress


@dataclass(frozen=True, slots=True)
class Configured:
    """One of the two: its policies, and how the lines are decoded under it."""

    terms: SlaTerms
    rules: ReplayRules


class SideBySide:
    """The result: compared when asked for, order by order; memory holds two compact rows an order."""

    def __init__(self, old: Replay, new: Replay) -> None:
        """Both have read the same lines, and are judged at the same instant."""
        self._old, self._new = old, new

    @property
    def at(self) -> Instant | None:
        """The instant of the verdicts; None when neither asked for nor any event read."""
        return self._new.at or None

    def orders(self, into: Comparison) -> Iterator[dict[str, object]]:
        """Every order that differs, by order id; every order is added to `into` on the way."""
        for order_id in sorted(self._old.order_ids() | self._new.order_ids()):
            old, new = _judged(self._old, order_id), _judged(self._new, order_id)
            found = difference(order_id, old, new)
            into.add(old, new, found)
            if found is not None:
                yield difference_json(found, _namer(order_id))

    def summary(self, compared: Comparison) -> dict[str, object]:
        """The totals of a comparison whose orders have all been taken."""
        shape = compared.shape(self._period())
        for name, replay in (("old", self._old), ("new", self._new)):
            shape[name] |= {"rejected": len(replay.rejected), "after_at": replay.after_at}
        return shape

    def _period(self) -> tuple[Instant, Instant] | None:
        periods = [replay.period for replay in (self._old, self._new) if replay.period is not None]
        return (min(since for since, _ in periods), max(until for _, until in periods)) if periods else None


def compare_files(
    paths: Sequence[str], old: Configured, new: Configured, at: Instant | None, progress: Progress | None
) -> SideBySide:
    """Read recorded events once and judge them under both at `at` (None: the last event's time). Raises InputError."""
    replays = [Replay(at, OrderRules(RuleBook.of(side.terms))) for side in (old, new)]
    read_into([(replay, side.rules) for replay, side in zip(replays, (old, new), strict=True)], paths, progress)
    # Where one configuration rejects the last line, the other has still seen its time.
    latest = max(replay.at for replay in replays)
    for replay in replays:
        replay.judge_at(latest)
    return SideBySide(*replays)


def _judged(replay: Replay, order_id: str) -> Judged | None:
    if order_id not in replay.order_ids():
        return None
    clock, rules, verdict = replay.verdict(order_id)
    return Judged(
        verdict=verdict,
        due_at=due_with_holds(clock, rules, replay.at),
        notices=replay.standing(order_id),
        policy=rules.policy.name,
        channel=clock.channel,
        manager_id=last_stated(entries_of(replay.row(order_id)), MANAGER_ID),
    )


def _namer(order_id: str) -> Namer:
    def name(condition: Condition) -> str:
        kind = KIND_OF[condition.kind]
        return notice_id(order_id, kind, stage=condition.stage, due_at=condition.due_at, apart=condition.apart)

    return name
