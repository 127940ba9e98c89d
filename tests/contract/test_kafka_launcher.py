"""The launcher keeps its word with a real Kafka: `slamon.demo.kafka` in short."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from slamon.demo.kafka.broker import Broker
from slamon.demo.kafka.cluster import Cluster
from slamon.demo.kafka.errors import KafkaUnavailableError
from slamon.demo.kafka.metadata import nodes_at
from slamon.demo.kafka.storage import Node
from slamon.demo.ports import LOOPBACK, free_port, is_free
from slamon.demo.process import is_running
from tests.kafkas import new_topic, put, read_all

pytestmark = pytest.mark.kafka


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    with Broker(heap="384m") as broker:
        yield broker


@pytest.mark.fault
async def test_a_record_survives_kill_and_restart(own_broker: Broker) -> None:
    topic = await new_topic(own_broker.bootstrap)
    await put(own_broker.bootstrap, topic, [(b"o-1", b"first")])
    before = own_broker.bootstrap
    own_broker.kill()
    assert own_broker.pid is None
    own_broker.restart()
    await put(own_broker.bootstrap, topic, [(b"o-1", b"second")])
    assert own_broker.bootstrap == before
    assert [record.value for record in await read_all(own_broker.bootstrap, topic)] == [b"first", b"second"]


@pytest.mark.fault
def test_frozen_broker_goes_on(own_broker: Broker) -> None:
    own_broker.pause()
    assert nodes_at(LOOPBACK, own_broker.node.port, timeout=0.3) == frozenset()
    own_broker.resume()
    own_broker.wait_ready(within=10)


@pytest.mark.fault
def test_frozen_broker_stops(own_broker: Broker) -> None:
    pid = _pid(own_broker)
    own_broker.pause()
    own_broker.stop()
    assert not _lives(own_broker, pid)


async def test_two_brokers_at_once(broker: Broker, own_broker: Broker) -> None:
    topic = await new_topic(own_broker.bootstrap)
    await put(own_broker.bootstrap, topic, [(None, b"here")])
    assert own_broker.node.port != broker.node.port
    assert [record.value for record in await read_all(own_broker.bootstrap, topic)] == [b"here"]
    with pytest.raises(LookupError, match=topic):
        await read_all(broker.bootstrap, topic)


def test_close_leaves_neither_process_nor_folder() -> None:
    broker = Broker(heap="384m").start()
    pid = _pid(broker)
    broker.close()
    assert not _lives(broker, pid)
    assert not broker.data.exists()
    assert is_free(broker.node.port)


@pytest.mark.fault
def test_no_broker_outlives_its_parent(tmp_path: Path) -> None:
    """The parent dies by kill -9: nothing of it can clean up."""
    script = (
        "import os, sys; from pathlib import Path; from slamon.demo.kafka.broker import Broker\n"
        "broker = Broker(Path(sys.argv[1])).spawn(); print(broker.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    _await_end(int(parent.stdout), str(tmp_path / "server.properties"))


def test_taken_port_is_named(broker: Broker, tmp_path: Path) -> None:
    second = Broker(tmp_path, node=Node(port=broker.node.port))
    with pytest.raises(KafkaUnavailableError, match=f"port {broker.node.port} is taken"):
        second.start()


def test_kafkas_own_words_are_told(tmp_path: Path) -> None:
    with pytest.raises(KafkaUnavailableError, match=r"num\.io\.threads"):
        Broker(tmp_path, settings={"num.io.threads": "none"}).start()


@pytest.mark.slow
@pytest.mark.fault
async def test_a_cluster_of_three_outlives_one_node() -> None:
    with Cluster(3) as cluster:
        first, *others = cluster.brokers
        topic = await new_topic(cluster.bootstrap, replicas=3)
        first.kill()
        await put(others[0].bootstrap, topic, [(None, b"two of three")])
        first.start()
        assert [r.value for r in await read_all(first.bootstrap, topic)] == [b"two of three"]


def test_command_line_starts_shows_and_stops(tmp_path: Path) -> None:
    port = free_port()
    assert _command("status", tmp_path).returncode == 3
    try:
        started = _command("start", tmp_path, "--port", str(port))
        assert started.stdout == f"{LOOPBACK}:{port}\n", started.stderr
        assert _command("status", tmp_path).stdout == started.stdout
    finally:
        stopped = _command("stop", tmp_path, "--drop")
    assert stopped.returncode == 0, stopped.stderr
    assert is_free(port)
    assert not tmp_path.exists()


def _command(name: str, data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "slamon.demo.kafka", name, "--data", str(data), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _pid(broker: Broker) -> int:
    assert broker.pid is not None
    return broker.pid


def _lives(broker: Broker, pid: int) -> bool:
    return is_running(pid, argument=str(broker.properties))


def _await_end(pid: int, argument: str) -> None:
    """Waits on the process itself: a handle to it becomes readable when it ends."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(handle):
        select.select([handle], [], [], 10)
    assert not is_running(pid, argument=argument)
