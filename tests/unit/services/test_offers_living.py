"""What an offer knows of its order's living message, of digests and of answers."""

import pytest
from msgspec.structs import replace

from slamon.notices.notice import DeliveryState
from slamon.notices.record import Delivery, Intent, NoticeRecord
from slamon.notices.story import Face, Line, Story, Told
from slamon.services.offers import (
    Address,
    DeliveryRecord,
    OutboxRecord,
    Place,
    Refusal,
    Update,
    address_of,
    decode_delivery,
    decode_outbox,
    encode,
    lane_of,
    offer_of,
)
from slamon.sla.clock import Due
from tests.builders import ORDER, T0, day
from tests.outbox_samples import offer
from tests.samples import order_json

FACE = Face(3, day(21), standing=("breached@1",))
BEGUN = replace(FACE, lead=f"breached@{day(21)}")
"""What a message says that begins with the notice itself."""
STORY = Story("slack", "C1|1", "#one", FACE)
SLACK, ONE = Address("slack", b"slack|#late", 5), Address("slack", b"slack|#one", 7)


def _intent(receiver: str = "slack", **changes: object) -> Intent:
    delivery = Delivery(DeliveryState.PENDING, **changes)  # type: ignore[arg-type]
    record = NoticeRecord(Due.BREACHED, None, day(21), day(21), day(22), deliveries={receiver: delivery})
    return Intent(record.id_for(ORDER), record, receiver, 0)


def test_without_a_living_message_an_offer_brings_what_one_would_say() -> None:
    found = offer_of(_intent(), order_json(order_id=ORDER), Place(3, T0, None, FACE, ("Told.",)), ())
    assert (found.thread, found.face, found.answers) == (None, BEGUN, ("Told.",))


@pytest.mark.parametrize(("receiver", "thread", "face"), [("slack", "C1|1", None), ("crm", None, BEGUN)])
def test_a_notice_goes_to_the_thread_of_its_own_receiver_only(
    receiver: str, thread: str | None, face: Face | None
) -> None:
    found = offer_of(_intent(receiver), order_json(order_id=ORDER), Place(3, T0, STORY, FACE), ())
    assert (found.thread, found.face) == (thread, face)


def test_a_notice_that_may_be_in_a_digest_names_it() -> None:
    found = offer_of(_intent(digest_id="d-1", planned=4), order_json(order_id=ORDER), Place(3, T0), ())
    assert (found.digest_id, found.planned) == ("d-1", 4)


def test_a_withdrawal_names_the_message_that_it_is_about() -> None:
    told = _intent(remote="C1|9")
    told.record.retraction = {"slack": Delivery(DeliveryState.PENDING)}
    withdrawal = Intent("r-1", told.record, "slack", 0, withdraws=True)
    assert offer_of(withdrawal, order_json(order_id=ORDER), Place(3, T0), ()).withdraws_remote == "C1|9"
    assert offer_of(told, order_json(order_id=ORDER), Place(3, T0), ()).withdraws_remote is None


def test_records_of_living_messages_are_read_back() -> None:
    update = OutboxRecord(update=Update(lead=offer(thread="C1|1", face=FACE), turn=2, lines=(Line(2, "x", True),)))
    assert decode_outbox(encode(update)) == update
    assert update.update is not None
    assert update.update.order_id == ORDER
    for record in (
        DeliveryRecord(order_id=ORDER, told=Told(receiver="slack", turn=2)),
        DeliveryRecord(refusal=Refusal(receiver="slack", lane="slack|#one", reason=None, at=T0)),
    ):
        assert decode_delivery(encode(record)) == record


@pytest.mark.parametrize(
    ("receiver", "route", "address"),
    [("slack", None, SLACK), ("slack", "#one", ONE), ("slack", "#gone", SLACK), ("crm", None, None)],
)
def test_a_channel_that_is_configured_no_more_gives_way(
    receiver: str, route: str | None, address: Address | None
) -> None:
    addresses = {"slack": SLACK, lane_of("slack", "#one"): ONE}
    assert address_of(addresses, receiver, route) == address
