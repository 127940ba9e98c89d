"""What a receiver heard last about a notice is what is true, whatever is lost, repeated or crosses on the way.

An order's partition, the outbox and a receiver, with the topics between them as lists: events come late, marks
are repeated, sources fall silent, the owner of the outbox changes, workers crash between a row and its offers.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, retraction_id
from slamon.notices.record import UNSETTLED, NoticeRecord
from slamon.notices.row import OrderRules, apply, new_row, read_row, settle_row
from slamon.orders.event import DAY, Instant, OrderEvent
from slamon.services.channel import Channel, Waiting
from slamon.services.held_back import HeldBack
from slamon.services.offers import Address, DeliveryRecord, Offer, Reoffer, decode_outbox
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.sla.clock import Key
from slamon.sla.silence import Silent
from slamon.stream import Effects, Outgoing
from tests.builders import ORDER, PROMISE_ONLY, day, order_event, promised, told
from tests.fakes.stream import FakeRows, FakeTally

KEY = ORDER.encode()
HOLD_AT_MOST = 2 * DAY
RULES = OrderRules(
    PROMISE_ONLY.book,
    replace(PROMISE_ONLY.notices, hold_at_most=HOLD_AT_MOST),
    max(PROMISE_ONLY.keep_finished, 900 * DAY),
)

EVENTS = st.one_of(
    st.builds(lambda at: order_event("SHIPPED", at, system="mes"), st.integers(17, 24).map(day)),
    st.builds(lambda at: told("cancel", at), st.integers(17, 24).map(day)),  # type: ignore[arg-type]
    st.builds(
        lambda date, at, system: promised(day(date), day(at), system=system),
        st.sampled_from((20, 21, 60)),
        st.sampled_from((17, 19.5, 20.5, 22, 23)),
        st.sampled_from(("crm", "mes", "shop")),
    ),
)


class Delivery(RuleBasedStateMachine):
    """The way of notices from a row to a receiver and back."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Instant = day(16)
        self.silences: tuple[Silent, ...] = ()
        self.rows = FakeRows()
        self.partition = self._partition()
        self.channel = Channel("slack")
        self.effects = Effects()
        self.marks: list[DeliveryRecord] = []
        self.taken: list[Mark] = []
        self.in_flight: list[Waiting] = []
        self.heard: list[str] = []
        self.events: list[OrderEvent] = []
        self.was_smooth = True
        self.is_rough = False

    def _partition(self) -> OrderPartition:
        addresses = {"slack": Address("slack", b"slack", 0)}
        partition = OrderPartition(
            0, PartitionRules(RULES, addresses, "outbox"), FakeTally(), HeldBack(lambda _: self.silences)
        )
        partition.open(self.rows)
        return partition

    @initialize(is_rough=st.booleans(), system=st.sampled_from(("shop", "mes", None)))
    def submitted(self, is_rough: bool, system: str | None) -> None:
        """Half of the runs lose nothing: there every report and every offer has to do its part.

        A source is silent from the start; whether the first warning is held depends on who speaks there.
        """
        self.is_rough = is_rough
        self.a_source_falls_silent(system, 0)
        self._hear(order_event())
        self.time_passes(2)

    @rule(event=EVENTS)
    def an_event_comes(self, event: OrderEvent) -> None:
        self._hear(event)

    @rule(event=EVENTS)
    def an_event_comes_while_catching_up(self, event: OrderEvent) -> None:
        self._hear(event, knows_now=False)

    def _hear(self, event: OrderEvent, *, knows_now: bool = True) -> None:
        self.events.append(event)
        self.partition.apply(KEY, event, self.rows, self.effects, self.now if knows_now else None)

    @rule(days=st.sampled_from((0.5, 1, 3)))
    def time_passes(self, days: float) -> None:
        self.now += round(days * DAY)
        self._tick()

    @rule(system=st.sampled_from(("mes", "shop", None)), days=st.sampled_from((0, 1, 4)))
    def a_source_falls_silent(self, system: str | None, days: int) -> None:
        """It was last heard some days ago."""
        self.silences = (Silent("source", self.now - days * DAY, self.now, system),)

    @rule()
    def it_speaks_again(self) -> None:
        self.silences = ()
        self._tick()

    def _tick(self) -> None:
        keys = self.partition.held.stirred(self.now, 100)
        keys += self.partition.due.pop(self.now, self.partition.due_of(self.rows), 100)
        self.partition.tick(keys, self.rows, self.effects, self.now)
        self._is_held_rightly()

    def _is_held_rightly(self) -> None:
        """While a source is silent, and no longer than it may be; the partition knows of it."""
        stored = self.rows.get(KEY)
        row = None if stored is None else read_row(stored, RULES)
        held = [record for record in (row.records if row else None) or [] if record.held_until is not None]
        assert not held or self.silences
        assert all(record.standing and self.now < record.at + HOLD_AT_MOST for record in held)
        assert self.partition.held.keys == ({KEY} if held else set())

    @precondition(lambda self: bool(self.effects.after))
    @rule(count=st.integers(1, 9))
    def offers_arrive(self, count: int) -> None:
        for outgoing in self._taken(self.effects.after, count):
            record = decode_outbox(outgoing.value or b"")
            if record.drop is not None:
                self.channel.drop(record.drop.notice_id)
            if record.offer is not None:
                repeat = self.channel.offer(record.offer)
                if repeat is not None:
                    self.marks.append(DeliveryRecord(order_id=ORDER, mark=repeat))

    @staticmethod
    def _taken(queue: list[Outgoing], count: int) -> list[Outgoing]:
        found, queue[:count] = queue[:count], []
        return found

    @precondition(lambda self: bool(self.channel.waiting))
    @rule()
    def an_attempt_begins(self) -> None:
        started = self.channel.start()
        if started is not None:
            self._report(started, DeliveryState.SENDING)
            self.in_flight.append(started)

    @precondition(lambda self: bool(self.in_flight))
    @rule(data=st.data(), outcome=st.sampled_from(["taken", "failed", "taken unanswered"]))
    def an_attempt_ends(self, data: st.DataObject, outcome: str) -> None:
        place = data.draw(st.integers(0, len(self.in_flight) - 1))
        self._end(self.in_flight.pop(place), outcome)

    def _end(self, started: Waiting, outcome: str) -> None:
        if outcome != "failed":
            self.heard.append(started.offer.notice_id)
        if outcome == "taken":
            self.channel.finish(self._report(started, DeliveryState.SENT))
        else:
            self.was_smooth = self.was_smooth and outcome == "failed"
            self.channel.again(started, self.now)

    def _report(self, started: Waiting, state: DeliveryState) -> Mark:
        offer: Offer = started.offer
        mark = Mark(notice_id=offer.notice_id, receiver="slack", state=state, attempts=started.attempts, at=self.now)
        self.marks.append(DeliveryRecord(order_id=ORDER, mark=mark))
        return mark

    @precondition(lambda self: bool(self.marks))
    @rule(count=st.integers(1, 9))
    def reports_arrive(self, count: int) -> None:
        found, self.marks[:count] = self.marks[:count], []
        for record in found:
            if record.mark is not None:
                self.partition.mark(KEY, record.mark, self.rows, self.effects, self.now)
                self.taken.append(record.mark)
            if record.reoffer is not None:
                self.partition.reoffer(record.reoffer.outbox, self.rows, self.effects, self.now)

    @precondition(lambda self: bool(self.taken))
    @rule(data=st.data())
    def a_report_is_read_again(self, data: st.DataObject) -> None:
        if self.taken:
            before = self.rows.get(KEY)
            self.partition.mark(KEY, data.draw(st.sampled_from(self.taken)), self.rows, self.effects, self.now)
            assert self.rows.get(KEY) == before

    @precondition(lambda self: self.is_rough)
    @rule(outcome=st.sampled_from(["failed", "taken unanswered"]))
    def another_worker_takes_the_outbox_over(self, outcome: str) -> None:
        """The old owner's calls are cut off; the rows are asked to offer again."""
        self.was_smooth = False
        for started in self.in_flight:
            if outcome != "failed":
                self.heard.append(started.offer.notice_id)
        self.in_flight = []
        self.channel.clear()
        self.effects.after.clear()
        self.marks.append(DeliveryRecord(reoffer=Reoffer()))

    @precondition(lambda self: self.is_rough)
    @rule()
    def the_partition_moves_before_its_offers_were_written(self) -> None:
        self.was_smooth = False
        self.effects.after.clear()
        self.partition = self._partition()
        self.marks.append(DeliveryRecord(reoffer=Reoffer(outbox=0)))

    def teardown(self) -> None:
        self.now += HOLD_AT_MOST  # whatever is silent
        self._tick()
        self.silences = ()
        for _ in range(200):
            self._tick()
            self.offers_arrive(99)
            self.an_attempt_begins()
            for started in self.in_flight:
                self._end(started, "taken")
            self.in_flight = []
            self.reports_arrive(99)
        if self.events:
            self._check()

    def _check(self) -> None:
        row = read_row(self.rows.rows[KEY], RULES)
        assert row is not None
        records = row.records or []
        for record in records:
            self._is_told_what_is_true(record)
        again = new_row(RULES)
        for event in self.events:
            apply(again, event, RULES)
        settle_row(again, self.now, RULES)
        assert _names(records) == _names(again.records or [])
        assert KEY not in self.partition.unsettled

    def _is_told_what_is_true(self, record: NoticeRecord) -> None:
        own_id = record.id_for(ORDER)
        told = [name for name in self.heard if name in (own_id, retraction_id(own_id))]
        both = (*record.deliveries.values(), *(record.retraction or {}).values())
        assert not [delivery for delivery in both if delivery.state in UNSETTLED]
        if record.standing and not told:
            assert record.deliveries["slack"].state == DeliveryState.SUPERSEDED
        if told:
            assert self.is_rough or told[0] == own_id  # a call that was cut off may not have been heard
            assert told[-1] == (own_id if record.standing else retraction_id(own_id))
        if self.was_smooth and record.turns == 0:
            assert Counter(told)[own_id] <= 1


def _names(records: list[NoticeRecord]) -> set[Key]:
    return {record.key for record in records if record.standing}


Delivery.TestCase.settings = settings(max_examples=300, stateful_step_count=50)
TestDelivery = Delivery.TestCase
