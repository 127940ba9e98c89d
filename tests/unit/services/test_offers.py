"""The records between the orders and the outbox."""

import pytest

from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import Delivery, NoticeRecord
from slamon.services.offers import (
    Address,
    DeliveryRecord,
    Drop,
    OutboxRecord,
    Place,
    Reoffer,
    decode_delivery,
    decode_outbox,
    encode,
    offers,
)
from slamon.sla.clock import Due
from tests.builders import ORDER, T0, day, mark_of
from tests.outbox_samples import offer, retraction
from tests.samples import order_json

ORDER_JSON = order_json(order_id=ORDER)
ADDRESSES = {"slack": Address("slack", b"slack|#late", 5)}
RECORD = NoticeRecord(
    Due.BREACHED, None, day(21), day(21), day(22), shown_at=day(21), deliveries={"slack": Delivery("pending")}
)


@pytest.mark.parametrize(
    "record", [OutboxRecord(offer=offer()), OutboxRecord(drop=Drop(notice_id="n", receiver="slack"))]
)
def test_outbox_records_are_read_back(record: OutboxRecord) -> None:
    """JSON that an operator can read."""
    assert decode_outbox(encode(record)) == record


@pytest.mark.parametrize(
    "record",
    [
        DeliveryRecord(order_id=ORDER, mark=mark_of(RECORD, DeliveryState.SENT, 1)),
        DeliveryRecord(reoffer=Reoffer()),
        DeliveryRecord(reoffer=Reoffer(outbox=3)),
    ],
)
def test_delivery_records_are_read_back(record: DeliveryRecord) -> None:
    """A report, a request to offer all, a request to offer to one partition of the outbox."""
    assert decode_delivery(encode(record)) == record


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"offer": 1}', b"\xff"])
def test_anything_else_is_no_record(value: bytes) -> None:
    """A ValueError, whatever is written there."""
    with pytest.raises(ValueError, match=r".*"):
        decode_outbox(value)


def test_a_notice_is_offered_with_all_that_its_text_needs() -> None:
    """One offer per unsettled delivery."""
    assert list(offers([RECORD], ORDER_JSON, Place(3, T0), ADDRESSES)) == [offer()]


def test_an_offer_names_channel_people_and_hours() -> None:
    """The people are mentioned on Slack only."""
    record = NoticeRecord(
        Due.BREACHED,
        None,
        day(21),
        day(21),
        day(22),
        shown_at=day(21),
        deliveries={
            "slack": Delivery("pending", route="#first", not_before=day(23)),
            "crm": Delivery("pending"),
        },
    )
    both = ADDRESSES | {"crm": Address("crm", b"webhook|crm", 2)}
    assert list(offers([record], ORDER_JSON, Place(3, T0), both, ("U1",))) == [
        offer(route="#first", mention=("U1",), not_before=day(23)),
        offer(receiver="crm"),
    ]


def test_a_retraction_names_what_it_withdraws() -> None:
    """It has an id and deliveries of its own."""
    record = NoticeRecord(
        Due.BREACHED,
        None,
        day(21),
        day(21),
        day(22),
        standing=False,
        shown_at=day(21),
        deliveries={"slack": Delivery("sent", 1)},
    )
    record.retraction = {"slack": Delivery("sending", 2)}
    record.withdrawn_at = day(23)
    (found,) = offers([record], ORDER_JSON, Place(3, T0), ADDRESSES)
    assert found == retraction(state="sending", attempts=2, at=day(23), decided_at=day(23))
    assert found.notice_id == retraction_id(record.id_for(ORDER))


def test_receivers_that_are_configured_no_more_are_passed_over() -> None:
    """A removed receiver gets nothing, and is in nobody's way."""
    record = NoticeRecord(
        Due.BREACHED,
        None,
        day(21),
        day(21),
        T0,
        deliveries={"gone": Delivery("pending"), "slack": Delivery("pending")},
    )
    assert [found.receiver for found in offers([record], ORDER_JSON, Place(3, T0), ADDRESSES)] == ["slack"]
