"""What of a notice about no order goes to the outbox, and where."""

from slamon.notices.notice import DeliveryState
from slamon.notices.routing import Route
from slamon.notices.system import SystemNotice, end, of_silence
from slamon.services.offers import decode_outbox
from slamon.services.system_offers import offers_of, updates_of
from slamon.sla.silence import Silent
from slamon.stream import Outgoing
from tests.builders import HOUR, day
from tests.unit.services.test_system_notices import RULES


def told() -> SystemNotice:
    return of_silence(Silent("mes", day(1), day(1) + HOUR, "mes"), 42, tuple(map(Route, ("slack", "crm"))), day(2))


def places(found: list[Outgoing]) -> list[tuple[str, int | None]]:
    return [(out.topic, out.partition) for out in found]


def test_what_is_unsettled_is_offered_where_its_receiver_is() -> None:
    notice = told()
    assert places(list(offers_of(notice, RULES))) == [("outbox", 5), ("outbox", 2)]
    assert places(list(offers_of(notice, RULES, 2))) == [("outbox", 2)]
    notice.deliveries["crm"].state = DeliveryState.SENT
    assert places(list(offers_of(notice, RULES))) == [("outbox", 5)]


def test_only_a_message_that_is_there_can_say_anything_anew() -> None:
    notice = told()
    end(notice, day(3))
    assert list(updates_of(notice, RULES)) == []
    notice.deliveries["slack"].state, notice.deliveries["slack"].remote = DeliveryState.SENT, "C|1"
    [out] = updates_of(notice, RULES)
    update = decode_outbox(out.value or b"").update
    assert update is not None
    assert (out.partition, update.order_id, update.lead.thread) == (5, notice.notice_id, "C|1")
    assert list(updates_of(notice, RULES, 2)) == []
    notice.told = notice.turn
    assert list(updates_of(notice, RULES)) == []
