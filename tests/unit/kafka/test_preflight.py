import pytest

from slamon.errors import SourceError
from slamon.kafka.clock import Skew
from slamon.kafka.cluster import Topic
from slamon.kafka.finding import Check, Finding, Severity
from slamon.kafka.preflight import Surroundings, check_skew, preflight, unreachable
from slamon.kafka.topics import ensure_topics, own_topic_specs
from slamon.orders.event import DAY
from tests.fakes.cluster import FakeCluster

SPECS = own_topic_specs("shop", partitions=4, replication=1)
EXPECTED = Surroundings(own=SPECS, sources=("orders.events",), promise=7 * DAY)


async def ready() -> FakeCluster:
    cluster = FakeCluster()
    cluster.lead("orders.events", 1, 1)
    await ensure_topics(cluster, SPECS)
    return cluster


async def looked_at(cluster: FakeCluster) -> list[Finding]:
    return await preflight(cluster, EXPECTED, clock=lambda: 0)


def words(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.check, finding.subject) for finding in findings]


async def test_all_is_well() -> None:
    assert await looked_at(await ready()) == []


async def test_a_broker_that_does_not_answer_is_waited_for() -> None:
    cluster = await ready()
    cluster.silent = {1}
    [finding] = await looked_at(cluster)
    assert words([finding]) == [("wait", "broker", "fake:9092")]
    assert finding.what == "can't be reached"


async def test_a_source_that_is_missing_is_waited_for() -> None:
    cluster = await ready()
    del cluster.topics["orders.events"], cluster.configs["orders.events"]
    assert words(await looked_at(cluster)) == [("wait", "source_topic", "orders.events")]


async def test_an_own_topic_that_is_missing_is_refused() -> None:
    cluster = await ready()
    del cluster.topics["shop.outbox"]
    assert words(await looked_at(cluster)) == [("refuse", "own_topic", "shop.outbox")]


@pytest.mark.parametrize("partitions", [1, 3, 5])
async def test_partitions_other_than_configured_are_refused(partitions: int) -> None:
    cluster = await ready()
    cluster.lead("shop-orders-changelog", *[1] * partitions)
    [finding] = await looked_at(cluster)
    assert words([finding]) == [("refuse", "partitions", "shop-orders-changelog")]
    assert finding.what == f"has {partitions} partitions, kafka.partitions is 4"


@pytest.mark.parametrize(("topic", "code"), [("orders.events", 29), ("shop.outbox", 29), ("orders.events", 17)])
async def test_a_topic_that_may_not_be_seen(topic: str, code: int) -> None:
    cluster = await ready()
    cluster.topics[topic] = Topic(code, {})
    [finding] = await looked_at(cluster)
    assert words([finding]) == [("refuse", "access", topic)]
    assert finding.what == ("may not be described" if code == 29 else "has error 17")


async def test_one_copy_is_a_warning_where_there_could_be_more() -> None:
    cluster = await ready()
    cluster.nodes = {1, 2, 3}
    cluster.lead("orders.events", 1, 2, copies=3)
    found = await looked_at(cluster)
    assert words(found) == [("warn", "replication", spec.name) for spec in SPECS]


async def test_settings_are_looked_at_worst_first() -> None:
    cluster = await ready()
    cluster.configs["orders.events"]["retention.ms"] = "1000"
    cluster.configs["shop-orders-changelog"]["cleanup.policy"] = "compact,delete"
    assert words(await looked_at(cluster)) == [
        ("refuse", "topic_settings", "shop-orders-changelog"),
        ("warn", "retention", "orders.events"),
    ]


async def test_the_clock_is_left_out_where_its_topic_is_missing() -> None:
    cluster = await ready()
    del cluster.topics["shop.deliveries"]
    expected = Surroundings(EXPECTED.own, EXPECTED.sources, EXPECTED.promise, "shop.deliveries")
    assert words(await preflight(cluster, expected, clock=lambda: 0)) == [("refuse", "own_topic", "shop.deliveries")]


@pytest.mark.parametrize(
    ("milliseconds", "severity"),
    [
        (0, None),
        (4999, None),
        (5000, None),
        (5100, "warn"),
        (60_000, "warn"),
        (60_100, "refuse"),
        (3_600_000, "refuse"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_clocks_apart(milliseconds: int, severity: str | None, sign: int) -> None:
    findings = list(check_skew("shop.deliveries", Skew(sign * milliseconds * 1000, 1000)))
    assert words(findings) == ([] if severity is None else [(severity, "clock", "shop.deliveries")])


def test_which_clock_is_ahead() -> None:
    [behind] = check_skew("t", Skew(90_000_000, 0))
    [ahead] = check_skew("t", Skew(-90_000_000, 0))
    assert behind.what == "this machine's clock is 90.0 s behind the broker's"
    assert ahead.what == "this machine's clock is 90.0 s ahead of the broker's"


def test_a_slow_answer_proves_nothing() -> None:
    assert list(check_skew("t", Skew(70_000_000, 69_000_000))) == []


def test_clocks_that_can_not_be_compared() -> None:
    assert words(list(check_skew("t", None))) == [("warn", "clock", "t")]


def test_the_address_is_said_once() -> None:
    finding = unreachable("a:1", SourceError("a:1: no answer within 5 s"))
    assert (finding.subject, finding.what) == ("a:1", "no answer within 5 s")
    assert finding.severity is Severity.WAIT
    assert finding.check is Check.BROKER
