"""What met a receiver that refused everything is offered again to whoever starts anew."""

import pytest

from slamon.notices.notice import DeliveryState
from slamon.notices.record import Delivery, NoticeRecord, intents, was_refused
from slamon.sla.clock import Due
from tests.builders import ORDER, day


@pytest.mark.parametrize(
    ("delivery", "standing", "again"),
    [
        (Delivery(DeliveryState.FAILED, 1, error="auth"), True, True),
        (Delivery(DeliveryState.FAILED, 1, error="not_found"), True, True),
        (Delivery(DeliveryState.FAILED, 1, error="rejected"), True, False),
        (Delivery(DeliveryState.FAILED, 1, error="auth"), False, False),
        (Delivery(DeliveryState.SENT, 1), True, False),
    ],
)
def test_only_what_any_notice_would_have_met_and_still_stands(delivery: Delivery, standing: bool, again: bool) -> None:
    record = NoticeRecord(Due.BREACHED, None, day(21), day(21), day(21), standing, deliveries={"slack": delivery})
    assert was_refused(record) is again
    assert [intent.attempts for intent in intents(ORDER, [record], refused=True)] == [1] * again
    assert list(intents(ORDER, [record])) == []
