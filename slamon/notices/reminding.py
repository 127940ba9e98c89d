"""Reminders: an acknowledgement or a snooze is over, and its order is still not as promised. Pure."""

from collections.abc import Iterator

from slamon.notices.answers import reminder_due
from slamon.notices.notice import DeliveryState
from slamon.notices.row import OrderRules, Row
from slamon.notices.story import Line
from slamon.orders.event import Instant

_TOLD = (DeliveryState.SENT, DeliveryState.DIGESTED)
_SAID = "Reminder: this still stands, and nobody has it in hand."


def next_reminder(row: Row, rules: OrderRules) -> Instant | None:
    """When people are to be reminded of an order next; None when nobody put it off, and once it has ended."""
    return min(_open(row, rules), default=None) if row.answers else None


def remind(row: Row, now: Instant, rules: OrderRules) -> list[Line]:
    """The reminder that is due now, as a line for the thread of the order's living message; each is given once."""
    due = [at for at in _open(row, rules) if at <= now] if row.answers else []
    if not due or row.story is None:
        return []
    row.story.reminded_at = max(due)
    return [Line(0, _SAID, calls=True)]


def _open(row: Row, rules: OrderRules) -> Iterator[Instant]:
    """When what somebody put off is over, so far as nobody was reminded of it."""
    story, answers = row.story, row.answers or []
    if story is None or row.clock.ended_at is not None or not _stands(row, story.receiver):
        return
    for notice_id in {answer.notice_id for answer in answers}:
        due = reminder_due(answers, notice_id, rules.notices.acknowledged_for)
        if due is not None and (story.reminded_at is None or due > story.reminded_at):
            yield due


def _stands(row: Row, receiver: str) -> bool:
    """Whether anything stands that was told there."""
    told = (record.deliveries.get(receiver) for record in row.records or () if record.standing)
    return any(delivery is not None and delivery.state in _TOLD for delivery in told)
