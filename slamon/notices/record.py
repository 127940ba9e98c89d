"""One notice of an order as its row keeps it: what it says, whether it stands, its deliveries."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from slamon.notices.notice import DeliveryState, NoticeKind, notice_id, retraction_id
from slamon.orders.event import Instant
from slamon.sla.clock import Apart, Due, Key
from slamon.sla.forecast.watching import Foretold

KIND_OF: dict[int, NoticeKind] = {
    Due.AT_RISK: NoticeKind.AT_RISK,
    Due.BREACHED: NoticeKind.BREACHED,
    Due.STAGE_OVERDUE: NoticeKind.STAGE_OVERDUE,
    Due.FINISHED_LATE: NoticeKind.FINISHED_LATE,
    Due.DIVERGENCE: NoticeKind.DIVERGENCE,
}

WAITING = (DeliveryState.PENDING, DeliveryState.HELD)
UNSETTLED = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
OFFERED = (DeliveryState.PENDING, DeliveryState.SENDING)
REFUSE_ALL = frozenset({"auth", "not_found"})
"""Reasons for which a receiver would refuse every notice."""


class Delivery(msgspec.Struct, array_like=True, gc=False):
    """What was done about one notice for one receiver.

    `remote` is the receiver's own name of the message (Slack: `channel id|ts`); `route` the channel it goes to there,
    where it is not the receiver's own; `not_before` when its reader wants it at the earliest; `digest_id` the digest
    that it is, or is about to be, part of, and `planned` how many that counts then; `queued_at` and `started_at` when
    it could be sent first and was tried first.
    """

    state: str
    attempts: int = 0
    sent_at: Instant | None = None
    error: str | None = None
    remote: str | None = None
    route: str | None = None
    not_before: Instant | None = None
    digest_id: str | None = None
    planned: int | None = None
    queued_at: Instant | None = None
    started_at: Instant | None = None

    def waits_for_hours(self, now: Instant) -> bool:
        """Whether it could be sent, and waits for the hours of its reader."""
        return self.state == DeliveryState.PENDING and self.not_before is not None and now < self.not_before

    def state_at(self, now: Instant) -> str:
        """Its state as people see it: what waits for its reader's hours is held."""
        return DeliveryState.HELD if self.waits_for_hours(now) else self.state


class Hold(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Why a notice waits, or has waited in vain: (source, since) of each silence, and until when at the longest."""

    until: Instant
    silences: tuple[tuple[str, Instant], ...]


class NoticeRecord(msgspec.Struct, array_like=True, gc=False):
    """One notice of an order, its deliveries and their withdrawal by receiver.

    `due_at` is the due time without holds, `shown_at` with them; `turns` counts how often it ceased to stand or stood
    again; `hold` are the silences that it waits for, or was sent in spite of; `foretold` is what was forecast, where a
    forecast made it true.
    """

    kind: int
    stage: str | None
    due_at: Instant | None
    at: Instant
    decided_at: Instant
    standing: bool = True
    turns: int = 0
    deliveries: dict[str, Delivery] = {}
    retraction: dict[str, Delivery] | None = None
    withdrawn_at: Instant | None = None
    shown_at: Instant | None = None
    apart: Apart | None = None
    hold: Hold | None = None
    foretold: Foretold | None = None

    @property
    def key(self) -> Key:
        """What names it among the notices of its order."""
        return self.kind, self.stage, self.due_at, self.apart

    @property
    def held_until(self) -> Instant | None:
        """Until when it is held back at the longest; None when it is not."""
        is_held = any(delivery.state == DeliveryState.HELD for delivery in self.deliveries.values())
        return self.hold.until if is_held and self.hold is not None else None

    def id_for(self, order_id: str) -> str:
        """The notice's stable id."""
        return notice_id(order_id, KIND_OF[self.kind], stage=self.stage, due_at=self.due_at, apart=self.apart)

    def owe_withdrawal(
        self, receiver: str, queued_at: Instant | None = None, not_before: Instant | None = None
    ) -> None:
        """Owe a receiver the withdrawal of what it was, or may have been, told: in the channel where it was told."""
        if self.retraction is None:
            self.retraction = {}
        before, told = self.retraction.get(receiver), self.deliveries.get(receiver)
        self.retraction[receiver] = Delivery(
            DeliveryState.PENDING,
            0 if before is None else before.attempts,
            route=None if told is None else told.route,
            not_before=not_before,
            queued_at=queued_at,
        )


@dataclass(frozen=True, slots=True)
class Intent:
    """A delivery that is to be done now; `withdraws` marks the retraction of the record's notice."""

    notice_id: str
    record: NoticeRecord
    receiver: str
    attempts: int
    withdraws: bool = False

    @property
    def delivery(self) -> Delivery:
        """What is known of it."""
        side = self.record.retraction if self.withdraws else self.record.deliveries
        return (side or {})[self.receiver]

    @property
    def reinstated(self) -> bool:
        """True when the notice had been withdrawn and stands again."""
        return not self.withdraws and self.record.turns > 0


def is_settled(record: NoticeRecord) -> bool:
    """True when nothing is left to send about a notice or its withdrawal."""
    both = (*record.deliveries.values(), *(record.retraction or {}).values())
    return all(delivery.state not in UNSETTLED for delivery in both)


def was_refused(record: NoticeRecord) -> bool:
    """Whether a receiver that refused everything was to be told of what stands: it may take it another time."""
    return record.standing and any(map(_was_refused, record.deliveries.values()))


def _was_refused(delivery: Delivery) -> bool:
    return delivery.state == DeliveryState.FAILED and delivery.error in REFUSE_ALL


def intents(order_id: str, records: list[NoticeRecord], *, refused: bool = False) -> Iterator[Intent]:
    """Everything to be sent now about an order: notices and withdrawals, in the order of their decision.

    `refused`: also what stands and met a receiver that refused everything.
    """
    for record in records:
        for name, delivery in record.deliveries.items():
            if delivery.state in OFFERED or (refused and record.standing and _was_refused(delivery)):
                yield Intent(record.id_for(order_id), record, name, delivery.attempts)
        for name, delivery in (record.retraction or {}).items():
            if delivery.state in OFFERED:
                withdrawal_id = retraction_id(record.id_for(order_id))
                yield Intent(withdrawal_id, record, name, delivery.attempts, withdraws=True)
