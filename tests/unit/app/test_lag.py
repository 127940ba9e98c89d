"""The lag watch as the configuration asks for it."""

from collections.abc import Callable

from slamon.app.build import decoders, ingest_rules, topics_of
from slamon.app.lag import LagParts, kafka_collectors, lag_parts, watch_of
from slamon.kafka.topics import OwnTopics
from slamon.lag.incidents import Changes
from slamon.lag.observation import Isolation, Place
from slamon.metrics.lag import LagMetrics
from slamon.metrics.lag_form import LagForm
from slamon.services.ingest import Ingest
from slamon.services.lag_ports import Cycle, LagView
from slamon.services.lag_queues import KnownQueues
from slamon.services.partition import PartitionRules
from slamon.services.system_notices import SystemNotices
from slamon.settings import Settings, load_text
from slamon.settings.watch import Lag
from slamon.stream import Effects, Rows
from tests.builders import order_rules
from tests.configurations import settings_of
from tests.fakes.stream import FakeRows, FakeTally
from tests.unit.metrics.lag_rows import group, snapshot


class OneTable:
    """A table whose shared partition is ours, or not."""

    def __init__(self) -> None:
        self.is_ours = True

    def rows(self, partition: int) -> Rows | None:
        return FakeRows() if self.is_ours and partition == 0 else None

    async def write(self, partition: int, step: Callable[[Rows, Effects], None]) -> None:
        raise AssertionError(f"{step} is written to {partition}")


def settings(lag: str = "{}") -> Settings:
    return settings_of(f"lag: {lag}\n")


def lag_of(text: str) -> Lag:
    lag = settings(text).lag
    assert lag is not None
    return lag


def parts_of(given: Settings, table: OneTable, metrics: LagMetrics) -> LagParts | None:
    notices = SystemNotices(lambda: PartitionRules(order_rules(), {}, "outbox"))
    rules = ingest_rules(given, topics_of(OwnTopics("slamon")), decoders(given))
    ingest = Ingest(rules, FakeTally(), lambda: 0)
    return lag_parts(given, table, metrics, notices, known=KnownQueues("slamon"), ingest=ingest)


async def test_order_topics_are_joined_to_the_queues() -> None:
    """Where there are sources; a partition that moves interrupts the index, the shared one the watch too."""
    parts = parts_of(settings(), OneTable(), LagMetrics(LagForm()))
    assert parts is not None
    assert parts.orders is not None
    assert parts.orders is parts.watch.orders
    assert (parts.orders.cluster, parts.orders.topics) == ("default", frozenset({"orders.events"}))
    assert len(parts.watch.after) == 2
    place = Place("orders.events", 3)
    parts.orders.watching(ours=True)
    parts.orders.index.take(place, [(0, "o-1", 0)], 1)
    parts.taken_up(0)
    parts.orders.index.take(place, [(5, "o-2", 0)], 6)
    assert parts.orders.index.extent(place) == (5, 6)
    await parts.close()
    kafka = 'kafka: {bootstrap_servers: "127.0.0.1:9092"}\n'
    without = load_text(kafka + "lag: {}\n", "slamon.yaml", {}).settings
    alone = parts_of(without, OneTable(), LagMetrics(LagForm()))
    assert alone is not None
    assert (alone.orders, len(alone.watch.after)) == (None, 1)
    alone.taken_up(0)


def test_what_is_not_configured_does_not_run() -> None:
    assert parts_of(settings_of(), OneTable(), LagMetrics(LagForm())) is None


async def test_the_watch_follows_the_configuration() -> None:
    others = "eu: {bootstrap_servers: 'a:1'}, us: {bootstrap_servers: 'b:1'}"
    text = f"{{interval: PT2S, warn_after: PT1M, clusters: {{{others}}}}}"
    parts = parts_of(settings(text), OneTable(), LagMetrics(LagForm()))
    assert parts is not None
    assert [collector.name for collector in parts.watch.collectors] == ["default", "eu", "us"]
    assert (parts.watch.interval, parts.watch.rules) == (2.0, lag_of(text).to_rules())
    await parts.close()


async def test_every_cycle_is_shown_by_the_owner_alone() -> None:
    metrics, table = LagMetrics(LagForm()), OneTable()
    parts = parts_of(settings(), table, metrics)
    assert parts is not None
    view = LagView({"default": snapshot(group())}, cycles={"default": Cycle(0.5, 2)})
    parts.watch.applied(view, Changes())
    assert b'slamon_consumergroup_members{consumergroup="mes"} 3\n' in metrics.render()
    assert b'slamon_lag_cycle_seconds{cluster="default"} 0.5\n' in metrics.render()
    table.is_ours = False
    assert b"slamon_consumergroup_members{" not in metrics.render()


def test_what_is_looked_at() -> None:
    lag = lag_of(
        "{groups: {include: [mes], exclude: [x]}, deadline: PT3S, isolation: read_uncommitted,"
        " overrides: [{groups: 'tx-.*', isolation: read_committed}, {groups: plain}],"
        " watched_topics: {include: [seen], exclude: [not], dead_letters: dead, silent_after: {orders: PT1M}}}"
    )
    watch = watch_of(lag)
    assert (watch.groups.take("mes"), watch.groups.take("crm")) == (True, False)
    assert [name for name in ("seen", "dead", "orders", "not", "other") if watch.topics.take(name)] == [
        "seen",
        "dead",
        "orders",
    ]
    assert watch.deadline == 3.0
    assert watch.isolation_of("tx-1") is Isolation.READ_COMMITTED
    assert watch.isolation_of("plain") is watch.isolation_of("mes") is Isolation.READ_UNCOMMITTED


async def test_a_cluster_may_have_groups_of_its_own() -> None:
    lag = lag_of("{groups: {include: [mes]}, clusters: {eu: {bootstrap_servers: 'a:1', groups: {include: [eu-.*]}}}}")
    collectors = kafka_collectors(settings(), lag)
    assert [collector.name for collector in collectors] == ["default", "eu"]
    eu = lag.clusters["eu"].groups
    assert watch_of(lag, eu).groups.take("eu-a")
    assert not watch_of(lag, eu).groups.take("mes")
    for collector in collectors:
        await collector.close()


async def test_rabbitmq_is_watched_beside_kafka_and_each_has_its_own_expectations() -> None:
    queues = "{url: 'http://127.0.0.1:9', username: u, password: p, expected: [price]}"
    text = f"{{expected: [mes], rabbitmq: {{shop-mq: {queues}}}, clusters: {{eu: {{bootstrap_servers: 'a:1'}}}}}}"
    parts = parts_of(settings(text), OneTable(), LagMetrics(LagForm()))
    assert parts is not None
    assert [collector.name for collector in parts.watch.collectors] == ["default", "eu", "shop-mq"]
    assert parts.watch.expected == {
        "default": frozenset({"mes"}),
        "eu": frozenset(),
        "shop-mq": frozenset({"price"}),
    }
    await parts.close()
