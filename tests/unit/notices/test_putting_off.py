"""A snoozed order: what is told newly of it waits, broken promises do not."""

import pytest

from slamon.notices.answers import Action, Answer
from slamon.notices.notice import DeliveryState
from slamon.notices.putting_off import put_off
from slamon.notices.record import Delivery, NoticeRecord
from slamon.orders.event import Instant
from slamon.sla.clock import Due
from tests.builders import T0, day

SNOOZED = (Answer("n-0", Action.SNOOZE, "ann", T0, until=day(3)),)


def _record(kind: Due, state: DeliveryState, not_before: Instant | None = None) -> NoticeRecord:
    delivery = Delivery(state, not_before=not_before)
    return NoticeRecord(kind, None, day(1), day(1), day(1), deliveries={"slack": delivery})


@pytest.mark.parametrize(
    ("kind", "state", "before", "after"),
    [
        (Due.AT_RISK, DeliveryState.PENDING, None, day(3)),
        (Due.STAGE_OVERDUE, DeliveryState.HELD, None, day(3)),
        (Due.AT_RISK, DeliveryState.PENDING, day(2), day(3)),
        (Due.AT_RISK, DeliveryState.PENDING, day(4), day(4)),
        (Due.AT_RISK, DeliveryState.SENDING, None, None),
        (Due.AT_RISK, DeliveryState.SENT, None, None),
        (Due.BREACHED, DeliveryState.PENDING, None, None),
        (Due.BREACHED, DeliveryState.PENDING, day(2), day(2)),
    ],
)
def test_what_waits_waits_until_the_snooze_is_over(
    kind: Due, state: DeliveryState, before: Instant | None, after: Instant | None
) -> None:
    """Never less than its reader's hours ask for, and never what went out already."""
    record = _record(kind, state, before)
    put_off([record], SNOOZED, day(1))
    assert record.deliveries["slack"].not_before == after


@pytest.mark.parametrize(
    ("answers", "now"),
    [((), day(1)), (SNOOZED, day(3)), ((Answer("n-0", Action.ACKNOWLEDGE, "ann", T0, until=day(3)),), day(1))],
    ids=["nobody said anything", "the snooze is over", "an acknowledgement is no snooze"],
)
def test_without_a_snooze_nothing_waits(answers: tuple[Answer, ...], now: Instant) -> None:
    record = _record(Due.AT_RISK, DeliveryState.PENDING)
    put_off([record], answers, now)
    assert record.deliveries["slack"].not_before is None
