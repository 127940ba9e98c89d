"""Reports of the outbox about deliveries, and how they change an order's records. Pure."""

import msgspec

from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import UNSETTLED, Delivery, NoticeRecord
from slamon.notices.story import Face
from slamon.orders.event import Instant

_WENT_OUT = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DIGESTED)
_ACCEPTED = (DeliveryState.SENT, DeliveryState.DIGESTED)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A report of the outbox about one delivery; `attempts` counts the calls so far, this one included.

    `digest_id`: the digest that the notice is, or is about to be, part of, of `planned` notices then. `face`: a living
    message was posted in the channel `route`, and this is what it said.
    """

    notice_id: str
    receiver: str
    state: str
    attempts: int
    at: Instant
    error: str | None = None
    remote: str | None = None
    digest_id: str | None = None
    planned: int | None = None
    face: Face | None = None
    route: str | None = None


def mark(order_id: str, records: list[NoticeRecord], report: Mark) -> bool:
    """Take a report about one delivery; returns whether anything changed.

    Old and repeated reports change nothing. What went out although the order had moved on meanwhile is made
    good: a notice that no longer stands is withdrawn (again), one that stands is sent again. So what a receiver
    heard last is what is true, whatever crossed on the way.
    """
    for record in records:
        own_id = record.id_for(order_id)
        if report.notice_id == own_id:
            return _mark_notice(record, report)
        if record.retraction is not None and report.notice_id == retraction_id(own_id):
            return _mark_withdrawal(record, record.retraction, report)
    return False


def _mark_notice(record: NoticeRecord, report: Mark) -> bool:
    changed = take(record.deliveries.get(report.receiver), report)
    if changed and not record.standing and report.state in _WENT_OUT:
        withdrawal = (record.retraction or {}).get(report.receiver)
        if withdrawal is None or withdrawal.state not in UNSETTLED:
            record.owe_withdrawal(report.receiver, report.at)
    return changed


def _mark_withdrawal(record: NoticeRecord, retraction: dict[str, Delivery], report: Mark) -> bool:
    changed = take(retraction.get(report.receiver), report)
    if changed and record.standing and report.state in _WENT_OUT:
        delivery = record.deliveries[report.receiver]
        if delivery.state not in UNSETTLED:
            delivery.state, delivery.queued_at = DeliveryState.PENDING, report.at
    return changed


def take(delivery: Delivery | None, report: Mark) -> bool:
    """Take a report into a delivery; returns whether it told anything new."""
    if delivery is None or report.attempts < delivery.attempts:
        return False
    if report.attempts == delivery.attempts and delivery.state != DeliveryState.SENDING:
        return False  # the outcome of this attempt is known; one that waits again waits for a further attempt
    if report.attempts == delivery.attempts and report.state == DeliveryState.SENDING:
        return _note_error(delivery, report.error)
    delivery.state, delivery.attempts = report.state, report.attempts
    delivery.error, delivery.remote = report.error, report.remote or delivery.remote
    delivery.digest_id, delivery.planned = report.digest_id, report.planned
    if report.state == DeliveryState.SENDING and delivery.started_at is None:
        delivery.started_at = report.at
    if report.state in _ACCEPTED:
        delivery.sent_at = report.at
    return True


def _note_error(delivery: Delivery, error: str | None) -> bool:
    """Why an attempt failed that is going to be repeated."""
    if error is None or error == delivery.error:
        return False
    delivery.error = error
    return True
