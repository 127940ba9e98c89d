"""Reports to the orders' partitions."""

from msgspec.structs import replace

from slamon.notices.marks import Mark
from slamon.notices.story import Told
from slamon.services.offers import DeliveryRecord, Reoffer, decode_delivery
from slamon.services.reports import Reports
from tests.builders import ORDER, T0
from tests.fakes.stream import FakeProducer
from tests.outbox_samples import offer


async def test_a_report_goes_to_the_partition_of_its_order() -> None:
    """Keyed by order; durable when the call returns."""
    producer = FakeProducer()
    mark = Mark(notice_id=offer().notice_id, receiver="slack", state="sending", attempts=1, at=T0)
    await Reports(producer, "deliveries").mark(offer(partition=3), mark)
    (sent,) = producer.sent
    assert sent[:2] == ("deliveries", ORDER.encode())
    assert sent.partition == 3
    assert decode_delivery(sent.value or b"") == DeliveryRecord(order_id=ORDER, mark=mark)


async def test_requests_go_to_the_partitions_that_they_are_for() -> None:
    """Each partition gets its own."""
    producer = FakeProducer()
    await Reports(producer, "deliveries").ask_again([(0, Reoffer(opening="x")), (1, Reoffer(outbox=0))])
    assert [(sent.partition, decode_delivery(sent.value or b"").reoffer) for sent in producer.sent] == [
        (0, Reoffer(opening="x")),
        (1, Reoffer(outbox=0)),
    ]


async def test_what_the_message_of_a_system_says_is_reported_under_its_notice() -> None:
    producer, told = FakeProducer(), Told(receiver="slack", turn=2)
    about = replace(offer(partition=0), order_id=None, notice_id="n-7")
    await Reports(producer, "deliveries").told(about, told)
    (sent,) = producer.sent
    assert sent[:2] == ("deliveries", b"n-7")
    assert decode_delivery(sent.value or b"") == DeliveryRecord(told=told, notice_id="n-7")
