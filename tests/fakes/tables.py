"""The engine's rows as readers see them, made from events; a test may take partitions or rows away."""

from collections import defaultdict
from dataclasses import dataclass, field

from slamon.kafka.partitioner import partition_of
from slamon.notices.leaving import leave
from slamon.notices.row import OrderRules, encode_row, read_row, settle_row
from slamon.orders.event import Instant, OrderEvent
from tests.builders import RULES, stored_after
from tests.fakes.stream import FakeRows


@dataclass
class FakeTables:
    """Rows by partition; those that are not in `tables` are another worker's."""

    partitions: int = 1
    rules: OrderRules = RULES
    tables: dict[int, FakeRows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {number: FakeRows() for number in range(self.partitions)}

    def rows(self, partition: int) -> FakeRows | None:
        """As the engine's."""
        return self.tables.get(partition)

    def of(self, order_id: str) -> FakeRows:
        """The rows among which an order is."""
        return self.tables[partition_of(order_id.encode(), self.partitions)]

    def tell(self, *events: OrderEvent) -> None:
        """Set the orders' rows to what these events make."""
        found: dict[str, list[OrderEvent]] = defaultdict(list)
        for event in events:
            found[event.order_id].append(event)
        for order_id, own in found.items():
            self.of(order_id).put(order_id.encode(), stored_after(own, self.rules))

    def settle(self, order_id: str, now: Instant) -> None:
        """Decide the notices of an order."""
        rows, key = self.of(order_id), order_id.encode()
        row = read_row(rows.rows[key], self.rules)
        assert row is not None
        settle_row(row, now, self.rules)
        rows.put(key, encode_row(row))

    def leave(self, order_id: str, now: Instant) -> None:
        """Let an order leave: a marker takes its place."""
        self.of(order_id).put(order_id.encode(), leave(now))


def tables_of(*events: OrderEvent, partitions: int = 1, rules: OrderRules = RULES) -> FakeTables:
    """The tables after these events."""
    made = FakeTables(partitions, rules)
    made.tell(*events)
    return made
