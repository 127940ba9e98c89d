"""The process around a worker: exit codes, signals, the look at a cluster; with a worker of the test's own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from slamon.app import daemon
from slamon.app.daemon import check_against_kafka, run_daemon
from slamon.errors import ConfigError
from slamon.kafka.topics import own_topic_specs
from slamon.settings import Settings
from slamon.settings.policy_record import encode
from tests.configurations import settings_of
from tests.fakes.cluster import FakeCluster
from tests.fakes.log import FakeLog


class StandInWorker:
    """One task and one way to stop; `lives` says how often it was started and stopped."""

    def __init__(self, work: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
        self.work, self.stop = work, stop
        self.lives: list[str] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        task = asyncio.ensure_future(self.work())
        assert isinstance(task, asyncio.Task)
        self.lives.append("started")
        try:
            yield [task]
        finally:
            await self.stop()
            task.cancel()
            self.lives.append("stopped")


async def _at_once() -> None:
    return


def worker_that(
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[], Awaitable[None]],
    stop: Callable[[], Awaitable[None]] = _at_once,
) -> StandInWorker:
    """Put a worker in place of the real one."""
    worker = StandInWorker(work, stop)

    def build(_settings: Settings) -> StandInWorker:
        return worker

    monkeypatch.setattr(daemon, "Worker", build)
    return worker


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_worker_and_is_0(name: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        os.kill(os.getpid(), name)
        await asyncio.Event().wait()

    worker = worker_that(monkeypatch, work)
    with capture_logs() as lines:
        assert run_daemon(settings_of()) == 0
    assert worker.lives == ["started", "stopped"]
    assert [line["event"] for line in lines] == ["worker.stopping", "worker.stopped"]


def test_a_crash_is_1_after_everything_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = RuntimeError("the gate broke")

    async def work() -> None:
        raise fault

    worker = worker_that(monkeypatch, work)
    with capture_logs() as lines:
        assert run_daemon(settings_of()) == 1
    assert worker.lives == ["started", "stopped"]
    assert lines[0]["event"] == "worker.crashed"
    assert lines[0]["exc_info"] is fault


def test_work_that_ends_by_itself_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = worker_that(monkeypatch, _at_once)
    assert run_daemon(settings_of()) == 1
    assert worker.lives == ["started", "stopped"]


def test_surroundings_that_must_not_be_run_with_are_2_and_every_problem_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        raise ConfigError(["shop.outbox: has 1 partitions", "orders: may not be described"])

    worker = worker_that(monkeypatch, work)
    with capture_logs() as lines:
        assert run_daemon(settings_of()) == 2
    assert worker.lives == ["started", "stopped"]
    assert [(line["event"], line["problem"]) for line in lines] == [
        ("startup.refused", "shop.outbox: has 1 partitions"),
        ("startup.refused", "orders: may not be described"),
    ]


def test_a_worker_that_can_not_be_built_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_settings: Settings) -> NoReturn:
        raise ConfigError(["data_dir: /data: Permission denied"])

    monkeypatch.setattr(daemon, "Worker", build)
    with capture_logs() as lines:
        assert run_daemon(settings_of()) == 2
    assert [line["problem"] for line in lines] == ["data_dir: /data: Permission denied"]


@pytest.mark.parametrize(("crashes", "code"), [(False, 0), (True, 1)])
def test_a_stop_that_takes_longer_than_the_grace_ends_the_process(
    crashes: bool, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gave_up = asyncio.Event()
    codes: list[int] = []

    def end(ended_with: int) -> None:
        codes.append(ended_with)
        gave_up.set()

    async def work() -> None:
        if not crashes:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

    async def hang() -> None:
        await gave_up.wait()

    monkeypatch.setattr(os, "_exit", end)
    worker_that(monkeypatch, work, hang)
    with capture_logs() as lines:
        run_daemon(settings_of("shutdown_grace: PT0.01S\n"))
    assert codes == [code]
    assert "worker.stop_took_too_long" in [line["event"] for line in lines]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> FakeLog:
    made = FakeLog("slamon.policies")

    def build(*_: object) -> FakeLog:
        return made

    monkeypatch.setattr(daemon, "TopicLog", build)
    return made


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, log: FakeLog) -> FakeCluster:
    log.put(*encode(settings_of(), 0))
    made = FakeCluster()
    made.lead("orders.events", 1, 1)
    made.configs["orders.events"]["retention.ms"] = "-1"

    def build(*_: object) -> FakeCluster:
        return made

    monkeypatch.setattr(daemon, "Cluster", build)
    return made


def _make_own_topics(cluster: FakeCluster) -> None:
    for spec in own_topic_specs("slamon", partitions=8, replication=1):
        cluster.lead(spec.name, *[1] * spec.partitions, copies=spec.replication)
        cluster.configs[spec.name] |= spec.config


def test_a_look_at_a_new_cluster_finds_nothing_wrong_and_makes_nothing(cluster: FakeCluster) -> None:
    """Own topics that are missing are made at the start."""
    with capture_logs() as lines:
        assert check_against_kafka(settings_of()) == []
    assert list(cluster.topics) == ["orders.events"]
    assert {line["check"] for line in lines} == {"own_topic"}


def test_a_look_tells_what_keeps_from_running_and_only_warns_of_the_rest(cluster: FakeCluster) -> None:
    _make_own_topics(cluster)
    cluster.lead("slamon.outbox", 1)
    cluster.configs["orders.events"]["retention.ms"] = "1000"
    with capture_logs() as lines:
        [problem] = check_against_kafka(settings_of())
    assert problem.startswith("slamon.outbox: has 1 partitions, kafka.partitions is 8")
    assert [(line["event"], line["check"]) for line in lines] == [("cluster.found", "retention")]


def test_a_look_at_a_missing_source_or_a_silent_broker_is_a_problem(cluster: FakeCluster) -> None:
    del cluster.topics["orders.events"]
    [missing] = check_against_kafka(settings_of())
    assert missing.startswith("orders.events: does not exist")
    cluster.silent = {1}
    [silent] = check_against_kafka(settings_of())
    assert silent.startswith("fake:9092: can't be reached")


def test_a_look_says_whether_a_start_would_begin_a_new_revision_and_begins_none(
    cluster: FakeCluster, log: FakeLog
) -> None:
    _make_own_topics(cluster)
    with capture_logs() as lines:
        assert check_against_kafka(settings_of()) == []
        assert lines == []
        assert check_against_kafka(settings_of("sla: {promise: {duration: P9D}}\n")) == []
    assert [line["check"] for line in lines] == ["policies"]
    assert "begins a new revision" in lines[0]["finding"]
    assert len(log.records) == 1


def test_policies_that_can_not_be_read_are_a_problem(cluster: FakeCluster, log: FakeLog) -> None:
    _make_own_topics(cluster)
    log.put(b"damaged", b"{")
    [damaged] = check_against_kafka(settings_of())
    assert damaged.startswith("slamon.policies, offset 1: can't be read")
    log.refusals = 1
    assert check_against_kafka(settings_of()) == ["slamon.policies: can't be reached"]
