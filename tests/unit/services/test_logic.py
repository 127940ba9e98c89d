"""Every topic's records reach the part that knows them."""

import json

import msgspec
import pytest

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState
from slamon.notices.routing import Route
from slamon.notices.row import read_row
from slamon.notices.story import Face, Told
from slamon.notices.system import of_silence
from slamon.orders.event import Instant, rfc3339
from slamon.services.ingest import Ingest, IngestRules, Topics
from slamon.services.logic import OrderLogic
from slamon.services.offers import Address, DeliveryRecord, Drop, OutboxRecord, Refusal, Reoffer, encode
from slamon.services.partition import PartitionRules
from slamon.sla.silence import Silent
from slamon.sources.native import NativeDecoder
from slamon.stream import Effects, Rows
from tests.builders import ORDER, PROMISE_ONLY, T0, day, mark_of, order_event
from tests.fakes.stream import FakeOutbox, FakeRows, FakeTally, record

TOPICS = Topics("slamon.repartition", "slamon.deliveries", "slamon.outbox", "slamon.dead-letters")
VALUE = json.dumps({"order_id": ORDER, "status": "SUBMITTED", "occurred_at": rfc3339(T0)}).encode()
NOW = day(22)
ADDRESSES = {"slack": Address("slack", b"slack", 0)}


class Bench:
    """A logic that owns partition 0 of 1."""

    def __init__(self, now: Instant | None = NOW) -> None:
        self.now = now
        self.tally, self.outbox = FakeTally(), FakeOutbox()
        rules = IngestRules({"orders": "web"}, {"web": NativeDecoder(None, {}, 4096)}, 1, 0, TOPICS)
        self.ingest = Ingest(rules, self.tally, lambda: day(30))
        self.logic = OrderLogic(
            lambda: PartitionRules(PROMISE_ONLY, ADDRESSES, TOPICS.outbox),
            self.ingest,
            TOPICS,
            tally=self.tally,
            outbox=self.outbox,
            now=lambda _: self.now,
            clock=lambda: day(30),
        )
        self.rows = FakeRows()
        self.effects = Effects()
        self.logic.opened(0, self.rows)

    def batch(self, topic: str, *values: bytes | None, **changes: object) -> None:
        records = [record(value, topic=topic, **changes) for value in values]
        self.logic.batch(topic, 0, records, self.rows, self.effects)


def test_source_records_become_orders() -> None:
    """As of the gate's `now`: an order that is overdue is told."""
    bench = Bench()
    bench.batch("orders", VALUE)
    assert ORDER.encode() in bench.rows.rows
    assert len(bench.effects.after) == 1


def test_repartitioned_records_become_orders_too() -> None:
    """Their headers name the source."""
    bench = Bench(now=None)
    bench.batch(TOPICS.repartition, VALUE, headers=(("slamon-source", b"web"),))
    assert ORDER.encode() in bench.rows.rows
    assert bench.effects == Effects()


def test_records_of_other_layouts_are_sent_on() -> None:
    """Without rows there is no partition to apply them to."""
    bench = Bench()
    bench.logic.batch("orders", 7, [record(VALUE)], None, bench.effects)
    assert [sent.topic for sent in bench.effects.before] == [TOPICS.repartition]


def test_offers_go_to_the_owner_of_the_outbox() -> None:
    """With their offset, by which a new owner tells old ones."""
    bench = Bench()
    told = OutboxRecord(drop=Drop(notice_id="n", receiver="slack"))
    bench.batch(TOPICS.outbox, encode(told), offset=4)
    assert bench.outbox.said == [("opened", 0), ("take", 0, 4, told)]


def _told(bench: Bench) -> DeliveryRecord:
    row = read_row(bench.rows.rows[ORDER.encode()], PROMISE_ONLY)
    assert row is not None
    assert row.records
    return DeliveryRecord(order_id=ORDER, mark=mark_of(row.records[-1], DeliveryState.SENT, 1))


def test_reports_reach_their_order() -> None:
    """The delivery is settled."""
    bench = Bench()
    bench.batch("orders", VALUE)
    assert bench.logic.partitions[0].unsettled
    bench.batch(TOPICS.deliveries, encode(_told(bench)))
    assert not bench.logic.partitions[0].unsettled


def test_notices_about_no_order_are_marked_and_offered_again() -> None:
    """Their reports name no order; they are in rows of the shared partition."""
    bench = Bench()
    told = of_silence(Silent("web", day(1), day(2)), 7, (Route("slack"),), day(3))
    bench.logic.system.declare(told, bench.rows, Effects())
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(reoffer=Reoffer(opening="opening-1"))))
    assert [sent.topic for sent in bench.effects.after] == [TOPICS.outbox]
    report = Mark(notice_id=told.notice_id, receiver="slack", state=DeliveryState.SENT, attempts=1, at=NOW)
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(mark=report)))
    bench.logic.opened(0, bench.rows)
    (kept,) = bench.logic.system.all(bench.rows)
    assert kept.is_settled
    bench.logic.closed(0)
    assert list(bench.logic.system.all(bench.rows)) == []


def test_what_keeps_things_with_partitions_sees_them_first() -> None:
    """Before any order of it is looked at."""
    seen: list[tuple[int, int]] = []

    def opening(partition: int, rows: Rows) -> None:
        seen.append((partition, len(logic.partitions)))
        assert rows.get(b"o-1") is None

    bench = Bench()
    logic = OrderLogic(
        lambda: PartitionRules(PROMISE_ONLY, ADDRESSES, TOPICS.outbox),
        bench.ingest,
        TOPICS,
        tally=bench.tally,
        outbox=bench.outbox,
        now=lambda _: NOW,
        clock=lambda: NOW,
        opening=opening,
    )
    logic.opened(3, FakeRows())
    assert seen == [(3, 0)]
    assert list(logic.partitions) == [3]


@pytest.mark.parametrize("now", [day(22), None])
def test_a_request_to_offer_again_is_answered(now: Instant | None) -> None:
    """Also before the gate has spoken: then by the wall clock."""
    bench = Bench()
    bench.batch("orders", VALUE)
    bench.effects, bench.now = Effects(), now
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(reoffer=Reoffer(opening="opening-1"))))
    assert [sent.topic for sent in bench.effects.after] == [TOPICS.outbox]


@pytest.mark.parametrize("topic", [TOPICS.outbox, TOPICS.deliveries])
@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b'{"mark": 1, "drop": 2}'])
def test_garbage_in_our_own_topics_stops_nothing(topic: str, value: bytes | None) -> None:
    """Whatever an operator writes there by hand: it is counted and passed over."""
    bench = Bench()
    bench.batch(topic, value, b"{}")
    assert [entry[0] for entry in bench.tally.of("dead_letter")] == ["internal_error"]


def test_a_partition_is_opened_and_closed() -> None:
    """Also for the outbox; one that stays ours over a rebalance is read anew."""
    bench = Bench()
    before = bench.logic.partitions[0]
    bench.logic.opened(0, bench.rows)
    assert bench.logic.partitions[0] is not before
    bench.logic.closed(0)
    bench.logic.closed(0)
    assert bench.logic.partitions == {}
    assert bench.outbox.said == [("opened", 0), ("opened", 0), ("closed", 0), ("closed", 0)]


def test_only_requests_behind_our_own_are_answered() -> None:
    """Before it, reports of an earlier owner may still be unread: offering then would repeat what was sent."""
    bench = Bench()
    bench.batch("orders", VALUE)
    for opening, answers in (("older", 0), (None, 0), ("opening-1", 1), ("older", 1), (None, 1)):
        bench.effects = Effects()
        bench.batch(TOPICS.deliveries, encode(DeliveryRecord(reoffer=Reoffer(opening=opening))))
        assert len(bench.effects.after) == answers


def test_an_event_of_another_order_leaves_the_rest_alone() -> None:
    """Rows are kept by order."""
    bench = Bench(now=None)
    bench.batch("orders", VALUE, VALUE.replace(ORDER.encode(), b"o-2"))
    assert sorted(bench.rows.rows) == [ORDER.encode(), b"o-2"]
    assert order_event().order_id == ORDER


def test_reports_of_living_messages_reach_their_order() -> None:
    """Until one comes, what the message has to say is offered again."""
    bench = Bench()
    bench.batch("orders", VALUE)
    key, face = ORDER.encode(), Face(answers=9)
    report = msgspec.structs.replace(_told(bench).mark or pytest.fail("no report"), remote="C1|1", face=face)
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(order_id=ORDER, mark=report)))
    assert key in bench.logic.partitions[0].unsettled  # what it said is not what is
    for receiver, turn in (("crm", 1), ("slack", 1)):
        assert key in bench.logic.partitions[0].unsettled
        bench.batch(TOPICS.deliveries, encode(DeliveryRecord(order_id=ORDER, told=Told(receiver=receiver, turn=turn))))
    assert key not in bench.logic.partitions[0].unsettled
    unknown = DeliveryRecord(order_id="o-unknown", told=Told(receiver="slack", turn=1))
    bench.batch(TOPICS.deliveries, encode(unknown))
    assert b"o-unknown" not in bench.rows.rows


def test_a_refusal_is_told_by_the_shared_partition() -> None:
    bench = Bench()
    refusal = Refusal(receiver="crm", lane="crm", reason="auth", at=NOW)
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(refusal=refusal)))
    assert [notice.subject for notice in bench.logic.system.all(bench.rows)] == ["receiver crm"]
    assert [sent.topic for sent in bench.effects.after] == [TOPICS.outbox]


def test_what_the_message_of_a_system_says_is_kept() -> None:
    """An end that came before the message was known to be there is said once it is."""
    bench = Bench()
    notice = of_silence(Silent("web", day(1), day(2)), 7, (Route("slack"),), day(3))
    bench.logic.system.declare(notice, bench.rows, Effects())
    bench.logic.system.end(next(bench.logic.system.all(bench.rows)), bench.rows, Effects(), day(4))
    state, own_id = DeliveryState.SENT, notice.notice_id
    report = Mark(notice_id=own_id, receiver="slack", state=state, attempts=1, at=NOW, remote="C|1")
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(mark=report)))
    assert [sent.topic for sent in bench.effects.after] == [TOPICS.outbox]
    told = Told(receiver="slack", turn=1)
    bench.batch(TOPICS.deliveries, encode(DeliveryRecord(told=told, notice_id=own_id)))
    (kept,) = bench.logic.system.all(bench.rows)
    assert (kept.told, kept.turn, kept.lines) == (1, 1, [])
