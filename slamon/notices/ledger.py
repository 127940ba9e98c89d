"""What was decided about an order's notices; kept in the order's row.

`settle` compares what stands (CONTRACT §4) with what was told and decides: new notices, superseded ones,
retractions, reinstatements. It is pure; a repeated call changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from slamon.notices.holding import hold_of
from slamon.notices.notice import DeliveryState
from slamon.notices.record import KIND_OF, WAITING, NoticeRecord, is_settled
from slamon.notices.routing import Parties, addressed, no_parties
from slamon.notices.rules import NoticeRules
from slamon.orders.event import Instant
from slamon.sla.clock import Clock, Due, Key, due_with_holds
from slamon.sla.conditions import Condition, conditions
from slamon.sla.divergence import rows_after
from slamon.sla.rules import ClockRules
from slamon.sla.settling import floor_of
from slamon.sla.silence import Silent

_WENT_OUT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DIGESTED)
MAX_FALLEN = 512
"""So many notices that no longer stand and are settled are remembered for one order; then the oldest go."""


@dataclass(frozen=True, slots=True)
class Situation:
    """An order's clocks at an instant: what stands and what is already over.

    `silent_before`: what had come true before it is not told, since only a change of the policies shows it;
    `silences` are the sources of which nothing is heard at the instant; `foretold`: what only a forecast makes true;
    `parties` finds out whom the order concerns, which is asked only where something is decided.
    """

    clock: Clock
    rules: ClockRules
    now: Instant
    silent_before: Instant | None = None
    silences: tuple[Silent, ...] = ()
    foretold: Condition | None = None
    parties: Callable[[], Parties] = no_parties

    def standing(self) -> dict[Key, Condition]:
        """Every condition that stands, by its name; where the clocks say the same as a forecast, they count."""
        found = {c.key: c for c in conditions(self.clock, self.rules) if c.from_at <= self.now}
        if self.foretold is not None and self.foretold.from_at <= self.now:
            found.setdefault(self.foretold.key, self.foretold)
        return found

    def was_foretold(self, record: NoticeRecord) -> bool:
        """Tell whether a forecast was right to be made: its order was open then, and its date in force.

        A forecast that turned out well, or would be made otherwise today, was made all the same.
        """
        clock = self.clock
        if record.foretold is None or (clock.ended_at is not None and clock.ended_at <= record.at):
            return False
        return clock.due_at == record.due_at or clock.since > record.at

    def is_over(self, record: NoticeRecord) -> bool:
        """Tell whether the condition of a warning is over or overtaken (CONTRACT §4 `superseded`)."""
        clock = self.clock
        if record.kind == Due.AT_RISK:
            due_at = due_with_holds(clock, self.rules, self.now)
            return clock.ended_at is not None or record.due_at != clock.due_at or due_at is None or self.now > due_at
        if record.kind == Due.STAGE_OVERDUE:
            stages = self.rules.stages
            return not any(
                visit.due_at == record.due_at and stages[visit.stage].start == record.stage
                for visit in clock.visits or ()
            )
        return record.kind == Due.DIVERGENCE and not self._diverges(record)

    def _diverges(self, record: NoticeRecord) -> bool:
        clock, reports = self.clock, self.rules.reports
        rows = rows_after(clock.told or {}, floor_of(clock, self.rules), reports, self.now - 1)
        return any(row.name == record.apart for row in rows)

    def begin(self, record: NoticeRecord, rules: NoticeRules) -> DeliveryState:
        """How the deliveries of a notice that is new, or stands again, or is held back, go on; notes the hold."""
        ended_at = self.clock.ended_at
        too_old = ended_at is not None and self.now - ended_at > rules.max_age
        silent = self.silent_before is not None and record.at < self.silent_before
        record.hold = None
        if too_old or silent or self.is_over(record):
            return DeliveryState.SUPERSEDED
        record.hold = hold_of(record, self.clock, self.rules, self.silences, rules.hold_at_most)
        is_held = record.hold is not None and self.now < record.hold.until
        return DeliveryState.HELD if is_held else DeliveryState.PENDING


def settle(records: list[NoticeRecord], situation: Situation, rules: NoticeRules) -> bool:
    """Bring `records` in line with what stands; returns whether anything changed."""
    standing = situation.standing()
    known = {r.key: r for r in records}
    changed = False
    for key, condition in sorted(standing.items(), key=lambda item: (item[1].at, item[0][0], item[0][3] or ())):
        record = known.get(key)
        if record is None:
            records.append(_decided(condition, situation, rules))
            changed = True
        elif record.standing and record.foretold is not None:
            continue  # it was told by forecast first
        elif (record.at, record.shown_at) != (condition.at, condition.shown_at) or not record.standing:
            record.at, record.shown_at = condition.at, condition.shown_at
            changed = True
            if not record.standing:
                record.decided_at, record.foretold = situation.now, condition.foretold
                _reinstate(record, situation, rules)
    for key, record in known.items():
        if record.standing and key not in standing and not situation.was_foretold(record):
            _withdraw(record, situation, rules)
            changed = True
    changed = _overtake(records) or changed
    changed = _release(records, situation, rules) or changed
    changed = _outdate(records, situation) or changed
    _forget(records)
    return changed


def _decided(condition: Condition, situation: Situation, rules: NoticeRules) -> NoticeRecord:
    kind, stage, due_at, apart = condition.key
    record = NoticeRecord(kind, stage, due_at, condition.at, situation.now, shown_at=condition.shown_at, apart=apart)
    record.foretold = condition.foretold
    state = situation.begin(record, rules)
    routes = rules.routing.routes(KIND_OF[kind], situation.parties(), situation.now)
    record.deliveries = addressed(routes, state, situation.now)
    return record


def recompute(records: list[NoticeRecord], situation: Situation) -> None:
    """Bring `records` in line with new policies in silence: what no longer stands is not withdrawn aloud."""
    standing = situation.standing()
    for record in records:
        if record.standing and record.key not in standing and not situation.was_foretold(record):
            record.standing = False
            for delivery in record.deliveries.values():
                if delivery.state in WAITING:
                    delivery.state = DeliveryState.SUPERSEDED


def _withdraw(record: NoticeRecord, situation: Situation, rules: NoticeRules) -> None:
    now = situation.now
    record.standing, record.withdrawn_at = False, now
    record.turns += 1
    for name, delivery in record.deliveries.items():
        if delivery.state in WAITING:
            delivery.state = DeliveryState.SUPERSEDED
        elif delivery.state not in (DeliveryState.SUPERSEDED, DeliveryState.FAILED):
            not_before = rules.routing.not_before(name, KIND_OF[record.kind], situation.parties(), now)
            record.owe_withdrawal(name, now, not_before)


def _reinstate(record: NoticeRecord, situation: Situation, rules: NoticeRules) -> None:
    """Stand again: who was told stays where they were told, everybody else is told by the rules of now."""
    record.standing = True
    record.turns += 1
    state = situation.begin(record, rules)
    routes = rules.routing.routes(KIND_OF[record.kind], situation.parties(), situation.now)
    again = addressed(routes, state, situation.now)
    for name, delivery in record.deliveries.items():
        withdrawal = (record.retraction or {}).get(name)
        if delivery.state == DeliveryState.SUPERSEDED:
            if name in again:
                delivery.route = again[name].route
                _put(record, name, state, situation, rules)
        elif withdrawal is not None and withdrawal.state in WAITING:
            withdrawal.state = DeliveryState.SUPERSEDED  # never said, so nothing to take back
        elif withdrawal is not None and withdrawal.state in _WENT_OUT:
            _put(record, name, state, situation, rules)
    record.deliveries = {**again, **record.deliveries}


def _put(record: NoticeRecord, name: str, state: DeliveryState, situation: Situation, rules: NoticeRules) -> None:
    """Put a delivery into a state; one that can be sent from now on waits for its reader's hours."""
    delivery = record.deliveries[name]
    delivery.state = state
    if state == DeliveryState.PENDING:
        kind, parties = KIND_OF[record.kind], situation.parties()
        delivery.queued_at = situation.now
        delivery.not_before = rules.routing.not_before(name, kind, parties, situation.now)


def _overtake(records: list[NoticeRecord]) -> bool:
    """An `at_risk` still waiting when its order breaches is superseded."""
    breached = {r.due_at for r in records if r.kind == Due.BREACHED and r.standing}
    changed = False
    for record in records:
        if record.kind == Due.AT_RISK and record.due_at in breached:
            for delivery in record.deliveries.values():
                if delivery.state in WAITING:
                    delivery.state = DeliveryState.SUPERSEDED
                    changed = True
    return changed


def _release(records: list[NoticeRecord], situation: Situation, rules: NoticeRules) -> bool:
    """Let go of what was held back, once the sources have spoken or the time is over; supersede what is over."""
    changed = False
    for record in records:
        held = [name for name, delivery in record.deliveries.items() if delivery.state == DeliveryState.HELD]
        if held:
            before, state = record.hold, situation.begin(record, rules)
            changed = changed or state != DeliveryState.HELD or record.hold != before
            for name in held:
                _put(record, name, state, situation, rules)
    return changed


def _outdate(records: list[NoticeRecord], situation: Situation) -> bool:
    """What waits for its reader's hours and is over by now is not told."""
    changed = False
    for record in records:
        waiting = [d for d in record.deliveries.values() if d.waits_for_hours(situation.now)]
        if waiting and situation.is_over(record):
            for delivery in waiting:
                delivery.state = DeliveryState.SUPERSEDED
            changed = True
    return changed


def _forget(records: list[NoticeRecord]) -> None:
    fallen = [r for r in records if not r.standing and is_settled(r)]
    for record in fallen[: max(0, len(fallen) - MAX_FALLEN)]:
        records.remove(record)
