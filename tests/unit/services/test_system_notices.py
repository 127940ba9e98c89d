"""Notices about no order: told once, marked, offered again, shown, and gone after a while."""

from msgspec.structs import replace

from slamon.notices.answers import Answer
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.routing import Route
from slamon.notices.rules import NoticeRules
from slamon.notices.system import SystemNotice, of_silence
from slamon.orders.event import Instant
from slamon.services.offers import Address, OutboxRecord, Refusal, decode_outbox
from slamon.services.partition import PartitionRules
from slamon.services.system_notices import KEPT, SystemNotices
from slamon.services.system_rows import system_key
from slamon.sla.silence import Silent
from slamon.stream import Effects
from tests.builders import HOUR, day, order_event, order_rules, stored_after
from tests.fakes.stream import FakeRows

ADDRESSES = {"slack": Address("slack", b"slack|#late", 5), "crm": Address("crm", b"webhook|crm", 2)}
ORDERS = order_rules(notices=NoticeRules(("slack", "crm", "gone"), hold_at_most=HOUR))
RULES = PartitionRules(ORDERS, ADDRESSES, "outbox")
BEGAN, TOLD = day(1), day(2)


class Shared:
    """The shared partition, with an order in it and what was produced."""

    def __init__(self, rows: FakeRows | None = None) -> None:
        self.rows = rows or FakeRows({b"o-1": stored_after([order_event()])})
        self.effects = Effects()
        self.notices = SystemNotices(lambda: RULES)
        self.notices.open(self.rows)

    def tell(self, since: Instant = BEGAN, at: Instant = TOLD) -> SystemNotice:
        silent = Silent("mes", since, since + HOUR, "mes")
        notice = of_silence(silent, 42, tuple(map(Route, ("slack", "crm", "gone"))), at)
        self.notices.declare(notice, self.rows, self.effects)
        return notice

    def said(self) -> list[tuple[bytes | None, int | None, OutboxRecord]]:
        found = [(out.key, out.partition, decode_outbox(out.value or b"")) for out in self.effects.after]
        self.effects.after.clear()
        return found

    def offered(self) -> list[str]:
        return [record.offer.receiver for _, _, record in self.said() if record.offer is not None]

    def kept(self) -> list[SystemNotice]:
        return list(self.notices.all(self.rows))


def test_it_is_told_to_every_receiver_once() -> None:
    """With all that the outbox needs; a second worker's telling of the same changes nothing."""
    shared = Shared()
    told = shared.tell()
    said = shared.said()
    assert [(key, partition) for key, partition, _ in said] == [(b"slack|#late", 5), (b"webhook|crm", 2)]
    for _, _, record in said:
        offer = record.offer
        assert offer is not None
        assert (offer.notice_id, offer.kind, offer.partition) == (told.notice_id, "source_silent", 0)
        assert (offer.subject, offer.order_id, offer.order, offer.attempts) == ("mes", None, None, 0)
        assert offer.text is not None
        assert offer.text.startswith("Source mes is silent")
    shared.tell()
    assert shared.said() == []
    assert shared.kept() == [told]


def test_a_new_owner_goes_on_where_the_old_one_ended() -> None:
    """It finds what stands, offers what is unsettled, and passes over what is sent."""
    before = Shared()
    told = before.tell()
    sent = Mark(notice_id=told.notice_id, receiver="slack", state=DeliveryState.SENT, attempts=1, at=day(2))
    before.notices.mark(sent, before.rows, Effects())
    after = Shared(before.rows)
    assert after.notices.standing(after.rows, NoticeKind.SOURCE_SILENT).keys() == {"mes"}
    after.notices.reoffer(None, after.rows, after.effects)
    assert after.offered() == ["crm"]
    after.notices.reoffer(5, after.rows, after.effects)
    assert after.offered() == []
    after.notices.close()
    assert list(after.notices.all(after.rows)) == []


def test_its_end_takes_back_what_waits() -> None:
    """Offers that nobody has tried yet; who was told sees it in the API."""
    shared = Shared()
    told = shared.tell()
    sent = Mark(notice_id=told.notice_id, receiver="slack", state=DeliveryState.SENT, attempts=1, at=day(2))
    shared.notices.mark(sent, shared.rows, shared.effects)
    shared.said()
    (notice,) = shared.kept()
    shared.notices.end(notice, shared.rows, shared.effects, day(3))
    drops = [record.drop for _, _, record in shared.said()]
    assert [drop.receiver for drop in drops if drop is not None] == ["crm"]
    assert shared.notices.standing(shared.rows, NoticeKind.SOURCE_SILENT) == {}
    ((_, shown),) = shared.notices.shown(shared.rows)
    assert shown["standing"] is False
    assert [delivery["state"] for delivery in shown["deliveries"]] == ["sent", "superseded", "superseded"]  # type: ignore[attr-defined]


def test_reports_about_nothing_known_change_nothing() -> None:
    shared = Shared()
    before = dict(shared.rows.rows)
    report = Mark(notice_id="n-1", receiver="slack", state="sent", attempts=1, at=day(2))
    shared.notices.mark(report, shared.rows, Effects())
    assert shared.rows.rows == before


def test_what_is_long_over_goes_with_the_next_one() -> None:
    """Unless something is still to be sent about it."""
    shared = Shared()
    old, lately = shared.tell(day(1)), shared.tell(day(2))
    shared.notices.end(old, shared.rows, shared.effects, day(3))
    shared.notices.end(lately, shared.rows, shared.effects, day(4))
    new = shared.tell(day(5), at=day(3) + KEPT)
    assert {notice.notice_id for notice in shared.kept()} == {lately.notice_id, new.notice_id}
    assert shared.rows.get(system_key(f"notice/{old.notice_id}")) is None
    assert b"o-1" in shared.rows.rows


def test_a_row_of_another_version_is_passed_over() -> None:
    shared = Shared(FakeRows({system_key("notice/n-1"): b"\x91\x07"}))
    assert shared.kept() == []
    shared.notices.reoffer(None, shared.rows, shared.effects)
    assert shared.said() == []


def test_a_channel_of_its_own_has_its_queue() -> None:
    """Offers and drops go there; one that is configured no more gives way to Slack's own."""
    shared = Shared()
    lanes = ADDRESSES | {"slack|#ops": Address("slack", b"slack|#ops", 6)}
    shared.notices.rules = lambda: PartitionRules(ORDERS, lanes, "outbox")
    silent = Silent("mes", BEGAN, BEGAN + HOUR, "mes")
    told = of_silence(silent, 42, (Route("slack", "#ops"), Route("crm")), TOLD)
    shared.notices.declare(told, shared.rows, shared.effects)
    said = shared.said()
    assert [(key, partition) for key, partition, _ in said] == [(b"slack|#ops", 6), (b"webhook|crm", 2)]
    assert [record.offer.route for _, _, record in said if record.offer is not None] == ["#ops", None]
    shared.notices.rules = lambda: RULES
    shared.notices.reoffer(5, shared.rows, shared.effects)
    assert shared.offered() == ["slack"]
    shared.notices.rules = lambda: PartitionRules(ORDERS, lanes, "outbox")
    shared.notices.end(shared.kept()[0], shared.rows, shared.effects, day(3))
    drops = [(key, record.drop.route) for key, _, record in shared.said() if record.drop is not None]
    assert drops == [(b"slack|#ops", "#ops"), (b"webhook|crm", None)]


def test_it_can_be_answered() -> None:
    """Kept with it; a repeat gives the first one; of an unknown notice there is nothing."""
    shared = Shared()
    told = shared.tell()
    shared.said()
    answer = Answer(told.notice_id, "acknowledge", "ann", TOLD, nonce="7.1")
    assert shared.notices.answer(answer, shared.rows) == answer
    assert shared.notices.answer(replace(answer, at=TOLD + 1), shared.rows) == answer
    assert [kept.answers for kept in shared.kept()] == [[answer]]
    assert shared.notices.answer(replace(answer, notice_id="unknown"), shared.rows) is None
    (shown,) = (shown for _, shown in shared.notices.shown(shared.rows))
    assert shown["acknowledged_by"] == "ann"
    assert shared.said() == []


def test_a_receiver_that_refuses_everything_is_told_of_to_the_others() -> None:
    """Once, until it takes notices again; the next time is another notice."""
    shared = Shared()

    def hears(reason: str | None, at: Instant) -> list[str]:
        refusal = Refusal(receiver="slack", lane="slack|#first", reason=reason, at=at)
        shared.notices.take_refusal(refusal, shared.rows, shared.effects)
        return shared.offered()

    assert hears(None, day(1)) == []
    assert hears("auth", day(2)) == ["crm"]
    assert hears("auth", day(3)) == []
    (told,) = shared.kept()
    assert (told.kind, told.subject, told.at) == ("service", "receiver slack|#first", day(2))
    assert set(told.deliveries) == {"crm", "gone"}
    assert hears(None, day(4)) == []
    assert [kept.ended_at for kept in shared.kept()] == [day(4)]
    assert hears("not_found", day(5)) == ["crm"]
    assert len(shared.kept()) == 2
