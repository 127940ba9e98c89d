"""From notices about no order to records of the outbox: what is to be sent, and what a sent message has to say anew."""

from collections.abc import Iterator

from msgspec.structs import replace

from slamon.notices.record import OFFERED, Delivery
from slamon.notices.routing import SLACK
from slamon.notices.system import SystemNotice, message_of, silence_json, system_text
from slamon.services.offers import Address, Offer, OutboxRecord, Update, address_of, encode
from slamon.services.partition import PartitionRules
from slamon.services.system_rows import SHARED
from slamon.stream import Outgoing


def offers_of(notice: SystemNotice, rules: PartitionRules, outbox: int | None = None) -> Iterator[Outgoing]:
    """What is unsettled about a notice, to one partition of the outbox or to all."""
    for receiver, delivery in notice.deliveries.items():
        address = address_of(rules.addresses, receiver, delivery.route)
        if delivery.state in OFFERED and address is not None and outbox in (None, address.partition):
            yield outgoing(address, OutboxRecord(offer=_offer(notice, receiver, delivery, rules)), rules)


def updates_of(notice: SystemNotice, rules: PartitionRules, outbox: int | None = None) -> Iterator[Outgoing]:
    """What its message has to say anew, once it is known to be there."""
    delivery = message_of(notice)
    address = None if delivery is None else address_of(rules.addresses, SLACK, delivery.route)
    if delivery is not None and address is not None and outbox in (None, address.partition):
        lead = replace(_offer(notice, SLACK, delivery, rules), thread=delivery.remote)
        update = Update(lead=lead, turn=notice.turn, lines=tuple(notice.lines))
        yield outgoing(address, OutboxRecord(update=update), rules)


def outgoing(address: Address, record: OutboxRecord, rules: PartitionRules) -> Outgoing:
    """A record for the outbox topic."""
    return Outgoing(rules.outbox_topic, address.key, encode(record), address.partition)


def _offer(notice: SystemNotice, receiver: str, delivery: Delivery, rules: PartitionRules) -> Offer:
    return Offer(
        notice_id=notice.notice_id,
        receiver=receiver,
        kind=notice.kind,
        order_id=None,
        partition=SHARED,
        stage=None,
        due_at=None,
        at=notice.at,
        decided_at=notice.decided_at,
        state=str(delivery.state),
        attempts=delivery.attempts,
        retracts=None,
        reinstated=False,
        order=None,
        subject=notice.subject,
        text=system_text(notice, rules.orders.notices.hold_at_most),
        silence=silence_json(notice),
        route=delivery.route,
        not_before=delivery.not_before,
        severity=notice.grade,
    )
