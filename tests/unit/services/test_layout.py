import asyncio
from collections.abc import Iterable, Mapping

import pytest
from structlog.testing import capture_logs

from slamon.errors import SourceError
from slamon.services import layout
from slamon.services.gate import GateRules, LagGate
from slamon.services.layout import SourceLayout
from slamon.stream import TopicPartition
from tests.fakes.stream import FakeEngine, FakeOffsets, until

PARTITIONS = 2


class Broker:
    """Tells partition counts; `away` makes it silent."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.away = False
        self.asked = 0

    async def __call__(self, topics: Iterable[str]) -> Mapping[str, int]:
        self.asked += 1
        if self.away:
            raise SourceError("the broker is away")
        return {topic: self.counts[topic] for topic in topics}


def layout_of(broker: Broker, *declared: str) -> SourceLayout:
    gate = LagGate(GateRules(()), FakeOffsets(), FakeEngine(), lambda: 0)
    return SourceLayout(tuple(broker.counts), frozenset(declared), PARTITIONS, "re", broker, gate)


def every(topic: str, count: int) -> tuple[TopicPartition, ...]:
    return tuple(TopicPartition(topic, number) for number in range(count))


async def test_without_a_declaration_every_partition_is_waited_for() -> None:
    """Equal partition counts prove nothing about keys (ADR 0005)."""
    made = layout_of(Broker(orders=2, old=3))
    await made.learn()
    assert made.gate.rules == GateRules(every("orders", 2) + every("old", 3), (), "re")


async def test_a_source_declared_to_be_keyed_is_waited_for_on_the_orders_own_partition() -> None:
    made = layout_of(Broker(orders=2, old=2), "orders")
    await made.learn()
    assert made.gate.rules == GateRules(every("old", 2), ("orders",), "re")


async def test_a_declaration_counts_for_nothing_with_another_partition_count() -> None:
    made = layout_of(Broker(orders=3), "orders")
    await made.learn()
    assert made.gate.rules == GateRules(every("orders", 3), (), "re")


async def test_one_misplaced_record_ends_the_trust_for_good_and_is_told_once() -> None:
    made = layout_of(Broker(orders=2, old=2), "orders", "old")
    await made.learn()
    with capture_logs() as lines:
        made.distrust("orders")
        made.distrust("orders")
    assert made.gate.rules == GateRules(every("orders", 2), ("old",), "re")
    assert [(line["event"], line["topic"]) for line in lines] == [("source.not_keyed", "orders")]
    await made.learn()
    assert made.gate.rules.own == ("old",)


async def test_a_misplaced_record_of_a_source_without_a_declaration_is_nothing_to_tell() -> None:
    made = layout_of(Broker(orders=2))
    await made.learn()
    with capture_logs() as lines:
        made.distrust("orders")
    assert lines == []
    assert made.gate.rules.shared == every("orders", 2)


async def test_the_first_look_fails_where_nobody_answers() -> None:
    broker = Broker(orders=2)
    broker.away = True
    with pytest.raises(SourceError):
        await layout_of(broker).learn()


async def test_the_last_layout_holds_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_EVERY", 0.0)
    broker = Broker(orders=2)
    made = layout_of(broker)
    await made.learn()
    broker.away = True
    following = asyncio.create_task(made.run())
    await until(lambda: broker.asked > 3)
    assert made.gate.rules.shared == every("orders", 2)
    broker.away = False
    broker.counts["orders"] = 4
    await until(lambda: made.gate.rules.shared == every("orders", 4))
    following.cancel()
