"""What the engine calls for each micro-batch: sends every topic's records to the part that knows them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from slamon.orders.event import Instant
from slamon.services.held_back import HeldBack, Silences, nothing_silent
from slamon.services.ingest import Ingest, Topics
from slamon.services.offers import DeliveryRecord, OutboxRecord, Reoffer, decode_delivery, decode_outbox
from slamon.services.partition import OrderPartition, PartitionRules, take_word
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED
from slamon.services.tally import Tally
from slamon.stream import Effects, Record, Rows


class Outbox(Protocol):
    """The owner of outbox partitions, as far as the logic needs it."""

    def take(self, partition: int, offset: int, record: OutboxRecord) -> None:
        """Take a record of the outbox."""

    def opened(self, partition: int) -> str | None:
        """This worker owns the partition from now on, or still; names the request to offer again that it writes."""

    def closed(self, partition: int) -> None:
        """This worker owns the outbox partition no more."""


def _nobody(_partition: int, _rows: Rows) -> None:
    """Nobody else wants to see what is taken up."""


class OrderLogic:
    """The engine's PartitionLogic: state of the owned partitions, and the way of each topic's records."""

    def __init__(
        self,
        rules: Callable[[], PartitionRules],
        ingest: Ingest,
        topics: Topics,
        *,
        tally: Tally,
        outbox: Outbox,
        now: Callable[[int], Instant | None],
        clock: Callable[[], Instant],
        silences: Silences = nothing_silent,
        opening: Callable[[int, Rows], None] = _nobody,
    ) -> None:
        """`rules()` are asked for when a partition is opened, since they are known only once the policies are read.

        `now(partition)` is the lag gate's answer; `clock` the wall clock, for what has no gate yet. `opening` is shown
        the rows of every partition that is taken up, before anything is done with them.
        """
        self.partitions: dict[int, OrderPartition] = {}
        self._own_request: dict[int, str | None] = {}
        self._rules, self._ingest, self._topics = rules, ingest, topics
        self._tally, self._outbox, self._now, self._clock = tally, outbox, now, clock
        self._silences, self._opening, self.system = silences, opening, SystemNotices(rules)

    def opened(self, partition: int, rows: Rows) -> None:
        """Take up a partition after its recovery, also one that stayed ours over a rebalance."""
        self._opening(partition, rows)
        orders = OrderPartition(partition, self._rules(), self._tally, HeldBack(self._silences))
        orders.open(rows)
        self.partitions[partition] = orders
        if partition == SHARED:
            self.system.open(rows)
        self._own_request[partition] = self._outbox.opened(partition)

    def closed(self, partition: int) -> None:
        """Give a partition up."""
        self.partitions.pop(partition, None)
        if partition == SHARED:
            self.system.close()
        self._own_request.pop(partition, None)
        self._outbox.closed(partition)

    def batch(self, topic: str, partition: int, records: Sequence[Record], rows: Rows | None, effects: Effects) -> None:
        """Apply one micro-batch."""
        if rows is None:
            self._ingest.foreign(records, effects)
            return
        orders = self.partitions[partition]
        if topic == self._topics.outbox:
            for record in records:
                self._take_offer(partition, record)
        elif topic == self._topics.deliveries:
            for record in records:
                self._take_delivery(orders, record, rows, effects)
        elif topic == self._topics.repartition:
            self._ingest.rerouted(records, orders, rows, effects, self._now(partition))
        else:
            self._ingest.direct(records, orders, rows, effects, self._now(partition))

    def _take_offer(self, partition: int, record: Record) -> None:
        try:
            offered = decode_outbox(record.value or b"")
        except ValueError as fault:
            self._tally.dead_letter("internal_error", record, fault)
        else:
            self._outbox.take(partition, record.offset, offered)

    def _take_delivery(self, orders: OrderPartition, record: Record, rows: Rows, effects: Effects) -> None:
        try:
            delivery = decode_delivery(record.value or b"")
        except ValueError as fault:
            self._tally.dead_letter("internal_error", record, fault)
            return
        known = self._now(orders.number)
        now = self._clock() if known is None else known
        if delivery.order_id is None:
            self._take_about_systems(orders, delivery, rows, effects)
        elif delivery.mark is not None:
            orders.mark(delivery.order_id.encode(), delivery.mark, rows, effects, now)
        elif delivery.told is not None:
            take_word(orders, delivery.order_id.encode(), delivery.told, rows)
        if delivery.reoffer is not None and self._counts(orders.number, delivery.reoffer):
            orders.reoffer(delivery.reoffer.outbox, rows, effects, now)
            if orders.number == SHARED:
                self.system.reoffer(delivery.reoffer.outbox, rows, effects)

    def _take_about_systems(
        self, orders: OrderPartition, delivery: DeliveryRecord, rows: Rows, effects: Effects
    ) -> None:
        if orders.number != SHARED:
            return
        if delivery.mark is not None:
            self.system.mark(delivery.mark, rows, effects)
        if delivery.told is not None and delivery.notice_id is not None:
            self.system.take_told(delivery.notice_id, delivery.told, rows)
        if delivery.refusal is not None:
            self.system.take_refusal(delivery.refusal, rows, effects)

    def _counts(self, partition: int, request: Reoffer) -> bool:
        """Tell whether a request is to be answered: none before our own, which we wrote when we opened.

        Only behind that one is every report of an earlier owner surely read. An older request is read again
        after a crash, ahead of the outcomes of the calls that were made since.
        """
        if partition in self._own_request and request.opening != self._own_request[partition]:
            return False
        self._own_request.pop(partition, None)
        return True
