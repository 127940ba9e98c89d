"""Rows of real partitions without Kafka: written by `OrderPartition`, served through `OrdersView`."""

from collections.abc import Iterator

from slamon.kafka.partitioner import partition_of
from slamon.metrics.registry import Metrics
from slamon.notices.row import OrderRules
from slamon.notices.rules import NoticeRules
from slamon.orders.event import Instant, OrderEvent
from slamon.services.orders_view import OrdersView
from slamon.services.partition import OrderPartition, PartitionRules
from slamon.services.tally import MetricsTally
from slamon.sla.book import RuleBook
from slamon.sla.policy import SlaTerms
from slamon.stream import Effects
from slamon.stream.table import NO_REVISION, PartitionRows
from slamon.web.ports import Placement

PARTITIONS = 4


class OwnRows:
    """The table and the cluster of one worker that owns everything."""

    def __init__(self) -> None:
        self._rules = OrderRules(RuleBook.of(SlaTerms()), NoticeRules(("slack",)))
        statuses = self._rules.book.lifecycle.statuses
        metrics = Metrics(version="1", sources=["orders"], receivers=["slack"], statuses=statuses)
        self.partition_rules = rules = PartitionRules(self._rules, {}, "outbox")
        self._orders = [OrderPartition(number, rules, MetricsTally(metrics)) for number in range(PARTITIONS)]
        self._rows = [PartitionRows() for _ in range(PARTITIONS)]

    def tell(self, order_id: str, status: str, at: Instant) -> None:
        """Apply an event."""
        key = order_id.encode()
        place = partition_of(key, PARTITIONS)
        event = OrderEvent(order_id=order_id, occurred_at=at, status=status, system="mes")
        self._orders[place].apply(key, event, self._rows[place], Effects(), None)
        self._rows[place].seal(NO_REVISION)

    def tick(self, now: Instant) -> None:
        """Let every deadline up to `now` fire."""
        for orders, rows in zip(self._orders, self._rows, strict=True):
            orders.tick(orders.due.pop(now, orders.due_of(rows), 1_000_000), rows, Effects(), now)
            rows.seal(NO_REVISION)

    def drop(self, order_id: str) -> None:
        """Let an order leave."""
        rows = self._rows[self.partition(order_id)]
        rows.delete(order_id.encode())
        rows.seal(NO_REVISION)

    @property
    def count(self) -> int:
        """How many orders there are."""
        return sum(len(rows) for rows in self._rows)

    def order_ids(self) -> Iterator[str]:
        """All of them."""
        return (key.decode() for rows in self._rows for key, _ in rows.items())

    def view(self, now: Instant) -> OrdersView:
        """What the web application reads, judged at `now`."""
        return OrdersView(self, lambda: self._rules, PARTITIONS, lambda: now, lambda: now)

    def rows(self, partition: int) -> PartitionRows | None:
        """The rows of a partition, as the engine gives them."""
        return self._rows[partition] if partition < PARTITIONS else None

    def placement(self) -> Placement:
        """Everything is here."""
        return Placement(PARTITIONS, frozenset(range(PARTITIONS)), {})

    def partition(self, order_id: str) -> int:
        """The partition of an order."""
        return partition_of(order_id.encode(), PARTITIONS)
