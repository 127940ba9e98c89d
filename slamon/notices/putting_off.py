"""What waits because somebody snoozed its order. Pure (CONTRACT §4 "Answers")."""

from collections.abc import Sequence

from slamon.notices.answers import Answer, snoozed_until
from slamon.notices.record import WAITING, NoticeRecord
from slamon.orders.event import Instant
from slamon.sla.clock import Due


def put_off(new: Sequence[NoticeRecord], answers: Sequence[Answer], now: Instant) -> None:
    """What is told newly about an order that somebody snoozed waits; a breach does not."""
    until = snoozed_until(answers, now)
    for record in new if until is not None else ():
        for delivery in record.deliveries.values() if record.kind != Due.BREACHED else ():
            if delivery.state in WAITING:
                delivery.not_before = max(until or 0, delivery.not_before or 0)
