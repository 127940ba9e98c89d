import asyncio

import pytest
from structlog.testing import capture_logs

from slamon.errors import ConfigError
from slamon.kafka.preflight import Surroundings
from slamon.kafka.topics import own_topic_specs
from slamon.orders.event import DAY
from slamon.services import startup
from slamon.services.startup import Startup
from tests.fakes.cluster import FakeCluster
from tests.fakes.stream import until

SPECS = own_topic_specs("shop", partitions=4, replication=1)
NAMES = {spec.name for spec in SPECS}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_PAUSE", 0.0)


@pytest.fixture
def cluster() -> FakeCluster:
    made = FakeCluster()
    made.lead("orders.events", 1, 1)
    return made


def startup_on(cluster: FakeCluster) -> Startup:
    return Startup(cluster, Surroundings(SPECS, ("orders.events",), 7 * DAY), lambda: 0)


async def test_missing_topics_of_our_own_are_made_and_the_engine_may_start(cluster: FakeCluster) -> None:
    made = startup_on(cluster)
    assert made.waiting_for == "not started"
    with capture_logs() as lines:
        await made.run()
    assert set(cluster.topics) == {"orders.events", *NAMES}
    assert (made.waiting_for, lines) == ("", [])


async def test_a_broker_that_is_away_is_waited_for_and_named_once(cluster: FakeCluster) -> None:
    cluster.silent = {1}
    made = startup_on(cluster)
    with capture_logs() as lines:
        running = asyncio.create_task(made.run())
        await until(lambda: "can't be reached" in made.waiting_for)
        for _ in range(50):
            await asyncio.sleep(0)
        assert not running.done()
        cluster.silent = set()
        await running
    assert made.waiting_for == ""
    assert [(line["log_level"], line["severity"], line["check"]) for line in lines] == [("warning", "wait", "broker")]


async def test_a_source_topic_that_is_missing_is_waited_for(cluster: FakeCluster) -> None:
    topic = cluster.topics.pop("orders.events")
    made = startup_on(cluster)
    running = asyncio.create_task(made.run())
    await until(lambda: "orders.events: does not exist" in made.waiting_for)
    cluster.topics["orders.events"] = topic
    await running


async def test_what_must_not_be_run_with_is_refused_all_at_once(cluster: FakeCluster) -> None:
    await startup_on(cluster).run()
    cluster.lead("shop.outbox", 1)
    cluster.configs["shop-orders-changelog"]["cleanup.policy"] = "delete"
    made = startup_on(cluster)
    with capture_logs() as lines, pytest.raises(ConfigError) as caught:
        await made.run()
    assert {problem.split(":")[0] for problem in caught.value.problems} == {"shop.outbox", "shop-orders-changelog"}
    assert {line["log_level"] for line in lines} == {"error"}
    assert made.waiting_for != ""


async def test_a_topic_that_may_not_be_made_is_refused_with_its_remedy(cluster: FakeCluster) -> None:
    cluster.refusals = {"shop.outbox": "no right to create"}
    with pytest.raises(ConfigError, match=r"shop\.outbox: .*no right to create.*create it with 4 partitions"):
        await startup_on(cluster).run()


async def test_a_weakened_promise_is_a_warning_that_does_not_keep_from_starting(cluster: FakeCluster) -> None:
    cluster.configs["orders.events"]["retention.ms"] = "1000"
    made = startup_on(cluster)
    with capture_logs() as lines:
        await made.run()
    assert [(line["log_level"], line["check"]) for line in lines] == [("warning", "retention")]
    assert made.waiting_for == ""
