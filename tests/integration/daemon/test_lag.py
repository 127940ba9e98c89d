"""Lag in the daemon: backlogs, missing groups, incidents over a restart; API, metrics and CLI say the same."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.command_line import slamon
from tests.integration.daemon.daemon import Daemon
from tests.integration.daemon.waiting import until
from tests.integration.daemon.world import Plan, World
from tests.kafkas import new_topic, put, unique
from tests.lag_kafka import commit, stamped

pytestmark = pytest.mark.kafka

Json = dict[str, Any]
HOUR_MS = 3_600_000


def _plan(lag: Json, **more: Any) -> Plan:
    """Without sources: lag alone."""
    return Plan(topics={}, receivers=(), partitions=2, more={"sources": {}, "lag": {"interval": "PT1S", **lag}, **more})


async def _group(worker: Daemon, name: str, status: str) -> Json:
    """A group of the API, once it has this status."""

    async def asked() -> Json:
        code, said = await worker.get(f"/api/v1/lag/{quote(name, safe='')}")
        return said if code == 200 else {"status": f"{code} {said}"}

    return await until(asked, lambda group: group["status"] == status, what=f"{name} is {status}")


async def test_a_daemon_without_sources_watches_lag(bootstrap: str, tmp_path: Path) -> None:
    """Backlog, its age, a group that has read all, one that is expected and missing."""
    topic, mes, done, gone = await new_topic(bootstrap, partitions=2), unique("mes/1"), unique("done"), unique("gone")
    written = int(time.time() * 1000) - HOUR_MS
    await stamped(bootstrap, topic, [written, written + 1000, written + 2000])
    await put(bootstrap, topic, [(None, b"x")], partition=1)
    await commit(bootstrap, mes, {(topic, 0): 1, (topic, 1): 1})
    await commit(bootstrap, done, {(topic, 0): 3, (topic, 1): 1})
    plan = _plan({"expected": [gone], "groups": {"include": [re.escape(name) for name in (mes, done, gone)]}})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        found = await _group(worker, mes, "STOPPED")
        assert (found["lag"], found["members"], found["state"]) == (2, 0, "empty")
        assert found["lag_seconds"] == pytest.approx(HOUR_MS / 1000 - 1, abs=30)
        [shown] = found["topics"]
        assert [(row["partition"], row["committed"], row["end"], row["lag"]) for row in shown["partitions"]] == [
            (0, 1, 3, 2),
            (1, 1, 1, 0),
        ]
        assert (await _group(worker, gone, "MISSING"))["lag"] is None
        assert (await _group(worker, done, "OK"))["lag"] == 0
        code, page = await worker.get("/api/v1/lag")
        assert (code, page["complete"]) == (200, True)
        assert {group["group"] for group in page["groups"]} == {mes, done, gone}
        assert (await worker.get("/api/v1/lag/nobody"))[0] == 404
        assert _shown(await worker.get("/metrics"), "slamon_consumergroup_lag") == {
            (name, topic, partition): lag
            for name, partition, lag in ((mes, "0", 2), (mes, "1", 0), (done, "0", 0), (done, "1", 0))
        }


async def test_incidents_and_their_ids_survive_a_restart(bootstrap: str, tmp_path: Path) -> None:
    """The command line, the metrics and the API say the same of them."""
    topic, mes = await new_topic(bootstrap), unique("mes")
    await stamped(bootstrap, topic, [int(time.time() * 1000) - HOUR_MS])
    await commit(bootstrap, mes, {(topic, 0): 0})
    plan = _plan({"clear_after": "PT2S", "groups": {"include": [re.escape(mes)]}})
    async with World(bootstrap, tmp_path, plan) as world:
        worker = await world.worker()
        before = await _incident(worker, mes, is_open=True)
        assert (before["kind"], before["stands_on"]["topic"], before["stands_on"]["offset"]) == ("lag", topic, 0)
        worker.kill()
        await worker.start().ready()
        after = await _incident(worker, mes, is_open=True)
        assert (after["incident_id"], after["started_at"]) == (before["incident_id"], before["started_at"])
        await until(lambda: _watching([worker]), what="it has looked again")
        metrics = await worker.get("/metrics")
        assert _shown(metrics, "slamon_lag_incidents") == {("lag", before["severity"]): 1}
        assert _shown(metrics, "slamon_lag_failures_total") == {("default",): 0}
        await commit(bootstrap, mes, {(topic, 0): 1})
        over = await _incident(worker, mes, is_open=False)
        assert over["incident_id"] == before["incident_id"]
        told = await asyncio.to_thread(slamon, "incidents", "--ended", "--url", f"http://127.0.0.1:{worker.port}")
        assert (told.code, before["incident_id"] in told.out) == (0, True)
        told = await asyncio.to_thread(slamon, "lag", "explain", mes, "--url", f"http://127.0.0.1:{worker.port}")
        assert (told.code, told.out.split()[:2]) == (0, ["group", mes])


async def test_one_worker_watches_any_answers_and_another_takes_over(bootstrap: str, tmp_path: Path) -> None:
    """The group that they are themselves is one of the groups."""
    plan = Plan(receivers=(), more={"lag": {"interval": "PT1S"}})
    async with World(bootstrap, tmp_path, plan) as world:
        workers = [await world.worker(), await world.worker()]
        for worker in workers:
            own = await _group(worker, world.app_id, "OK")
            assert (own["state"], own["members"]) == ("stable", 2)
            topics = {topic["topic"] for topic in own["topics"]}
            assert world.topics["orders"] in topics
            assert not any(topic.endswith("-changelog") for topic in topics)
        watching = await until(lambda: _watching(workers), lambda found: len(found) == 1, what="one shows lag")
        other = next(worker for worker in workers if worker not in watching)
        watching[0].kill()
        await until(lambda: _watching([other]), what="the other one shows lag")
        found = await _group(other, world.app_id, "OK")
        assert found["complete"]


async def _watching(workers: list[Daemon]) -> list[Daemon]:
    """The workers that show lag."""
    return [worker for worker in workers if _shown(await worker.get("/metrics"), "slamon_lag_cycle_seconds")]


async def _incident(worker: Daemon, subject: str, *, is_open: bool) -> Json:
    async def asked() -> list[Json]:
        code, said = await worker.get("/api/v1/incidents", subject=subject, open=str(is_open).lower())
        return said["incidents"] if code == 200 else []

    [found] = await until(asked, what=f"an incident about {subject}")
    return found


def _shown(answer: tuple[int, Any], name: str) -> dict[tuple[str, ...], float]:
    """The samples of a metric by the values of their labels, in the order of the exposition."""
    code, text = answer
    assert code in {0, 200}
    found = re.findall(rf"^{name}{{(.*)}} (.*)$", str(text), re.MULTILINE)
    return {tuple(re.findall(r'="([^"]*)"', labels)): float(value) for labels, value in found}
