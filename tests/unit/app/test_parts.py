import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from slamon.app.parts import Parts
from slamon.errors import ConfigError, SourceError
from slamon.kafka.cluster import Topic
from slamon.services.gate import GateRules
from slamon.settings import load_text
from slamon.sla.calendar import Length
from slamon.stream import TopicPartition
from tests.fakes.cluster import FakeCluster
from tests.fakes.log import FakeLog
from tests.unit.metrics.exposition import samples


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something on a port that would notice a connection."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def parts_of(folder: Path, *, port: int = 9, more: str = "") -> Parts:
    text = f"""
kafka: {{bootstrap_servers: "127.0.0.1:{port}", partitions: 2}}
sources: {{orders: {{topics: [orders.events], keyed: true}}, old: {{topics: [old.events]}}}}
data_dir: {folder}
{more}
"""
    return Parts(load_text(text, "slamon.yaml", {}).settings)


async def test_parts_are_built_without_a_word_to_kafka(tmp_path: Path, listener: socket.socket) -> None:
    parts = parts_of(tmp_path, port=listener.getsockname()[1])
    assert select.select([listener], [], [], 0.0)[0] == []
    assert parts.startup.waiting_for == "not started"
    assert parts.engine.partitions() == frozenset()
    assert (parts.now(0), parts.view.as_of(), parts.receivers) == (None, None, [])
    parts.instance.release()


async def test_all_parts_follow_one_configuration(tmp_path: Path) -> None:
    parts = parts_of(
        tmp_path,
        more='notify: {webhooks: {crm: {url: "http://127.0.0.1:9/"}}}\nsla: {promise: {duration: P9D}}',
    )
    assert parts.engine.options.instance_id == parts.instance.name
    assert parts.engine.options.partitions == parts.view.partitions == 2
    assert parts.engine.options.advertised_url == "http://127.0.0.1:8080"
    with pytest.raises(RuntimeError, match="before they are learnt"):
        _ = parts.view.rules
    parts.policies.log = FakeLog()
    await parts.policies.learn()
    assert parts.view.rules is parts.rules.orders
    assert parts.view.rules.book.rules[-1].policy.promise.duration == Length(9)
    assert parts.view.rules.notices.routing.receivers == tuple(parts.dispatcher.channels) == ("crm",)
    assert parts.gate.progress is parts.engine
    assert {source for _, source in samples(parts.metrics, "slamon_events_total")} == {"orders", "old"}
    assert samples(parts.metrics, "slamon_notice_queue_length") == {("crm",): 0}
    parts.instance.release()


async def test_two_workers_on_one_folder_are_two_instances(tmp_path: Path) -> None:
    one, two = parts_of(tmp_path), parts_of(tmp_path)
    assert one.instance.name != two.instance.name
    one.instance.release()
    two.instance.release()


async def test_a_folder_that_can_not_be_written_refuses_to_be_built(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="data_dir"):
        parts_of(tmp_path / "file" / "data")


@pytest.fixture
def cluster() -> FakeCluster:
    made = FakeCluster()
    made.lead("orders.events", 1, 1)
    made.lead("old.events", 1, 1, 1)
    return made


def every(topic: str, count: int) -> tuple[TopicPartition, ...]:
    return tuple(TopicPartition(topic, number) for number in range(count))


async def test_the_clusters_layout_and_misplaced_records_reach_the_gate(tmp_path: Path, cluster: FakeCluster) -> None:
    parts = parts_of(tmp_path)
    parts.cluster = cluster
    await parts.layout.learn()
    assert parts.gate.rules.own == ("orders.events",)
    assert parts.gate.rules.shared == every("old.events", 3)
    assert parts.gate.rules.repartition == "slamon.repartition"
    parts.distrust("orders.events")
    everything = every("orders.events", 2) + every("old.events", 3)
    assert parts.gate.rules == GateRules(everything, (), "slamon.repartition")
    parts.instance.release()


@pytest.mark.parametrize("code", [3, 5, 29])
async def test_a_topic_that_can_not_be_described_is_still_waited_for(
    tmp_path: Path, cluster: FakeCluster, code: int
) -> None:
    """A broker that has just started knows no topics yet; deadlines must not fire without them."""
    parts = parts_of(tmp_path)
    parts.cluster = cluster
    await parts.layout.learn()
    cluster.topics["old.events"] = Topic(code, {})
    with pytest.raises(SourceError, match=r"old\.events: can't be described"):
        await parts.layout.learn()
    assert parts.gate.rules.shared == every("old.events", 3)
    parts.instance.release()
