"""The notices that are about no order, in rows of the partition whose owner tells them; offered and marked like others.

Everything here is synchronous and runs in steps of that partition, as `OrderPartition` does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from slamon.notices.answers import Answer, kept_as, taken
from slamon.notices.marks import Mark
from slamon.notices.notice import NoticeKind
from slamon.notices.record import OFFERED
from slamon.notices.routing import NO_PARTIES
from slamon.notices.story import Told
from slamon.notices.system import (
    SystemNotice,
    decode_notice,
    encode_notice,
    end,
    mark_system,
    of_refusal,
    system_json,
    take_said,
)
from slamon.orders.event import DAY, Instant
from slamon.services.offers import Drop, OutboxRecord, Refusal, address_of
from slamon.services.partition import PartitionRules
from slamon.services.system_offers import offers_of, outgoing, updates_of
from slamon.services.system_rows import system_key, system_rows
from slamon.stream import Effects, Rows

_NAME = "notice/"
KEPT = 30 * DAY
"""A notice that stands no more is shown so long."""


@dataclass(slots=True)
class SystemNotices:
    """What is told by the owner of the shared partition; `ids` are those in its rows while it is ours."""

    rules: Callable[[], PartitionRules]
    ids: set[str] = field(default_factory=set)

    def open(self, rows: Rows) -> None:
        """The partition is ours: find what is there."""
        self.ids = {name.removeprefix(_NAME) for name, _ in system_rows(rows, _NAME)}

    def close(self) -> None:
        """It is another worker's."""
        self.ids = set()

    def all(self, rows: Rows) -> Iterator[SystemNotice]:
        """Every notice that is kept."""
        for own_id in sorted(self.ids):
            notice = _read(rows, own_id)
            if notice is not None:
                yield notice

    def standing(self, rows: Rows, kind: NoticeKind) -> dict[str, SystemNotice]:
        """The notices of a kind that stand, by subject."""
        return {notice.subject: notice for notice in self.all(rows) if notice.kind == kind and notice.ended_at is None}

    def declare(self, notice: SystemNotice, rows: Rows, effects: Effects) -> None:
        """Tell of something, once: what is known by its id already is left as it is."""
        if notice.notice_id not in self.ids:
            self._purge(rows, notice.decided_at)
            self._write(notice, rows)
            effects.after.extend(offers_of(notice, self.rules()))

    def end(self, notice: SystemNotice, rows: Rows, effects: Effects, now: Instant, over: str | None = None) -> None:
        """Let a notice stand no more; offers that wait are taken back, a message that was sent says that it is over."""
        offered = {name: delivery.route for name, delivery in notice.deliveries.items() if delivery.state in OFFERED}
        end(notice, now, over)
        self.change(notice, rows, effects)
        for receiver, route in offered.items():
            address = address_of(self.rules().addresses, receiver, route)
            if address is not None:
                gone = Drop(notice_id=notice.notice_id, receiver=receiver, route=route)
                effects.after.append(outgoing(address, OutboxRecord(drop=gone), self.rules()))

    def change(self, notice: SystemNotice, rows: Rows, effects: Effects) -> None:
        """Keep a notice that says something else now, and let its message say it."""
        self._write(notice, rows)
        effects.after.extend(updates_of(notice, self.rules()))

    def take_told(self, notice_id: str, report: Told, rows: Rows) -> None:
        """Take a report of what a message says."""
        notice = _read(rows, notice_id) if notice_id in self.ids else None
        if notice is not None and take_said(notice, report.turn):
            self._write(notice, rows)

    def take_refusal(self, refusal: Refusal, rows: Rows, effects: Effects) -> None:
        """A receiver takes nothing any more: tell the others; or it takes notices again."""
        subject = f"receiver {refusal.lane}"
        told = self.standing(rows, NoticeKind.SERVICE).get(subject)
        if refusal.reason is None and told is not None:
            self.end(told, rows, effects, refusal.at)
        elif refusal.reason is not None and told is None:
            routes = self.rules().orders.notices.routing.routes(NoticeKind.SERVICE, NO_PARTIES, refusal.at)
            others = tuple(route for route in routes if route.receiver != refusal.receiver)
            self.declare(of_refusal(subject, refusal.reason, others, refusal.at), rows, effects)

    def mark(self, report: Mark, rows: Rows, effects: Effects) -> None:
        """Take a report of the outbox; what has changed since it was sent is said in the message."""
        notice = _read(rows, report.notice_id) if report.notice_id in self.ids else None
        if notice is not None and mark_system(notice, report):
            self.change(notice, rows, effects)

    def answer(self, answer: Answer, rows: Rows) -> Answer | None:
        """Take what somebody answered; gives what it repeats, None where there is no such notice."""
        notice = _read(rows, answer.notice_id) if answer.notice_id in self.ids else None
        if notice is None:
            return None
        kept = kept_as(notice.answers or (), answer)
        if kept is None:
            notice.answers = taken(notice.answers, answer)
            self._write(notice, rows)
        return kept or answer

    def reoffer(self, outbox: int | None, rows: Rows, effects: Effects) -> None:
        """Offer again what is unsettled, to one partition of the outbox or to all."""
        for notice in self.all(rows):
            effects.after.extend(offers_of(notice, self.rules(), outbox))
            effects.after.extend(updates_of(notice, self.rules(), outbox))

    def shown(self, rows: Rows) -> list[tuple[SystemNotice, dict[str, object]]]:
        """Every notice with its JSON (CONTRACT §5)."""
        hold_at_most = self.rules().orders.notices.hold_at_most
        return [(notice, system_json(notice, hold_at_most)) for notice in self.all(rows)]

    def _purge(self, rows: Rows, now: Instant) -> None:
        for notice in list(self.all(rows)):
            if notice.ended_at is not None and notice.ended_at + KEPT <= now and notice.is_settled:
                rows.delete(system_key(_NAME + notice.notice_id))
                self.ids.discard(notice.notice_id)

    def _write(self, notice: SystemNotice, rows: Rows) -> None:
        rows.put(system_key(_NAME + notice.notice_id), encode_notice(notice))
        self.ids.add(notice.notice_id)


def _read(rows: Rows, own_id: str) -> SystemNotice | None:
    stored = rows.get(system_key(_NAME + own_id))
    return None if stored is None else decode_notice(stored)
