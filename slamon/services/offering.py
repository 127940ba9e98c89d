"""Decides the notices of one partition's orders and tells the outbox: offers of what is unsettled, drops."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

from slamon.notices.answers import answer_line
from slamon.notices.leaving import wake_at
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import KIND_OF, WAITING, Intent, NoticeRecord, intents
from slamon.notices.row import OrderRules, Row, living_face, settle_row
from slamon.orders.event import Instant
from slamon.services.foresight import NoOutlooks, Outlooks
from slamon.services.held_back import Silences, nothing_silent
from slamon.services.lag_queues import KnownQueues
from slamon.services.offers import Address, Drop, Offer, OutboxRecord, Place, address_of, encode, offer_of, offers
from slamon.services.showing import Showing
from slamon.services.tally import Tally
from slamon.sla.clock import Key
from slamon.sla.explained import causes_json
from slamon.sla.explaining import intervals
from slamon.stream import Effects, Outgoing

_ANSWERS = 3
"""So many of the last answers go with a notice."""

Owed: TypeAlias = tuple[str, str, str | None]
"""(notice id, receiver, channel there) of a delivery that is still to be done."""


@dataclass(frozen=True, slots=True)
class Offering:
    """Decides and writes the records of one order partition for the outbox topic."""

    partition: int
    topic: str
    addresses: Mapping[str, Address]
    orders: OrderRules
    tally: Tally
    silences: Silences = nothing_silent
    outlooks: Outlooks = field(default_factory=NoOutlooks)
    queues: KnownQueues = field(default_factory=KnownQueues)

    def decide(self, key: bytes, row: Row, effects: Effects, now: Instant | None) -> None:
        """Decide notices as of `now`; without it only what an event did to decisions made before."""
        if row.records is not None:
            decide_at = now if now is not None else row.settled_at
        else:
            wake = None if now is None else wake_at(row, self.orders)
            decide_at = now if now is not None and wake is not None and wake <= now else None
        if decide_at is None:
            return
        known = owed(key, row)
        told = {record.key for record in row.records or ()}
        waiting = _waiting(row)
        if settle_row(row, decide_at, self.orders, self.silences(decide_at)):
            new = [record for record in row.records or () if record.key not in told]
            self.tally.decided(row, new)
            self._count_superseded(row, waiting)
            wanted = owed(key, row)
            effects.after.extend(self.drop(known - wanted))
            # Only what is new: after a crash the report of a call that says `sending` here may still be unread,
            # and the request to offer again stands behind it in the log (ADR 0006).
            effects.after.extend(self.offer(key, row, row.settled_at or decide_at, only=wanted - known))

    def _count_superseded(self, row: Row, waiting: set[tuple[Key, str]]) -> None:
        """Count what had waited and is not sent after all."""
        for record in row.records or () if waiting else ():
            for receiver, delivery in record.deliveries.items():
                if delivery.state == DeliveryState.SUPERSEDED and (record.key, receiver) in waiting:
                    self.tally.superseded(receiver, KIND_OF[record.kind])

    def offer(
        self,
        key: bytes,
        row: Row,
        now: Instant,
        *,
        only: AbstractSet[Owed] | None = None,
        outbox: int | None = None,
    ) -> Iterator[Outgoing]:
        """Offer what is unsettled about an order, as it stands at `now`.

        `only` these deliveries, else also what met a receiver that refused everything; only to this partition of the
        `outbox`. Nothing is offered to receivers that are configured no more.
        """
        if only is not None and not only:
            return  # the order itself is costly to write
        for offer in self._offers(key, row, now, refused=only is None):
            address = address_of(self.addresses, offer.receiver, offer.route)
            is_asked_for = only is None or (offer.notice_id, offer.receiver, offer.route) in only
            if address is not None and is_asked_for and outbox in (None, address.partition):
                yield self.outgoing(address, OutboxRecord(offer=offer))

    def reaches(self, outbox: int | None) -> bool:
        """Tell whether any receiver's offers go to a partition of the outbox (None: to any of them)."""
        return any(outbox in (None, address.partition) for address in self.addresses.values())

    def drop(self, gone: Iterable[Owed]) -> Iterator[Outgoing]:
        """Take back offers that need not be sent any more."""
        for notice_id, receiver, route in sorted(gone, key=lambda delivery: (*delivery[:2], delivery[2] or "")):
            address = address_of(self.addresses, receiver, route)
            if address is not None:
                drop = Drop(notice_id=notice_id, receiver=receiver, route=route)
                yield self.outgoing(address, OutboxRecord(drop=drop))

    def lead(self, key: bytes, row: Row, now: Instant, record: NoticeRecord) -> Offer:
        """The notice that the order's living message shows, as an offer."""
        receiver = "" if row.story is None else row.story.receiver
        withdrawal = None if record.standing else (record.retraction or {}).get(receiver)
        own_id, withdraws = record.id_for(key.decode()), withdrawal is not None
        intent = Intent(retraction_id(own_id) if withdraws else own_id, record, receiver, 0, withdraws=withdraws)
        shown = self._shown(key, row, now)
        return offer_of(intent, shown, self._place(row, now), self._mention(shown))

    def _offers(self, key: bytes, row: Row, now: Instant, *, refused: bool) -> Iterator[Offer]:
        shown = self._shown(key, row, now)
        place, mention = self._place(row, now), self._mention(shown)
        return offers(row.records or [], shown, place, self.addresses, mention, refused=refused)

    def _mention(self, shown: Mapping[str, object]) -> tuple[str, ...]:
        return self.orders.notices.routing.mention(shown["manager_id"])

    def _place(self, row: Row, now: Instant) -> Place:
        rules = self.orders.notices
        answers = tuple(answer_line(answer, rules.acknowledged_for) for answer in (row.answers or ())[-_ANSWERS:])
        return Place(self.partition, now, row.story, living_face(row), answers)

    def _shown(self, key: bytes, row: Row, now: Instant) -> dict[str, object]:
        showing = Showing(self.orders, self.outlooks)
        order_id = key.decode()
        report = showing.report(order_id, row, now)
        parts = intervals(report, self.queues.windows(order_id))
        blocked = self.queues.blocked(order_id, parts, report.now) if report.clock.ended_at is None else None
        return showing.order(report) | {"causes": causes_json(parts), "blocked": blocked}

    def outgoing(self, address: Address, record: OutboxRecord) -> Outgoing:
        """A record for the outbox topic."""
        return Outgoing(self.topic, address.key, encode(record), address.partition)


def _waiting(row: Row) -> set[tuple[Key, str]]:
    """Every delivery of a notice that nobody has tried yet."""
    records = row.records or ()
    return {(r.key, receiver) for r in records for receiver, found in r.deliveries.items() if found.state in WAITING}


def owed(key: bytes, row: Row) -> set[Owed]:
    """Every delivery that is still to be done about an order."""
    if row.records is None:
        return set()
    return {(i.notice_id, i.receiver, i.delivery.route) for i in intents(key.decode(), row.records)}
