"""Lag joined to orders as the configuration asks for it."""

from types import SimpleNamespace
from typing import Any

from slamon.app.build import decoders, ingest_rules, topics_of
from slamon.app.queues import LocalQueueAnswers, NoStandings, OrderReader, orders_behind
from slamon.kafka.stretch import Stretch, StretchReader
from slamon.kafka.topics import OwnTopics
from slamon.lag.held_up import Queues
from slamon.lag.observation import Place
from slamon.lag.order_index import Indexed, Standing
from slamon.services.lag_orders import OrdersBehind
from slamon.services.lag_queues import KnownQueues
from slamon.services.orders_view import OrdersView
from slamon.settings import Settings, load_text
from slamon.sources.native import NativeDecoder
from tests.builders import ORDER, day, order_event
from tests.configurations import settings_of
from tests.fakes.tables import tables_of

GOOD = b'{"order_id": "o-1", "status": "SUBMITTED", "occurred_at": "2026-03-02T09:00:00Z"}'


class FakeStretches:
    """A log with one order's event and one record that is none."""

    async def read(self, *asked: Any) -> Stretch:
        self.asked = asked
        values = [GOOD, b"nonsense"]
        return Stretch(9, [SimpleNamespace(offset=7 + n, value=v, timestamp=5) for n, v in enumerate(values)])


async def test_records_are_read_as_their_source_is() -> None:
    stretches: Any = FakeStretches()
    reader = OrderReader(stretches, {"a": "shop"}, {"shop": NativeDecoder(None, {}, 4096)})
    assert await reader.read(Place("a", 3), 7, 9, 100) == (9, [Indexed(7, "o-1", 5000)])
    assert stretches.asked == ("a", 3, 7, 9, 100)


def behind(settings: Settings) -> tuple[OrdersBehind, StretchReader] | None:
    return orders_behind(settings, ingest_rules(settings, topics_of(OwnTopics("slamon")), decoders(settings)))


def test_only_where_both_are_watched() -> None:
    kafka = 'kafka: {bootstrap_servers: "127.0.0.1:9092"}\n'
    alone = load_text(kafka + "lag: {}\n", "slamon.yaml", {}).settings
    assert behind(settings_of()) is None
    assert behind(alone) is None
    found = behind(settings_of("lag: {}\n"))
    assert found is not None
    assert (found[0].topics, found[0].index.topics) == (frozenset({"orders.events"}),) * 2


async def test_nobody_knows_before_there_is_anybody() -> None:
    assert await NoStandings().of(["o-1"]) == {}


def test_what_others_are_told() -> None:
    tables = tables_of(order_event(system="shop"))
    view = OrdersView(tables, lambda: tables.rules, tables.partitions, lambda: day(1), lambda: 0)
    known = KnownQueues()
    known.swap(Queues(day(1)))
    told = LocalQueueAnswers(view, known)
    assert told.queues().as_of == day(1)
    assert told.standing(ORDER) == Standing("SUBMITTED", day(21))
    assert told.standing("o-9") is None
    over = tables_of(order_event(system="shop"), order_event("SHIPPED", day(1), system="mes"))
    done = OrdersView(over, lambda: over.rules, over.partitions, lambda: day(2), lambda: 0)
    assert LocalQueueAnswers(done, known).standing(ORDER) is None
