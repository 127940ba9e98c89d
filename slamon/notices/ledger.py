"""What was decided about an order's notices and what became of each delivery; kept in the order's row.

`settle` compares what stands (CONTRACT §4) with what was told and decides: new notices, superseded ones, retractions,
reinstatements. `mark` takes the reports of the outbox. Both are pure; a repeated call changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from slamon.notices.notice import DeliveryState, NoticeKind, notice_id, retraction_id
from slamon.orders.event import DAY, Instant, Span
from slamon.sla.clock import Clock, Due
from slamon.sla.conditions import conditions
from slamon.sla.rules import ClockRules

KIND_OF: dict[int, NoticeKind] = {
    Due.AT_RISK: NoticeKind.AT_RISK,
    Due.BREACHED: NoticeKind.BREACHED,
    Due.STAGE_OVERDUE: NoticeKind.STAGE_OVERDUE,
    Due.FINISHED_LATE: NoticeKind.FINISHED_LATE,
}

WAITING = (DeliveryState.PENDING, DeliveryState.HELD)
UNSETTLED = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
MAX_FALLEN = 512
"""So many notices that no longer stand and are settled are remembered for one order; then the oldest are let go."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """Who is told (`receivers` in order of configuration), and what is too old to tell (`notify.max_age`)."""

    receivers: tuple[str, ...] = ()
    max_age: Span = 7 * DAY


@dataclass(frozen=True, slots=True)
class Situation:
    """An order's clocks at an instant: what stands and what is already over."""

    clock: Clock
    rules: ClockRules
    now: Instant

    def standing(self) -> dict[tuple[int, str | None, Instant], Instant]:
        """(kind, stage, due) of every condition that stands, with the instant it came true."""
        found = conditions(self.clock, self.rules)
        return {(int(c.kind), c.stage, c.due_at): c.at for c in found if c.from_at <= self.now}

    def is_over(self, record: NoticeRecord) -> bool:
        """Tell whether the condition of a warning is over or overtaken (CONTRACT §4 `superseded`)."""
        clock = self.clock
        if record.kind == Due.AT_RISK:
            return clock.ended_at is not None or record.due_at != clock.due_at or self.now > record.due_at
        if record.kind == Due.STAGE_OVERDUE:
            stages = self.rules.stages
            return not any(
                visit.entered_at + stages[visit.stage].budget == record.due_at
                and stages[visit.stage].start == record.stage
                for visit in clock.visits or ()
            )
        return False


class Delivery(msgspec.Struct, array_like=True, gc=False):
    """What was done about one notice for one receiver; `remote` is the receiver's own name of the message."""

    state: str
    attempts: int = 0
    sent_at: Instant | None = None
    error: str | None = None
    remote: str | None = None


class NoticeRecord(msgspec.Struct, array_like=True, gc=False):
    """One notice of an order: what it says, whether it stands, and its deliveries and their withdrawal by receiver.

    `turns` counts how often it ceased to stand or stood again.
    """

    kind: int
    stage: str | None
    due_at: Instant
    at: Instant
    decided_at: Instant
    standing: bool = True
    turns: int = 0
    deliveries: dict[str, Delivery] = {}
    retraction: dict[str, Delivery] | None = None
    withdrawn_at: Instant | None = None

    def id_for(self, order_id: str) -> str:
        """The notice's stable id."""
        return notice_id(order_id, KIND_OF[self.kind], stage=self.stage, due_at=self.due_at)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the outbox about one delivery; `attempts` counts the calls so far, this one included."""

    notice_id: str
    receiver: str
    state: str
    attempts: int
    at: Instant
    error: str | None = None
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A delivery that is still to be done; `withdraws` marks the retraction of the record's notice."""

    notice_id: str
    record: NoticeRecord
    receiver: str
    withdraws: bool
    attempts: int

    @property
    def reinstated(self) -> bool:
        """True when the notice had been withdrawn and stands again."""
        return not self.withdraws and self.record.turns > 0


def settle(records: list[NoticeRecord], situation: Situation, rules: NoticeRules) -> bool:
    """Bring `records` in line with what stands; returns whether anything changed."""
    standing = situation.standing()
    known = {(r.kind, r.stage, r.due_at): r for r in records}
    changed = False
    for key, at in sorted(standing.items(), key=lambda item: (item[1], item[0][0])):
        record = known.get(key)
        if record is None:
            record = NoticeRecord(*key, at, situation.now)
            state = _first_state(record, situation, rules)
            record.deliveries = {name: Delivery(state) for name in rules.receivers}
            records.append(record)
            changed = True
        elif record.at != at or not record.standing:
            record.at = at
            changed = True
            if not record.standing:
                _reinstate(record, _first_state(record, situation, rules))
    for key, record in known.items():
        if record.standing and key not in standing:
            _withdraw(record, situation.now)
            changed = True
    changed = _overtake(records) or changed
    _forget(records)
    return changed


def _first_state(record: NoticeRecord, situation: Situation, rules: NoticeRules) -> DeliveryState:
    ended_at = situation.clock.ended_at
    too_old = ended_at is not None and situation.now - ended_at > rules.max_age
    return DeliveryState.SUPERSEDED if too_old or situation.is_over(record) else DeliveryState.PENDING


def _withdraw(record: NoticeRecord, now: Instant) -> None:
    record.standing, record.withdrawn_at = False, now
    record.turns += 1
    for name, delivery in record.deliveries.items():
        if delivery.state in WAITING:
            delivery.state = DeliveryState.SUPERSEDED
        elif delivery.state not in (DeliveryState.SUPERSEDED, DeliveryState.FAILED):
            _retract(record, name)


def _retract(record: NoticeRecord, receiver: str) -> None:
    """Owe a receiver the withdrawal of what it was, or may have been, told."""
    if record.retraction is None:
        record.retraction = {}
    before = record.retraction.get(receiver)
    attempts = 0 if before is None else before.attempts
    record.retraction[receiver] = Delivery(DeliveryState.PENDING, attempts)


def _reinstate(record: NoticeRecord, first_state: DeliveryState) -> None:
    record.standing = True
    record.turns += 1
    for name, delivery in record.deliveries.items():
        withdrawal = (record.retraction or {}).get(name)
        if delivery.state == DeliveryState.SUPERSEDED:
            delivery.state = first_state
        elif withdrawal is not None and withdrawal.state in WAITING:
            withdrawal.state = DeliveryState.SUPERSEDED  # never said, so nothing to take back
        elif withdrawal is not None and withdrawal.state in (DeliveryState.SENDING, DeliveryState.SENT):
            delivery.state = first_state


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


def is_settled(record: NoticeRecord) -> bool:
    """True when nothing is left to send about a notice or its withdrawal."""
    both = (*record.deliveries.values(), *(record.retraction or {}).values())
    return all(delivery.state not in UNSETTLED for delivery in both)


def _forget(records: list[NoticeRecord]) -> None:
    fallen = [r for r in records if not r.standing and is_settled(r)]
    for record in fallen[: max(0, len(fallen) - MAX_FALLEN)]:
        records.remove(record)


def mark(order_id: str, records: list[NoticeRecord], report: Mark) -> bool:
    """Take a report about one delivery; returns whether anything changed. Old and repeated reports change nothing."""
    for record in records:
        own_id = record.id_for(order_id)
        if report.notice_id == own_id:
            changed = _take(record.deliveries.get(report.receiver), report)
            if changed and not record.standing and report.state in (DeliveryState.SENDING, DeliveryState.SENT):
                _owe_withdrawal(record, report.receiver)
            return changed
        if record.retraction is not None and report.notice_id == retraction_id(own_id):
            return _take(record.retraction.get(report.receiver), report)
    return False


def _owe_withdrawal(record: NoticeRecord, receiver: str) -> None:
    """The notice went out while the row already held it withdrawn."""
    withdrawal = (record.retraction or {}).get(receiver)
    if withdrawal is None or withdrawal.state == DeliveryState.SUPERSEDED:
        _retract(record, receiver)


def _take(delivery: Delivery | None, report: Mark) -> bool:
    if delivery is None or report.attempts < delivery.attempts:
        return False
    if report.attempts == delivery.attempts and delivery.state not in UNSETTLED:
        return False
    if report.attempts == delivery.attempts and delivery.state == report.state and delivery.error == report.error:
        return False
    delivery.state, delivery.attempts = report.state, report.attempts
    delivery.error, delivery.remote = report.error, report.remote or delivery.remote
    if report.state == DeliveryState.SENT:
        delivery.sent_at = report.at
    return True


def intents(order_id: str, records: list[NoticeRecord]) -> Iterator[Intent]:
    """Everything still to be sent about an order: notices and withdrawals, in the order of their decision."""
    for record in records:
        for name, delivery in record.deliveries.items():
            if delivery.state in UNSETTLED:
                yield Intent(record.id_for(order_id), record, name, False, delivery.attempts)
        for name, delivery in (record.retraction or {}).items():
            if delivery.state in UNSETTLED:
                withdrawal_id = retraction_id(record.id_for(order_id))
                yield Intent(withdrawal_id, record, name, True, delivery.attempts)
