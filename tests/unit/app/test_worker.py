import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from slamon.app.worker import Worker
from slamon.demo.ports import LOOPBACK, free_port
from slamon.errors import ConfigError
from slamon.services.instance import claim_instance
from slamon.services.lane import Receiver
from slamon.services.offers import Address
from slamon.settings import Settings, load_text
from tests.fakes.cluster import FakeCluster
from tests.fakes.sinks import FakeSink


def settings_on(folder: Path, port: int) -> Settings:
    """A worker whose broker is not there."""
    text = f"""
kafka: {{bootstrap_servers: "{LOOPBACK}:{free_port()}"}}
sources: {{orders: {{topics: [orders.events]}}}}
web: {{host: {LOOPBACK}, port: {port}}}
data_dir: {folder}
"""
    return load_text(text, "slamon.yaml", {}).settings


async def asked(port: int, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{LOOPBACK}:{port}{path}") as answer:
        return answer.status, await answer.json()


async def startup_reason(port: int, part: str) -> str:
    """Ask until the reason for not being ready has these words in it."""
    async with asyncio.timeout(30):
        while True:
            status, said = await asked(port, "/-/ready")
            assert (status, said["ready"], list(said["checks"])) == (503, False, ["startup"])
            if part in said["checks"]["startup"]:
                return str(said["checks"]["startup"])


async def test_without_a_broker_a_worker_lives_and_says_why_it_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    settings = settings_on(tmp_path, port)
    async with Worker(settings).running() as tasks:
        assert await asked(port, "/-/healthy") == (200, {"healthy": True})
        reason = await startup_reason(port, "can't be reached")
        assert settings.kafka.bootstrap_servers in reason
        assert not any(task.done() for task in tasks)


async def test_a_stopped_worker_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    async with Worker(settings_on(tmp_path, port)).running() as tasks:
        name = (tmp_path / "instance-0").read_text()
        held = claim_instance(tmp_path, None)
        assert held.name != name
        held.release()
    assert [task.cancelled() for task in tasks] == [True]
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(port, "/-/healthy")
    assert claim_instance(tmp_path, None).name == name
    assert [task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}] == []


class ClosableCluster(FakeCluster):
    """Notes that it was closed."""

    was_closed = False

    async def close(self) -> None:
        self.was_closed = True


async def test_the_ways_to_the_broker_and_to_every_receiver_are_closed_at_the_end(tmp_path: Path) -> None:
    worker = Worker(settings_on(tmp_path, free_port()))
    cluster, sinks = ClosableCluster(silent={1}), [FakeSink("one"), FakeSink("two")]
    worker._parts.cluster = worker._parts.startup.cluster = cluster
    worker._parts.receivers += [Receiver(sink, Address(sink.name, b"", 0)) for sink in sinks]

    def closed() -> list[bool]:
        return [cluster.was_closed, *(sink.closed for sink in sinks)]

    async with worker.running():
        assert closed() == [False, False, False]
    assert closed() == [True, True, True]


async def test_a_port_that_is_taken_is_told_and_the_instance_is_free_again(tmp_path: Path) -> None:
    port = free_port()
    async with Worker(settings_on(tmp_path / "one", port)).running():
        with pytest.raises(OSError, match=str(port)):
            async with Worker(settings_on(tmp_path / "two", port)).running():
                pass
    again = claim_instance(tmp_path / "two", None)
    assert again.name == (tmp_path / "two" / "instance-0").read_text()


async def test_surroundings_that_must_not_be_run_with_end_the_work(tmp_path: Path) -> None:
    worker = Worker(settings_on(tmp_path, free_port()))
    cluster = FakeCluster(refusals={"slamon.outbox": "no right to create"})
    worker._parts.startup.cluster = cluster
    async with worker.running() as [work]:
        await asyncio.wait([work])
        with pytest.raises(ConfigError, match=r"slamon\.outbox: .*no right to create"):
            await work
