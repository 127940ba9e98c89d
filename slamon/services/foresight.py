"""What forecasts do in the rows of one partition: they are noted, they put orders at risk, and ended orders teach.

Whatever breaks in a forecast is logged and goes no further: it must cost neither an event nor a deadline.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from slamon.notices.foreseen import Foreseen, learns_at, looks_at
from slamon.notices.row import OrderRules, Row, entries_of
from slamon.orders.event import DAY, SECOND, Instant, OrderEvent
from slamon.services.learning import Learning
from slamon.sla.clock import Clock, due_with_holds
from slamon.sla.forecast.outlook import Outlook
from slamon.sla.forecast.risk import RiskTerms, RiskWatch
from slamon.sla.forecast.scoring import note
from slamon.sla.forecast.spells import Move
from slamon.sla.forecast.watching import Subject, Watch, watched
from slamon.sla.forecast.way import place
from slamon.sla.rules import ClockRules

_log = structlog.get_logger("slamon.forecasts")

TERMS: Final = RiskTerms()

BEHIND: Final = 10 * SECOND
"""When an event is so far ahead of the lag gate, slamon is behind: then it has better to do than to note forecasts."""

SETTLING: Final = 5 * SECOND
"""An order that moved is looked at so much later: what arrives late often arrives in one go, and each event of it
alone would make the order look worse than it is."""


class Outlooks(Protocol):
    """What was learnt by all workers, as far as this one knows."""

    @property
    def thin(self) -> bool:
        """Nothing was learnt that any forecast could be made from."""

    def of(self, clock: Clock, rules: ClockRules, place: Move | None) -> Outlook | None:
        """The outlook of an order that is at a place; None while data is thin, and for None."""


class NoOutlooks:
    """Nothing is known of any order's future."""

    thin = True

    def of(self, clock: Clock, rules: ClockRules, place: Move | None) -> Outlook | None:  # noqa: ARG002  the protocol's
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class Foresight:
    """Drives the forecasts of one partition's orders."""

    orders: OrderRules
    outlooks: Outlooks
    learning: Learning

    def after(self, row: Row, event: OrderEvent, top: int, now: Instant | None) -> None:
        """After an event; `top` was the furthest step before it. Nothing while slamon catches up (`now` None)."""
        if now is None:
            return
        try:
            self._after(row, event, top, now)
        except Exception:  # noqa: BLE001  see above
            _log.exception("forecast.broke", order_id=event.order_id)

    def _after(self, row: Row, event: OrderEvent, top: int, now: Instant) -> None:
        if row.clock.top != top and event.occurred_at <= now + BEHIND:
            self._note(row, event, now)
        if self.orders.forecast.notify:
            self._expect(row, now)

    def due(self, row: Row, now: Instant) -> None:
        """Do what the time has come for: learn from an order that ended long enough ago, see whether it is at risk."""
        learn_at = learns_at(row.foreseen, row.clock, self.orders.forecast)
        try:
            if learn_at is not None and learn_at <= now:
                self.learning.learn(row, self.orders.book.rules_of(row.clock))
            self._watch(row, now)
        except Exception:  # noqa: BLE001  see above
            _log.exception("forecast.broke")
            self._rest(row, now)

    def _rest(self, row: Row, now: Instant) -> None:
        """Do nothing about an order for a day, nor ever learn from it when it has ended."""
        clock, seen = row.clock, _seen(row)
        if clock.ended_at is not None:
            seen.learnt = seen.learnt or self.learning.pass_over()
        elif clock.due_at is not None:
            seen.watch = Watch(clock.due_at, clock.top, RiskWatch(), now, now + DAY)

    def _note(self, row: Row, event: OrderEvent, now: Instant) -> None:
        """Note what is forecast of an order that got further, to be scored when it has finished."""
        clock, rules = row.clock, self.orders.book.rules_of(row.clock)
        if self.outlooks.thin or clock.ended_at is not None or clock.due_at is None:
            return
        found, due_at = _reached(row, event, rules), due_with_holds(clock, rules, now)
        outlook = self.outlooks.of(clock, rules, found)
        if found is None or outlook is None or due_at is None:
            return
        at, number = max(now, found[0]), rules.index[found[1]]
        seen = _seen(row)
        seen.notes = note(seen.notes, number, outlook.probability_late(due_at, at), due_at, at)

    def _expect(self, row: Row, now: Instant) -> None:
        """Look at an order that got further, or has another date, a little later: more may be said about it by then."""
        clock, rules = row.clock, self.orders.book.rules_of(row.clock)
        if clock.due_at is None or looks_at(row.foreseen, clock, rules, self.orders.forecast) is None:
            return
        seen = _seen(row)
        before = None if seen.watch is None or seen.watch.due_at != clock.due_at else seen.watch
        if before is None:
            seen.watch = Watch(clock.due_at, clock.top, RiskWatch(), clock.since, now + SETTLING)
        elif before.step != clock.top:
            seen.watch = Watch(before.due_at, clock.top, before.risk, before.seen_at, now + SETTLING, before.told)

    def _watch(self, row: Row, now: Instant) -> None:
        """See whether a forecast puts an order at risk, where it is time to."""
        clock, rules = row.clock, self.orders.book.rules_of(row.clock)
        look_at = looks_at(row.foreseen, clock, rules, self.orders.forecast)
        if look_at is None or look_at > now or clock.due_at is None:
            return
        found = place(entries_of(row), clock, rules)
        shown_at = due_with_holds(clock, rules, now)
        since = clock.since if found is None else max(found[0], clock.since)
        outlook = self.outlooks.of(clock, rules, found)
        subject = Subject(outlook, clock.top, clock.due_at, clock.due_at if shown_at is None else shown_at, since)
        seen = _seen(row)
        seen.watch = watched(seen.watch, subject, now, TERMS)


def _reached(row: Row, event: OrderEvent, rules: ClockRules) -> Move | None:
    """Where an order is after an event that brought it further; mostly that event says so."""
    clock, status = row.clock, event.status
    steps, stop = rules.policy.lifecycle.statuses, rules.policy.promise.stop
    if status is not None and event.occurred_at == clock.last_at and steps[clock.top] == status not in stop:
        return event.occurred_at, status
    return place(entries_of(row), clock, rules)


def _seen(row: Row) -> Foreseen:
    if row.foreseen is None:
        row.foreseen = Foreseen()
    return row.foreseen
