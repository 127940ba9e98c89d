"""One attempt: reported before, made, reported after; whatever goes wrong."""

from typing import Any

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.notices.marks import Mark
from slamon.notices.notice import NoticeKind, notice_id
from slamon.orders.event import SECOND, Instant
from slamon.services.attempts import Attempts
from slamon.services.channel import Channel, Waiting
from slamon.services.offers import decode_delivery
from slamon.services.outgoing import kind_of, notice_of
from slamon.services.refusals import Refusals
from slamon.services.reports import Reports
from slamon.services.way import Way
from slamon.sinks.message import OutgoingNotice, Receipt
from slamon.stream import Outgoing
from tests.builders import ORDER, T0, day
from tests.fakes.sinks import FakeSink
from tests.fakes.stream import FakeProducer, FakeTally
from tests.outbox_samples import offer, retraction

NOW = day(22)


def marks_in(sent: list[Outgoing]) -> list[Mark]:
    """The reports among produced records."""
    found = [decode_delivery(out.value or b"").mark for out in sent]
    return [mark for mark in found if mark is not None]


class Bench:
    """A channel with one notice, a sink and a producer."""

    def __init__(self, sink: Any = None, **changes: Any) -> None:
        self.sink = sink or FakeSink("slack")
        self.producer, self.tally = FakeProducer(), FakeTally()
        reports = Reports(self.producer, "deliveries")
        refusals = Refusals(reports, "outbox", lambda: NOW)
        self.attempts = Attempts(reports, self.tally, lambda: NOW, refusals)
        self.channel = Channel("slack")
        self.way = Way("slack", self.sink, self.channel, lambda: NOW)
        self.channel.offer(offer(**changes))

    async def makes(self, *replies: Reply) -> list[Mark]:
        if isinstance(self.sink, FakeSink):
            self.sink.script.push(*replies)
        self.channel.rest_until = None  # its time is over
        started = self.channel.start()
        assert started is not None
        await self.attempts.make(self.way, started)
        return marks_in(self.producer.sent)


async def test_a_notice_is_reported_before_and_after_it_is_sent() -> None:
    """`sending` is durable before the call; then `sent`, with the receiver's own name of the message."""

    class Sink(FakeSink):
        async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
            assert [mark.state for mark in marks_in(bench.producer.sent)] == ["sending"]
            await super().send(notice, now=now)
            return Receipt("17.5", "C1")

    bench = Bench(Sink("slack"))
    sending, sent = await bench.makes()
    assert (sending.state, sending.attempts, sending.at) == ("sending", 1, NOW)
    assert (sent.state, sent.attempts, sent.at, sent.remote) == ("sent", 1, NOW, "C1|17.5")
    assert [notice.notice_id for notice in bench.sink.accepted] == [offer().notice_id]
    assert bench.channel.done == {offer().notice_id: sent}
    assert bench.tally.of("sent") == [("slack", "breached", 0)]


async def test_a_call_is_not_made_before_its_report_is_durable() -> None:
    """A report that can't be written: no call, and the notice waits."""
    bench = Bench()
    bench.producer.faults.append(OSError("fenced"))
    await bench.makes()
    assert bench.sink.attempts == []
    assert [waiting.attempts for waiting in bench.channel.waiting.values()] == [1]


@pytest.mark.parametrize(
    ("reply", "rest"),
    [
        (Reply(Act.RATE_LIMITED, retry_after="17"), (17 * SECOND, 17 * SECOND)),
        (Reply(Act.SERVER_ERROR), (SECOND // 2, SECOND)),
        (Reply(Act.HANG), (SECOND // 2, SECOND)),
    ],
)
async def test_what_may_pass_is_tried_again(reply: Reply, rest: tuple[int, int]) -> None:
    """After the receiver's Retry-After, or backoff; the outcome of the attempt stays `sending`."""
    bench = Bench()
    marks = await bench.makes(reply)
    assert [mark.state for mark in marks] == ["sending", "sending"]
    assert marks[0].error is None
    assert marks[1].error is not None
    assert rest[0] <= bench.channel.resting(NOW) <= rest[1]
    assert list(bench.channel.waiting) == [offer().notice_id]
    assert len(bench.tally.of("attempt_failed")) == 1


async def test_what_waited_for_its_turn_waits_for_a_look_up_too() -> None:
    """After a takeover one of the order that may have been posted is offered while this one waits for its pace."""
    bench = Bench(FakeSink("slack"))
    bench.channel.living = True
    started = bench.channel.start()
    assert started is not None
    own = notice_id(ORDER, NoticeKind.AT_RISK, stage=None, due_at=day(21))
    bench.channel.offer(offer(notice_id=own, kind="at_risk", state="sending", attempts=1))
    await bench.attempts.make(bench.way, started)
    assert (bench.sink.accepted, bench.producer.sent) == ([], [])
    assert [one.offer.kind for one in bench.channel.ready(NOW)] == ["at_risk"]
    assert bench.channel.waiting[started.offer.notice_id].attempts == 0


async def test_each_failure_in_a_row_makes_the_rest_longer() -> None:
    """Doubling, to half a minute at most."""
    bench = Bench()
    for _ in range(8):
        await bench.makes(Reply(Act.SERVER_ERROR))
    assert 15 * SECOND <= bench.channel.resting(NOW) <= 30 * SECOND
    assert [mark.attempts for mark in marks_in(bench.producer.sent)] == [n for n in range(1, 9) for _ in (1, 2)]


async def test_a_refusal_of_the_notice_itself_is_final() -> None:
    """`failed` with the reason, and no further attempt."""
    bench = Bench()
    failed = (await bench.makes(Reply(Act.REFUSE, status=400)))[-1]
    assert (failed.state, failed.error, failed.attempts) == ("failed", "rejected", 1)
    assert bench.channel.next() is None
    assert bench.tally.of("failed") == [("slack", "breached")]
    assert bench.channel.resting(NOW) == 0


async def test_a_notice_stays_due_where_everything_is_refused() -> None:
    """The receiver is closed until somebody mends it; the one that found out failed, and is offered anew then."""
    bench = Bench()
    noted = (await bench.makes(Reply(Act.REFUSE, status=401)))[-1]
    assert (noted.state, noted.error, noted.attempts) == ("failed", "auth", 1)
    assert bench.channel.refused == "auth"
    assert bench.tally.of("failed") == [("slack", "breached")]


async def test_a_fault_of_our_own_neither_loses_nor_blocks_a_notice() -> None:
    """An exception that no sink should raise: tried again, counted as `internal_error`."""

    class Broken(FakeSink):
        async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
            raise ZeroDivisionError(notice.notice_id, now)

    bench = Bench(Broken("slack"))
    await bench.makes()
    assert list(bench.channel.waiting) == [offer().notice_id]
    assert bench.channel.in_flight == {}
    assert bench.tally.of("attempt_failed") == [("slack", "internal_error")]


async def test_a_receipt_without_a_name_is_a_receipt() -> None:
    """Webhooks name nothing."""

    class Sink(FakeSink):
        async def send(self, notice: OutgoingNotice, *, now: Instant) -> Receipt:
            await super().send(notice, now=now)
            return Receipt()

    assert (await Bench(Sink("slack")).makes())[-1].remote is None


def test_the_notice_says_what_the_offer_asks_for() -> None:
    """Everything a sink needs; the text is as of now."""
    told = notice_of(offer(attempts=2, reinstated=True), 3, NOW)
    assert (told.kind, told.subject, told.attempt, told.reinstated) == (NoticeKind.BREACHED, ORDER, 3, True)
    assert (told.created_at, told.at, told.due_at) == (day(22), day(21), day(21))
    assert ORDER in told.text


def test_a_notice_sent_in_spite_of_a_silence_says_so() -> None:
    """Since when nothing was heard, after all that is known."""
    told = notice_of(offer(unheard=(("mes", T0),)), 1, NOW)
    assert told.text.endswith(" Sent although nothing was heard from mes since 2 Mar 2026, 09:00 UTC.")
    assert told.as_of == T0


async def test_a_notice_about_no_order_is_reported_to_where_it_was_offered() -> None:
    """Its text is ready, its subject is no order's."""
    about = {"order_id": None, "order": None, "subject": "mes", "text": "Source mes is silent.", "partition": 0}
    bench = Bench(kind="source_silent", **about)
    await bench.makes()
    (sent,) = bench.sink.accepted
    assert (sent.kind, sent.subject, sent.order, sent.text) == ("source_silent", "mes", None, "Source mes is silent.")
    marked = [out for out in bench.producer.sent if decode_delivery(out.value or b"").mark is not None]
    assert {(out.partition, out.key) for out in marked} == {(0, sent.notice_id.encode())}
    assert [decode_delivery(out.value or b"").order_id for out in marked] == [None, None]


def test_a_retraction_is_a_notice_of_its_own() -> None:
    """Its kind is `retracted`, and it names what it withdraws."""
    told = notice_of(retraction(), 1, NOW)
    assert (kind_of(retraction()), told.kind) == (NoticeKind.RETRACTED, NoticeKind.RETRACTED)
    assert told.retracts == offer().notice_id
    assert Waiting(retraction(), 0).offer.kind == "breached"
